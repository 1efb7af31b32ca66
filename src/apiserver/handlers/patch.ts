import type { ApiResponse } from "../../client/transport.ts";
import { createAdmission } from "../admission/chain.ts";
import type { ResourceContext } from "../context.ts";
import { conversionOf } from "../rest/conversion.ts";
import { APPLY_PATCH, patchedObject, patchType } from "../rest/patching.ts";
import { type UpdateRules, updateObject } from "../rest/resource-store.ts";
import { answer, toDraft } from "./write.ts";

/** PATCH of an object. */
export function patch(ctx: ResourceContext): Promise<ApiResponse> {
  return patchWith(ctx, "", {});
}

/** PATCH of an object or of a part of it: an update whose new state the patch makes of the present one. */
export async function patchWith(ctx: ResourceContext, subresource: string, rules: UpdateRules): Promise<ApiResponse> {
  if (patchType(ctx, ctx.definition) === APPLY_PATCH) {
    const { serverSideApply } = await import("./apply.ts");
    return serverSideApply(ctx, subresource, rules);
  }
  const conversion = await conversionOf(ctx.definition);
  const { object, created } = await updateObject(
    ctx,
    ctx.info.name,
    createAdmission(ctx, subresource),
    async (current) => toDraft(ctx, await patchedObject(ctx, ctx.definition, conversion.fromStorage(current!))),
    { ...rules, subresource },
  );
  return answer(ctx, object, created ? 201 : 200);
}
