import { escapeCelName } from "../../machinery/cel/escape.ts";
import { type CelType, celTypes, listType, mapType, objectType } from "../../machinery/cel/types.ts";
import type { JsonObject } from "../../machinery/object.ts";
import { getKey, isObject } from "../../machinery/schema/json-value.ts";
import { scalarCelType } from "../shared/scalar-cel-type.ts";

/** The type of what a custom resource's schema describes; undefined where rules cannot see it. Mirrors apiserver/pkg/cel/common SchemaDeclType. */
export function celTypeOf(schema: JsonObject, isResource = false): CelType | undefined {
  if (getKey(schema, "x-kubernetes-int-or-string") === true) return celTypes.dyn;
  switch (getKey(schema, "type")) {
    case "array": {
      const items = isObject(schema.items) ? celTypeOf(schema.items, isEmbedded(schema.items)) : undefined;
      return items && listType(items);
    }
    case "object":
      return objectTypeOf(isResource ? withResourceFields(schema) : schema);
    default:
      return scalarCelType(schema);
  }
}

const isEmbedded = (schema: JsonObject): boolean => getKey(schema, "x-kubernetes-embedded-resource") === true;

function objectTypeOf(schema: JsonObject): CelType | undefined {
  const { properties, additionalProperties } = schema;
  if (isObject(additionalProperties)) {
    const values = celTypeOf(additionalProperties, isEmbedded(additionalProperties));
    return values && mapType(celTypes.string, values);
  }
  const known = new Map<string, CelType | undefined>();
  for (const [name, own] of Object.entries(isObject(properties) ? properties : {}))
    if (isObject(own)) known.set(escapeCelName(name), celTypeOf(own, isEmbedded(own)));
  return objectType("object", (field) => known.get(field));
}

const text = { type: "string" };

/** What every object has, for a rule to see. */
function withResourceFields(schema: JsonObject): JsonObject {
  const metadata = { type: "object", properties: { name: text, generateName: text } };
  const properties = isObject(schema.properties) ? schema.properties : {};
  return { ...schema, properties: { ...properties, apiVersion: text, kind: text, metadata } };
}
