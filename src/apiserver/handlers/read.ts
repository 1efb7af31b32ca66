import type { ApiResponse } from "../../client/transport.ts";
import type { KubeObject } from "../../machinery/object.ts";
import { StatusError } from "../../machinery/status-error.ts";
import type { ResourceContext } from "../context.ts";
import { presentList, presentObject } from "../present/present.ts";
import { queryText } from "../query.ts";
import { conversionOf } from "../rest/conversion.ts";
import { listObjects } from "../rest/list.ts";
import { checkNotInFuture, versionProblem } from "../rest/list-options.ts";
import { getStored } from "../rest/stored.ts";

/** GET of one object. */
export async function get(ctx: ResourceContext): Promise<ApiResponse> {
  checkGetVersion(ctx);
  const { object } = getStored(ctx, ctx.info.name);
  const conversion = await conversionOf(ctx.definition);
  const facet = await ctx.definition.facets.present?.();
  const own = conversion.fromStorage(object);
  return presentObject(ctx.request, ctx.definition, facet?.present(own, ctx.now) ?? own, ctx.now);
}

/** "At least as new as" is met by the present; what is no version, or lies ahead, is not. Mirrors cacher.go Get. */
function checkGetVersion({ request, server }: ResourceContext): void {
  const version = queryText(request, "resourceVersion") ?? "";
  if (version === "") return;
  const problem = versionProblem(version);
  if (problem !== undefined) throw new StatusError({ message: problem, code: 500 });
  checkNotInFuture(version, server.store.revision);
}

/** GET of a collection. */
export async function list(ctx: ResourceContext): Promise<ApiResponse> {
  const { objects, metadata } = listObjects(ctx);
  const conversion = await conversionOf(ctx.definition);
  const own = ctx.definition.storage === undefined ? objects : objects.map((o) => conversion.fromStorage(o));
  const facet = await ctx.definition.facets.present?.();
  const shown = facet === undefined ? own : own.map((o) => facet.present(o, ctx.now) as KubeObject);
  return presentList(ctx.request, ctx.definition, shown, metadata, ctx.now);
}
