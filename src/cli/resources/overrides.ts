import { deepCopy, type JsonObject, parseApiVersion } from "../../machinery/object.ts";
import { applyJsonPatch } from "../../machinery/patch/json.ts";
import { mergePatch } from "../../machinery/patch/merge.ts";
import { applyStrategicPatch } from "../../machinery/patch/strategic.ts";
import { createStructure } from "../../machinery/schema/structure.ts";
import type { Session } from "../session.ts";
import { typedObject, typeOf } from "./typed.ts";

function parse(text: string, invalid: string): any {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(invalid);
  }
}

async function patched(session: Session, object: JsonObject, text: string, kind: string): Promise<unknown> {
  if (kind === "json") return applyJsonPatch(object, parse(text, "Invalid JSON Patch"));
  const patch: JsonObject = parse(text, "Invalid JSON Patch");
  if (kind === "merge") return mergePatch(object, patch);
  const type = await typeOf({ ...parseApiVersion(object["apiVersion"]), kind: object["kind"] });
  return applyStrategicPatch(createStructure(session.readSchema), type, deepCopy(object), deepCopy(patch));
}

/** Applies --overrides to a generated object. Mirrors cmdutil.OverrideOptions.NewOverrider. */
export async function applyOverrides(
  session: Session,
  object: JsonObject,
  text: string,
  kind: string,
): Promise<JsonObject> {
  if (text === "") return object;
  if (!["json", "merge", "strategic"].includes(kind)) throw new Error(`invalid override type: ${kind}`);
  return typedObject(session, (await patched(session, object, text, kind)) as JsonObject);
}
