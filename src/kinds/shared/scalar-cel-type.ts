import { type CelType, celTypes } from "../../machinery/cel/types.ts";
import type { JsonObject } from "../../machinery/object.ts";
import { getKey } from "../../machinery/schema/json-value.ts";

const textFormats: Readonly<Record<string, CelType>> = {
  byte: celTypes.bytes,
  date: celTypes.timestamp,
  "date-time": celTypes.timestamp,
  duration: celTypes.duration,
};

/** The type of what an OpenAPI schema of no list, map or object describes; undefined for other schemas. Mirrors apiserver/pkg/cel/common SchemaDeclType. */
export function scalarCelType(schema: JsonObject): CelType | undefined {
  switch (getKey(schema, "type")) {
    case "string": {
      const format = getKey(schema, "format");
      return (typeof format === "string" && getKey(textFormats, format)) || celTypes.string;
    }
    case "boolean":
      return celTypes.bool;
    case "integer":
      return celTypes.int;
    case "number":
      return celTypes.double;
    default:
      return undefined;
  }
}
