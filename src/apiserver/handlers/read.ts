import type { ApiResponse } from "../../client/transport.ts";
import type { ResourceContext } from "../context.ts";
import { presentList, presentObject } from "../present/present.ts";
import { conversionOf } from "../rest/conversion.ts";
import { listObjects } from "../rest/list.ts";
import { getStored } from "../rest/stored.ts";

/** GET of one object. */
export async function get(ctx: ResourceContext): Promise<ApiResponse> {
  const { object } = getStored(ctx, ctx.info.name);
  const conversion = await conversionOf(ctx.definition);
  return presentObject(ctx.request, ctx.definition, conversion.fromStorage(object), ctx.now);
}

/** GET of a collection. */
export async function list(ctx: ResourceContext): Promise<ApiResponse> {
  const { objects, metadata } = listObjects(ctx);
  const conversion = await conversionOf(ctx.definition);
  const own = ctx.definition.storage === undefined ? objects : objects.map((o) => conversion.fromStorage(o));
  return presentList(ctx.request, ctx.definition, own, metadata, ctx.now);
}
