import { childSchema, type FieldSchema, resolve, type Structure, shortName } from "../schema/structure.ts";
import { PatchError } from "./patch-error.ts";

/** Where in the types a strategic merge is: a structure, and the schema of the map at hand. Undefined schema: nothing is known, so maps merge and lists replace. */
export interface PatchSchema {
  readonly structure: Structure;
  readonly field: FieldSchema | undefined;
}

/** How one field merges. */
export interface PatchMeta {
  /** Of the field itself, or of a list's elements. */
  readonly schema: PatchSchema;
  /** "merge", "replace", or "" where the type says nothing. */
  readonly strategy: string;
  readonly retainKeys: boolean;
  readonly mergeKey: string;
}

/** The schema of a whole object. */
export function rootSchema(structure: Structure, type: string | undefined): PatchSchema {
  return { structure, field: type === undefined ? undefined : { ref: type } };
}

/** How the field `key` merges as a map. Throws {@link PatchError} for a field that the struct lacks. Mirrors PatchMetaFromStruct.LookupPatchMetadataForStruct. */
export function lookupMap(schema: PatchSchema, key: string): PatchMeta {
  const field = lookup(schema, key);
  return meta(schema.structure, field, field);
}

/** The same for a list; `schema` of the answer is that of its elements. */
export function lookupList(schema: PatchSchema, key: string): PatchMeta {
  const field = lookup(schema, key);
  return meta(schema.structure, field, resolve(schema.structure, field)?.items);
}

function meta(structure: Structure, field: FieldSchema | undefined, inner: FieldSchema | undefined): PatchMeta {
  const strategies = field?.patchStrategy?.split(",") ?? [];
  return {
    schema: { structure, field: inner },
    strategy: strategies.find((s) => s !== "retainKeys") ?? "",
    retainKeys: strategies.includes("retainKeys"),
    mergeKey: field?.mergeKey ?? "",
  };
}

function lookup({ structure, field }: PatchSchema, key: string): FieldSchema | undefined {
  const child = childSchema(structure, field, key);
  if (child !== undefined || resolve(structure, field)?.fields === undefined) return child;
  const name = field?.ref === undefined ? "" : shortName(field.ref);
  throw new PatchError(`unable to find api field in struct ${name} for the json field ${JSON.stringify(key)}`);
}
