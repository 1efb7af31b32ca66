import fs from "node:fs";
import path from "node:path";
import type { JsonObject } from "../../machinery/object.ts";
import type { FieldSpec } from "./field-paths.ts";
import { missingText } from "./load.ts";
import type { NameReference } from "./name-reference-fields.ts";

const SPEC_LISTS = [
  "namePrefix",
  "nameSuffix",
  "namespace",
  "commonLabels",
  "templateLabels",
  "commonAnnotations",
  "varReference",
  "images",
  "replicas",
] as const;
type SpecList = (typeof SPEC_LISTS)[number];

/** What files of `configurations` add to the places where transformers work. */
export type Configuration = Readonly<Record<SpecList, readonly FieldSpec[]>> & {
  readonly nameReference: readonly NameReference[];
};

/** A kustomization without `configurations`. */
export const noConfiguration: Configuration = { ...specLists(() => []), nameReference: [] };

function specLists(specs: (list: SpecList) => readonly FieldSpec[]): Readonly<Record<SpecList, readonly FieldSpec[]>> {
  const lists: Partial<Record<SpecList, readonly FieldSpec[]>> = {};
  for (const list of SPEC_LISTS) lists[list] = specs(list);
  return lists as Record<SpecList, readonly FieldSpec[]>;
}

/** Both at once. Mirrors TransformerConfig.Merge. */
export function mergeConfigurations(a: Configuration, b: Configuration): Configuration {
  const lists = specLists((list) => [...a[list], ...b[list]]);
  return { ...lists, nameReference: [...a.nameReference, ...b.nameReference] };
}

function specOf(entry: JsonObject): FieldSpec {
  const { path: where = "", kind, group, create = false } = entry;
  return {
    path: String(where),
    create: create === true,
    ...(kind ? { kind: String(kind) } : {}),
    ...(group ? { group: String(group) } : {}),
  };
}

function referenceOf(entry: JsonObject): NameReference {
  const fields = ((entry["fieldSpecs"] ?? []) as readonly JsonObject[]).map(specOf);
  return { kind: String(entry["kind"] ?? ""), ...(entry["group"] ? { group: String(entry["group"]) } : {}), fields };
}

async function readOne(directory: string, name: string): Promise<Configuration> {
  const full = path.resolve(directory, name);
  if (!fs.existsSync(full)) throw new Error(missingText(full, full));
  const { readYaml } = await import("../../machinery/codec/yaml-read.ts");
  const content = (readYaml(fs.readFileSync(full, "utf8")) ?? {}) as JsonObject;
  const known = new Set<string>([...SPEC_LISTS, "nameReference"]);
  const unknown = Object.keys(content)
    .sort()
    .find((field) => !known.has(field));
  if (unknown !== undefined)
    throw new Error(`error unmarshaling JSON: while decoding JSON: json: unknown field ${JSON.stringify(unknown)}`);
  const entries = (field: string): readonly JsonObject[] => {
    const list = content[field] ?? [];
    if (!Array.isArray(list))
      throw new Error(
        `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${typeof list} into Go struct field TransformerConfig.${field} of type types.FsSlice`,
      );
    return list;
  };
  return {
    ...specLists((list) => entries(list).map(specOf)),
    nameReference: entries("nameReference").map(referenceOf),
  };
}

/** The files of `configurations`. Throws kustomize's errors. Mirrors MakeTransformerConfig. */
export async function readConfigurations(directory: string, content: JsonObject): Promise<Configuration> {
  let merged = noConfiguration;
  for (const name of (content["configurations"] ?? []) as readonly string[])
    merged = mergeConfigurations(merged, await readOne(directory, name));
  return merged;
}
