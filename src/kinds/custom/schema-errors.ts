import {
  duplicate,
  type FieldError,
  GoLiteral,
  invalid,
  notSupported,
  required,
  tooLong,
  tooMany,
  typeInvalid,
} from "../../machinery/field-error.ts";
import { deepEqual, type JsonObject } from "../../machinery/object.ts";
import { getKey, isObject } from "../../machinery/schema/json-value.ts";
import { formatError } from "./formats.ts";

const MAX_PATTERN = 4096;

/** What is wrong with a value by an OpenAPI v3 schema, in the words of kube-openapi's validator. Mirrors apiextensions-apiserver/pkg/apiserver/validation ValidateCustomResource. */
export function schemaErrors(schema: JsonObject, value: unknown, path = ""): FieldError[] {
  if (value === null && schema.nullable === true) return [];
  const wrongType = typeError(schema, value, path);
  if (wrongType !== undefined) return [wrongType];
  return [
    ...enumErrors(schema, value, path),
    ...(typeof value === "string" ? stringErrors(schema, value, path) : []),
    ...(typeof value === "number" ? numberErrors(schema, value, path) : []),
    ...(Array.isArray(value) ? listErrors(schema, value, path) : []),
    ...(isObject(value) ? objectErrors(schema, value, path) : []),
    ...combinedErrors(schema, value, path),
  ];
}

const shown = (path: string): string => (path === "" ? "" : `${path} `);

function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

function typeError(schema: JsonObject, value: unknown, path: string): FieldError | undefined {
  const found = typeName(value);
  if (schema["x-kubernetes-int-or-string"] === true)
    return found === "integer" || found === "string" ? undefined : wrong("integer,string", found, path);
  const { type } = schema;
  if (type === undefined || type === found || (type === "number" && found === "integer")) return undefined;
  // A whole number is an integer however it is written: 2.0.
  return wrong(type, found, path);
}

const wrong = (type: string, found: string, path: string): FieldError =>
  typeInvalid(
    path === "" ? "<nil>" : path,
    found,
    `${shown(path)}in body must be of type ${type}: ${JSON.stringify(found)}`,
  );

const bad = (path: string, value: unknown, text: string): FieldError =>
  invalid(
    path === "" ? "<nil>" : path,
    isObject(value) || Array.isArray(value) ? new GoLiteral(JSON.stringify(value)) : value,
    `${shown(path)}in body ${text}`,
  );

function enumErrors(schema: JsonObject, value: unknown, path: string): FieldError[] {
  if (!Array.isArray(schema.enum) || schema.enum.some((v) => deepEqual(v, value))) return [];
  const values = schema.enum.map((v) => (typeof v === "string" ? v : JSON.stringify(v)));
  return [notSupported(path, value, values)];
}

/** The first thing that is wrong with a text: the validator looks no further. */
function stringErrors(schema: JsonObject, value: string, path: string): FieldError[] {
  const length = [...value].length;
  const { maxLength, minLength, pattern, format } = schema;
  if (maxLength !== undefined && length > maxLength) return [tooLong(path, maxLength)];
  if (minLength !== undefined && length < minLength)
    return [bad(path, value, `should be at least ${minLength} chars long`)];
  if (typeof pattern === "string" && pattern.length <= MAX_PATTERN && !matches(pattern, value))
    return [bad(path, value, `should match '${pattern}'`)];
  const error = typeof format === "string" ? formatError(format, value) : undefined;
  return error === undefined ? [] : [bad(path, value, error)];
}

const patterns = new Map<string, RegExp | undefined>();

/** Go's regular expressions and JavaScript's agree but for corners; one that does not compile here holds nobody up. */
function matches(pattern: string, value: string): boolean {
  if (!patterns.has(pattern)) {
    try {
      patterns.set(pattern, new RegExp(pattern, "u"));
    } catch {
      patterns.set(pattern, undefined);
    }
  }
  return patterns.get(pattern)?.test(value) ?? true;
}

function numberErrors(schema: JsonObject, value: number, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const { multipleOf, maximum, minimum, exclusiveMaximum, exclusiveMinimum, format } = schema;
  if (multipleOf !== undefined && value % multipleOf !== 0)
    errors.push(bad(path, value, `should be a multiple of ${multipleOf}`));
  if (maximum !== undefined && (exclusiveMaximum === true ? value >= maximum : value > maximum))
    errors.push(bad(path, value, `should be less than ${exclusiveMaximum === true ? "" : "or equal to "}${maximum}`));
  if (minimum !== undefined && (exclusiveMinimum === true ? value <= minimum : value < minimum))
    errors.push(
      bad(path, value, `should be greater than ${exclusiveMinimum === true ? "" : "or equal to "}${minimum}`),
    );
  if (format === "int32" && Number.isInteger(value) && Math.abs(value) > 2 ** 31)
    errors.push(bad(path, value, `must be of type int32: ${value}`));
  return errors;
}

const textOf = (value: unknown): string => JSON.stringify(value);

function listErrors(schema: JsonObject, list: readonly unknown[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  const { items, minItems, maxItems, uniqueItems } = schema;
  if (isObject(items)) for (const [i, v] of list.entries()) errors.push(...schemaErrors(items, v, `${path}[${i}]`));
  if (minItems !== undefined && list.length < minItems)
    errors.push(bad(path, list, `should have at least ${minItems} items`));
  if (maxItems !== undefined && list.length > maxItems) errors.push(tooMany(path, list.length, maxItems));
  if (uniqueItems === true && new Set(list.map(textOf)).size < list.length)
    errors.push(bad(path, list, "shouldn't contain duplicates"));
  return [...errors, ...listTypeErrors(schema, list, path)];
}

/** Mirrors apiextensions-apiserver/pkg/apiserver/schema/listtype. */
function listTypeErrors(schema: JsonObject, list: readonly unknown[], path: string): FieldError[] {
  const type = schema["x-kubernetes-list-type"];
  if (type !== "set" && type !== "map") return [];
  const names: string[] = schema["x-kubernetes-list-map-keys"] ?? [];
  const keyOf = (v: unknown): unknown => {
    if (type === "set" || !isObject(v)) return v;
    return Object.fromEntries(names.filter((n) => Object.hasOwn(v, n)).map((n) => [n, v[n]]));
  };
  const seen = new Set<string>();
  const errors: FieldError[] = [];
  for (const [i, item] of list.entries()) {
    const key = keyOf(item);
    const text = textOf(key);
    if (seen.has(text)) errors.push(duplicate(`${path}[${i}]`, isObject(key) ? new GoLiteral(goMap(key)) : key));
    seen.add(text);
  }
  return errors;
}

const goMap = (map: JsonObject): string =>
  `map[string]interface {}{${Object.keys(map)
    .sort()
    .map((k) => `${JSON.stringify(k)}:${JSON.stringify(map[k])}`)
    .join(", ")}}`;

function objectErrors(schema: JsonObject, object: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const { minProperties, maxProperties, additionalProperties } = schema;
  const child = (key: string): string => (path === "" ? key : `${path}.${key}`);
  const names = Object.keys(object);
  if (minProperties !== undefined && names.length < minProperties)
    errors.push(bad(path, object, `should have at least ${minProperties} properties`));
  if (maxProperties !== undefined && names.length > maxProperties)
    errors.push(tooMany(path, names.length, maxProperties));
  for (const name of (schema.required ?? []) as string[])
    if (getKey(object, name) === undefined) errors.push(required(child(name)));
  const properties: JsonObject = schema.properties ?? {};
  for (const name of names) {
    const of = getKey(properties, name) ?? (isObject(additionalProperties) ? additionalProperties : undefined);
    if (isObject(of) && object[name] !== undefined) errors.push(...schemaErrors(of, object[name], child(name)));
  }
  return errors;
}

function combinedErrors(schema: JsonObject, value: unknown, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const name = JSON.stringify(path === "" ? "<nil>" : path);
  const fits = (s: JsonObject): boolean => schemaErrors(s, value, path).length === 0;
  const report = (text: string): void => {
    const shownValue = isObject(value) || Array.isArray(value) ? "" : value;
    errors.push(invalid(path === "" ? "<nil>" : path, shownValue, `${name} ${text}`));
  };
  if (Array.isArray(schema.anyOf) && !schema.anyOf.some(fits)) {
    report("must validate at least one schema (anyOf)");
    errors.push(...schemaErrors(schema.anyOf[0], value, path));
  }
  if (Array.isArray(schema.oneOf)) {
    const count = schema.oneOf.filter(fits).length;
    if (count !== 1)
      report(
        `must validate one and only one schema (oneOf). ${count === 0 ? "Found none valid" : `Found ${count} valid alternatives`}`,
      );
  }
  if (Array.isArray(schema.allOf) && !schema.allOf.every(fits)) {
    report("must validate all the schemas (allOf)");
    for (const s of schema.allOf) errors.push(...schemaErrors(s, value, path));
  }
  if (isObject(schema.not) && fits(schema.not)) report("must not validate the schema (not)");
  return errors;
}
