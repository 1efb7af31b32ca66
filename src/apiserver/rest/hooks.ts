import type { ResourceDefinition } from "../../kinds/definition.ts";
import type { KubeObject } from "../../machinery/object.ts";
import type { ResourceContext } from "../context.ts";

/** What a resource does in the store beyond its strategy, because it must look at other objects. Mirrors the generic store's BeginCreate and BeginUpdate and overridden REST methods. */
export interface StoreHooks {
  beginCreate?(ctx: ResourceContext, draft: KubeObject): void | Promise<void>;
  beginUpdate?(ctx: ResourceContext, draft: KubeObject, old: KubeObject): void | Promise<void>;
  /** Overrides when an update of an object that is going ends it. */
  isReadyToGo?(object: KubeObject): boolean;
}

const namespaces: StoreHooks = {
  isReadyToGo: ({ metadata, spec }) =>
    metadata.deletionTimestamp !== undefined &&
    (metadata.finalizers ?? []).length === 0 &&
    (spec?.finalizers ?? []).length === 0,
};

const services: StoreHooks = {
  async beginCreate(ctx, draft) {
    (await import("../allocators/services.ts")).allocateForCreate(ctx, draft);
  },
  async beginUpdate(ctx, draft, old) {
    (await import("../allocators/services.ts")).allocateForUpdate(ctx, draft, old);
  },
};

const HOOKS: Readonly<Record<string, StoreHooks>> = { "/namespaces": namespaces, "/services": services };

/** The hooks of a resource; undefined for most. */
export function hooksOf(definition: ResourceDefinition): StoreHooks | undefined {
  const key = `${definition.group}/${definition.resource}`;
  return Object.hasOwn(HOOKS, key) ? HOOKS[key] : undefined;
}
