import type { PatchType } from "../../client/client.ts";
import type { ApiResource } from "../../client/rest-mapper.ts";
import type { JsonObject } from "../../machinery/object.ts";
import { createMergePatch } from "../../machinery/patch/merge.ts";
import { createStrategicPatch } from "../../machinery/patch/strategic-diff.ts";
import { createStructure } from "../../machinery/schema/structure.ts";
import { typeOf } from "../resources/typed.ts";
import type { Session } from "../session.ts";

/** A patch with its content type. */
export interface TwoWayPatch {
  readonly type: PatchType;
  readonly body: JsonObject;
}

/** What turns `before` into `after`: a strategic merge patch for built-in kinds, a JSON merge patch for others. Mirrors strategicpatch.CreateTwoWayMergePatch. */
export async function twoWayPatch(
  session: Session,
  resource: Pick<ApiResource, "group" | "version" | "kind">,
  before: JsonObject,
  after: JsonObject,
): Promise<TwoWayPatch> {
  const type = await typeOf(resource);
  if (type === undefined) return { type: "application/merge-patch+json", body: createMergePatch(before, after) };
  const body = createStrategicPatch(createStructure(session.readSchema), type, before, after);
  return { type: "application/strategic-merge-patch+json", body };
}
