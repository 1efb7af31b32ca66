import type { JsonObject } from "../object.ts";
import { getKey, isObject, setKey } from "./json-value.ts";
import type { FieldSchema, FieldType } from "./structure.ts";

const objectMeta: FieldSchema = { ref: "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" };
const text: FieldSchema = { type: "string" };

/**
 * A CustomResourceDefinition's openAPIV3Schema as the schema of whole objects: apiVersion, kind and metadata are
 * those of every object. Validation rules are not carried over. Mirrors structural schemas (NewStructural) and what
 * the CRD's OpenAPI builder adds.
 */
export function fromOpenApi(schema: JsonObject | undefined): FieldSchema {
  const root = schema === undefined ? { type: "object" as const, preserveUnknown: true } : convert(schema);
  return withTypeMeta(root);
}

const withTypeMeta = (schema: FieldSchema): FieldSchema => ({
  ...schema,
  fields: { ...schema.fields, apiVersion: text, kind: text, metadata: objectMeta },
});

const types: Readonly<Record<string, FieldType>> = {
  array: "array",
  boolean: "boolean",
  integer: "integer",
  number: "number",
  object: "object",
  string: "string",
};

function convert(schema: JsonObject): FieldSchema {
  const type = getKey(schema, "type");
  const field: FieldSchema = {
    ...(typeof type === "string" && Object.hasOwn(types, type) ? { type: types[type]! } : {}),
    ...(getKey(schema, "x-kubernetes-int-or-string") === true ? { type: "integer|string" } : {}),
    ...(typeof schema["format"] === "string" ? { format: schema["format"] } : {}),
    ...children(schema),
    ...(Array.isArray(schema["required"]) ? { required: schema["required"] } : {}),
    ...(getKey(schema, "default") === undefined ? {} : { default: schema["default"] }),
    ...(schema["nullable"] === true ? { nullable: true } : {}),
    ...extensions(schema),
  };
  return field.embedded === true ? withTypeMeta(field) : field;
}

function children(schema: JsonObject): FieldSchema {
  const properties = getKey(schema, "properties");
  const additional = getKey(schema, "additionalProperties");
  const items = getKey(schema, "items");
  const fields: JsonObject = {};
  if (isObject(properties))
    for (const name of Object.keys(properties))
      if (isObject(properties[name])) setKey(fields, name, convert(properties[name]));
  return {
    ...(isObject(properties) ? { fields } : {}),
    ...(isObject(additional) ? { values: convert(additional) } : additional === true ? { values: {} } : {}),
    ...(isObject(items) ? { items: convert(items) } : {}),
  };
}

function extensions(schema: JsonObject): FieldSchema {
  const listType = getKey(schema, "x-kubernetes-list-type");
  const mapType = getKey(schema, "x-kubernetes-map-type");
  const keys = getKey(schema, "x-kubernetes-list-map-keys");
  return {
    ...(getKey(schema, "x-kubernetes-preserve-unknown-fields") === true ? { preserveUnknown: true } : {}),
    ...(getKey(schema, "x-kubernetes-embedded-resource") === true ? { embedded: true } : {}),
    ...(listType === "map" || listType === "set" || listType === "atomic" ? { listType } : {}),
    ...(mapType === "atomic" || mapType === "granular" ? { mapType } : {}),
    ...(Array.isArray(keys) ? { listMapKeys: keys } : {}),
  };
}
