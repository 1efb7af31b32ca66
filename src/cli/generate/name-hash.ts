import { sha256Hex } from "../../machinery/hash.ts";
import type { JsonObject } from "../../machinery/object.ts";

const LETTERS: Readonly<Record<string, string>> = { "0": "g", "1": "h", "3": "k", a: "m", e: "t" };
const LENGTH = 10;

/** The suffix that a config's content gives its name. Mirrors kubectl/pkg/util/hash encodeHash. */
export async function contentHash(content: JsonObject): Promise<string> {
  const { compactJson } = await import("../../machinery/codec/json.ts");
  return [...sha256Hex(compactJson(content)).slice(0, LENGTH)].map((c) => LETTERS[c] ?? c).join("");
}

/** The hash of a ConfigMap. Mirrors hash.ConfigMapHash. */
export function configMapHash(object: JsonObject): Promise<string> {
  const { data = {}, binaryData, immutable } = object;
  return contentHash({
    kind: "ConfigMap",
    name: object["metadata"].name,
    data,
    ...(binaryData === undefined ? {} : { binaryData }),
    ...(immutable === undefined ? {} : { immutable }),
  });
}

/** The hash of a Secret. Mirrors hash.SecretHash. */
export function secretHash(object: JsonObject): Promise<string> {
  const { data = {}, type = "", immutable } = object;
  return contentHash({
    kind: "Secret",
    type,
    name: object["metadata"].name,
    data,
    ...(immutable === undefined ? {} : { immutable }),
  });
}
