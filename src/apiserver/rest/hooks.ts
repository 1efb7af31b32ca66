import type { ResourceDefinition } from "../../kinds/definition.ts";
import type { KubeObject } from "../../machinery/object.ts";
import type { Stored } from "../../store/object-store.ts";
import type { ResourceContext } from "../context.ts";

/** What a resource does in the store beyond its strategy, because it must look at other objects. Mirrors the generic store's BeginCreate and BeginUpdate and overridden REST methods. */
export interface StoreHooks {
  beginCreate?(ctx: ResourceContext, draft: KubeObject): void | Promise<void>;
  beginUpdate?(ctx: ResourceContext, draft: KubeObject, old: KubeObject): void | Promise<void>;
  /** Completes the object after it has been found valid: what other parts of the control plane add at once. */
  finish?(ctx: ResourceContext, draft: KubeObject): void | Promise<void>;
  /** Overrides what a DELETE does; undefined: another writer came in between. */
  remove?(ctx: ResourceContext, stored: Stored): Promise<{ object: KubeObject; gone: boolean } | undefined>;
  /** Called when an object of the resource is no more. */
  removed?(ctx: ResourceContext): Promise<void>;
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

const secrets: StoreHooks = {
  async finish(ctx, draft) {
    if (draft.type !== "kubernetes.io/service-account-token") return;
    (await import("../authn/token-secrets.ts")).fillTokenSecret(ctx, draft);
  },
};

const customResourceDefinitions: StoreHooks = {
  async finish(ctx, draft) {
    (await import("./custom-resource-definitions.ts")).establish(ctx, draft);
  },
  async remove(ctx, stored) {
    return (await import("./custom-resource-definitions.ts")).deleteDefinition(ctx, stored);
  },
};

const customResources: StoreHooks = {
  async removed({ server, definition }) {
    const { finishDefinition } = await import("./custom-resource-definitions.ts");
    finishDefinition(server.store, definition.group, definition.resource);
  },
};

const HOOKS: Readonly<Record<string, StoreHooks>> = {
  "/namespaces": namespaces,
  "/services": services,
  "/secrets": secrets,
  "apiextensions.k8s.io/customresourcedefinitions": customResourceDefinitions,
};

/** The hooks of a resource; undefined for most. */
export function hooksOf(definition: ResourceDefinition): StoreHooks | undefined {
  if (definition.schema !== undefined) return customResources;
  const key = `${definition.group}/${definition.resource}`;
  return Object.hasOwn(HOOKS, key) ? HOOKS[key] : undefined;
}
