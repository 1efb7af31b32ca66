import type { ApiResponse } from "../../client/transport.ts";
import type { KubeObject } from "../../machinery/object.ts";
import type { ResourceContext } from "../context.ts";
import { presentList, presentObject } from "../present/present.ts";
import { conversionOf } from "../rest/conversion.ts";
import { listObjects } from "../rest/list.ts";
import { getStored } from "../rest/stored.ts";

/** GET of one object. */
export async function get(ctx: ResourceContext): Promise<ApiResponse> {
  const { object } = getStored(ctx, ctx.info.name);
  const conversion = await conversionOf(ctx.definition);
  const facet = await ctx.definition.facets.present?.();
  const own = conversion.fromStorage(object);
  return presentObject(ctx.request, ctx.definition, facet?.present(own, ctx.now) ?? own, ctx.now);
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
