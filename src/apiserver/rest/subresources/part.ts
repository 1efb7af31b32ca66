import type { ApiResponse } from "../../../client/transport.ts";
import type { ResourceContext } from "../../context.ts";
import { get } from "../../handlers/read.ts";
import { updateWith } from "../../handlers/write.ts";
import type { UpdateRules } from "../resource-store.ts";

/** Serves GET, PUT and PATCH of an endpoint that shows the whole object and changes a part of it. */
export async function servePart(ctx: ResourceContext, subresource: string, rules: UpdateRules): Promise<ApiResponse> {
  if (ctx.info.verb === "get") return get(ctx);
  if (ctx.info.verb === "update") return updateWith(ctx, subresource, rules);
  const { patchWith } = await import("../../handlers/patch.ts");
  return patchWith(ctx, subresource, rules);
}
