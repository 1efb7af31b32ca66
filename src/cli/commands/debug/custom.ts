import fs from "node:fs";
import path from "node:path";
import { deepCopy, type JsonObject } from "../../../machinery/object.ts";
import { applyStrategicPatch } from "../../../machinery/patch/strategic.ts";
import { decodeGo } from "../../../machinery/schema/decode.ts";
import { createStructure } from "../../../machinery/schema/structure.ts";
import { fileReason } from "../../generate/data-sources.ts";
import type { Session } from "../../session.ts";

const CONTAINER = "io.k8s.api.core.v1.Container";

/** The partial container of --custom, JSON or YAML. Throws kubectl's errors. */
export async function readCustom(session: Session, file: string): Promise<JsonObject> {
  let text: string;
  try {
    text = fs.readFileSync(path.resolve(session.cwd, file), "utf8");
  } catch (error) {
    throw new Error(`must pass a container spec json file for custom profile: open ${file}: ${fileReason(error)}`);
  }
  const { readYaml } = await import("../../../machinery/codec/yaml-read.ts");
  let value: unknown;
  try {
    value = readYaml(text);
  } catch (error) {
    throw new Error(
      `${file} does not contain a valid container spec: error converting YAML to JSON: ${(error as Error).message}`,
    );
  }
  const decoded = decodeGo(createStructure(session.readSchema), CONTAINER, (value ?? {}) as JsonObject);
  if (decoded.error !== undefined)
    throw new Error(
      `${file} does not contain a valid container spec: error unmarshaling JSON: while decoding JSON: ${decoded.error}`,
    );
  return decoded.object;
}

/** A container with the partial one laid over it. Mirrors debug.go applyCustomProfile. */
export function customized(session: Session, container: JsonObject, custom: JsonObject): JsonObject {
  const structure = createStructure(session.readSchema);
  return applyStrategicPatch(structure, CONTAINER, deepCopy(container), deepCopy(custom)) as JsonObject;
}
