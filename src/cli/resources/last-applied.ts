import { deepCopy, type JsonObject } from "../../machinery/object.ts";

/** Where apply keeps the configuration that it applied. */
export const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** The text of the annotation for a manifest: itself without the annotation, as compact JSON with a line end. Mirrors util.GetModifiedConfiguration with `annotate` off. */
export async function lastAppliedText(manifest: JsonObject): Promise<string> {
  const { compactJson } = await import("../../machinery/codec/json.ts");
  const bare = deepCopy(manifest);
  const annotations = { ...bare["metadata"]?.annotations };
  delete annotations[LAST_APPLIED];
  return `${compactJson({ ...bare, metadata: { ...bare["metadata"], annotations } })}\n`;
}

/** The manifest with its own configuration in the annotation. Mirrors util.CreateApplyAnnotation. */
export async function withLastApplied(manifest: JsonObject): Promise<JsonObject> {
  const text = await lastAppliedText(manifest);
  const annotated = deepCopy(manifest);
  const annotations = { ...annotated["metadata"]?.annotations, [LAST_APPLIED]: text };
  return { ...annotated, metadata: { ...annotated["metadata"], annotations } };
}

/** The configuration that the last apply left in the object, undefined where there is none. */
export function lastAppliedOf(object: JsonObject): string | undefined {
  return object["metadata"]?.annotations?.[LAST_APPLIED];
}

/** The same for a generated object, whose annotation keeps the order of a Go struct. Mirrors util.CreateOrUpdateAnnotation. */
export async function withLastAppliedTyped(object: JsonObject): Promise<JsonObject> {
  const { compactJson } = await import("../../machinery/codec/json.ts");
  const text = `${compactJson(object, { sortKeys: false })}\n`;
  const annotations = { ...object["metadata"]?.annotations, [LAST_APPLIED]: text };
  return { ...object, metadata: { ...object["metadata"], annotations } };
}
