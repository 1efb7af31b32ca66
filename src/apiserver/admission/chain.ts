import type { KubeObject } from "../../machinery/object.ts";
import type { ResourceContext } from "../context.ts";
import type { Admission, AdmissionPlugin, AdmissionRequest, Operation } from "./admission.ts";
import { registrations } from "./registry.ts";

/** The plugins for one request, in upstream's order, loaded when they are first needed. */
export function createAdmission(ctx: ResourceContext, subresource: string): Admission {
  const run = async (
    method: keyof AdmissionPlugin,
    operation: Operation,
    object: KubeObject | undefined,
    old: KubeObject | undefined,
  ): Promise<void> => {
    const { group, resource } = ctx.definition;
    const target = subresource === "" ? `${group}/${resource}` : `${group}/${resource}/${subresource}`;
    let request: AdmissionRequest | undefined;
    for (const row of registrations) {
      if (!row.handles(operation, target, ctx.definition, ctx.user)) continue;
      if (row.needed?.(ctx.server.store, ctx.info.namespace) === false) continue;
      request ??= admissionRequest(ctx, subresource, operation, object, old);
      await (await row.load())[method]?.(request);
    }
  };
  return {
    admit: (operation, object, old) => run("admit", operation, object, old),
    validate: (operation, object, old) => run("validate", operation, object, old),
  };
}

function admissionRequest(
  ctx: ResourceContext,
  subresource: string,
  operation: Operation,
  object: KubeObject | undefined,
  old: KubeObject | undefined,
): AdmissionRequest {
  return {
    context: ctx,
    operation,
    definition: ctx.definition,
    subresource,
    namespace: ctx.definition.resource === "namespaces" ? ctx.info.name || nameOf(object) : ctx.info.namespace,
    name: ctx.info.name || object?.metadata.name || old?.metadata.name || "",
    object,
    old,
  };
}

const nameOf = (object: KubeObject | undefined): string => object?.metadata.name ?? "";
