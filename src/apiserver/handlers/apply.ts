import type { ApiResponse } from "../../client/transport.ts";
import { unsupportedMediaType } from "../../machinery/status-error.ts";
import type { ResourceContext } from "../context.ts";
import type { UpdateRules } from "../rest/resource-store.ts";

/** PATCH with application/apply-patch+yaml. */
export async function serverSideApply(
  ctx: ResourceContext,
  subresource: string,
  rules: UpdateRules,
): Promise<ApiResponse> {
  void rules;
  throw unsupportedMediaType(`server-side apply of ${ctx.definition.resource}/${subresource} is not available yet`);
}
