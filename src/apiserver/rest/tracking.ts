import { apiVersionOf, type KubeObject } from "../../machinery/object.ts";
import { type TrackingContext, trackUpdate } from "../../machinery/patch/managed-fields.ts";
import { fromOpenApi } from "../../machinery/schema/from-openapi.ts";
import { formatTime } from "../../machinery/time.ts";
import type { ResourceContext } from "../context.ts";

/** What tracking field ownership needs to know of a request. */
export function trackingContext(ctx: ResourceContext, subresource: string): TrackingContext {
  const { stored, server } = ctx;
  return {
    structure: server.structure,
    schema: stored.type === undefined ? fromOpenApi(stored.schema) : { ref: stored.type },
    apiVersion: apiVersionOf(stored),
    subresource,
    time: formatTime(ctx.now),
    resetFields: resetFields(ctx, subresource),
  };
}

/** What an endpoint does not write. Mirrors the strategies' GetResetFields. */
function resetFields(ctx: ResourceContext, subresource: string): readonly (readonly string[])[] {
  if (subresource === "status") return [["spec"]];
  const hasStatus = ctx.stored.subresources?.some((s) => s.name === "status") ?? false;
  return subresource === "" && hasStatus ? [["status"]] : [];
}

/** Books an ordinary write in metadata.managedFields of `draft`. Mirrors handlers' FieldManager.UpdateNoErrors. */
export function trackFields(
  ctx: ResourceContext,
  draft: KubeObject,
  live: KubeObject | undefined,
  subresource: string,
): void {
  const entries = trackUpdate(trackingContext(ctx, subresource), live, draft, ctx.fieldManager);
  if (entries.length > 0) draft.metadata.managedFields = entries;
  else delete draft.metadata.managedFields;
}
