import type { ApiResponse } from "../../client/transport.ts";
import type { Status } from "../../machinery/status-error.ts";
import { createAdmission } from "../admission/chain.ts";
import type { ResourceContext } from "../context.ts";
import { presentList, presentObject } from "../present/present.ts";
import { conversionOf } from "../rest/conversion.ts";
import { type Deleted, deleteCollection, deleteObject, readDeletionOptions } from "../rest/delete.ts";

/** Kinds whose DELETE answers with the object even when it is gone. */
const RETURNS_OBJECT = new Set([
  "/pods",
  "/podtemplates",
  "/resourcequotas",
  "/services",
  "/serviceaccounts",
  "/persistentvolumes",
  "/persistentvolumeclaims",
]);

/** DELETE of one object. */
export async function remove(ctx: ResourceContext): Promise<ApiResponse> {
  const { dryRun, ...options } = await readDeletionOptions(ctx);
  const own = { ...ctx, dryRun };
  const deleted = await deleteObject(own, ctx.info.name, options, createAdmission(own, ""));
  warnOfOrphans(ctx, options.propagationPolicy, options.orphanDependents);
  const key = `${ctx.definition.group}/${ctx.definition.resource}`;
  if (deleted.gone && !RETURNS_OBJECT.has(key)) return { kind: "object", code: 200, body: success(ctx, deleted) };
  const conversion = await conversionOf(ctx.definition);
  const code = !deleted.gone && options.orphanDependents === false ? 202 : 200;
  return presentObject(ctx.request, ctx.definition, conversion.fromStorage(deleted.object), ctx.now, code);
}

/** Mirrors registry/batch/job/strategy.go WarningsOnDelete's kin in handlers/delete.go. */
function warnOfOrphans(ctx: ResourceContext, policy: string | undefined, orphan: boolean | undefined): void {
  if (ctx.definition.group !== "batch" || ctx.definition.resource !== "jobs") return;
  if (policy === undefined && orphan === undefined)
    ctx.warnings.push(
      "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning",
    );
}

function success(ctx: ResourceContext, deleted: Deleted): Status {
  const { group, resource } = ctx.definition;
  const { name, uid } = deleted.object.metadata;
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    details: {
      ...(name === undefined ? {} : { name }),
      ...(group === "" ? {} : { group }),
      kind: resource,
      ...(uid === undefined ? {} : { uid }),
    },
  };
}

/** DELETE of a collection. */
export async function removeCollection(ctx: ResourceContext): Promise<ApiResponse> {
  const { dryRun, ...options } = await readDeletionOptions(ctx);
  const { objects, metadata } = await deleteCollection({ ...ctx, dryRun }, options, (one) => createAdmission(one, ""));
  const conversion = await conversionOf(ctx.definition);
  return presentList(
    ctx.request,
    ctx.definition,
    objects.map((o) => conversion.fromStorage(o)),
    metadata,
    ctx.now,
  );
}
