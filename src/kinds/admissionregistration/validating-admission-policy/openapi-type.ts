import { escapeCelName } from "../../../machinery/cel/escape.ts";
import { type CelType, celTypes, listType, mapType, objectType } from "../../../machinery/cel/types.ts";
import type { JsonObject } from "../../../machinery/object.ts";
import { getKey, isObject } from "../../../machinery/schema/json-value.ts";
import { scalarCelType } from "../../shared/scalar-cel-type.ts";

/** The schemas of an OpenAPI v3 document, by name. */
export type OpenApiSchemas = Readonly<Record<string, JsonObject>>;

const reference = "#/components/schemas/";
const kindsOf = "x-kubernetes-group-version-kind";

/**
 * The type of a kind's objects as the server's OpenAPI document has it, undefined where it has none. What the
 * document says nothing of (quantities, raw JSON) may be anything. Mirrors apiserver/pkg/cel/common SchemaDeclType.
 */
export function openApiTypeOf(
  schemas: OpenApiSchemas,
  group: string,
  version: string,
  kind: string,
): CelType | undefined {
  const schema = Object.values(schemas).find((s) =>
    ((getKey(s, kindsOf) ?? []) as JsonObject[]).some(
      (k) => k["group"] === group && k["version"] === version && k["kind"] === kind,
    ),
  );
  return schema && typeOf(schemas, schema, kind);
}

/** Fields are looked at when they are asked for: schemas may hold themselves. */
function typeOf(schemas: OpenApiSchemas, given: JsonObject, name: string): CelType {
  const schema = resolve(schemas, given);
  if (schema["format"] === "int-or-string" || schema["x-kubernetes-int-or-string"] === true) return celTypes.dyn;
  switch (schema["type"]) {
    case "array":
      return isObject(schema["items"]) ? listType(typeOf(schemas, schema["items"], `${name}.@idx`)) : celTypes.dyn;
    case "object":
      return structType(schemas, schema, name);
    default:
      return scalarCelType(schema) ?? celTypes.dyn;
  }
}

function structType(schemas: OpenApiSchemas, schema: JsonObject, name: string): CelType {
  const { properties, additionalProperties } = schema;
  if (isObject(additionalProperties))
    return mapType(celTypes.string, typeOf(schemas, additionalProperties, `${name}.@elem`));
  if (!isObject(properties)) return celTypes.dyn;
  const fields = new Map(Object.entries(properties).map(([field, own]) => [escapeCelName(field), own]));
  return objectType(name, (field) => {
    const own = fields.get(field);
    return isObject(own) ? typeOf(schemas, own, `${name}.${field}`) : undefined;
  });
}

/** References stand alone, or within an allOf beside a description. */
function resolve(schemas: OpenApiSchemas, schema: JsonObject): JsonObject {
  const [only] = (schema["allOf"] ?? []) as JsonObject[];
  const target = schema["$ref"] ?? only?.["$ref"];
  if (typeof target !== "string" || !target.startsWith(reference)) return schema;
  return getKey(schemas, target.slice(reference.length)) ?? {};
}
