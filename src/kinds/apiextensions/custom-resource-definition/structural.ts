import { type FieldError, fieldForbidden, invalid, required } from "../../../machinery/field-error.ts";
import { deepEqual } from "../../../machinery/object.ts";
import type { JSONSchemaProps } from "../../types/apiextensions_v1.ts";

type Schema = JSONSchemaProps;
type Level = "root" | "item" | "field";

const intOrString = "x-kubernetes-int-or-string";
const embedded = "x-kubernetes-embedded-resource";
const preserve = "x-kubernetes-preserve-unknown-fields";

/** Whether a schema is structural. Mirrors apiserver/schema.ValidateStructural, whose errors are sorted by their text. */
export function checkStructural(schema: Schema, field: string): FieldError[] {
  const errors = [...checkInvariants(schema, "root", field), ...checkComplete(schema, schema, field, field)];
  const text = (e: FieldError): string => `${e.field}: ${e.message}`;
  return errors.sort((a, b) => (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0));
}

const asSchema = (value: unknown): Schema | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Schema) : undefined;

function checkInvariants(schema: Schema, level: Level, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const items = asSchema(schema.items);
  const additional = asSchema(schema.additionalProperties);
  if (schema.type === "array" && !items) errors.push(required(`${field}.items`, "must be specified"));
  if (items) errors.push(...checkInvariants(items, "item", `${field}.items`));
  for (const [key, below] of Object.entries(schema.properties ?? {}))
    errors.push(...checkInvariants(below, "field", `${field}.properties[${key}]`));
  if (schema.additionalProperties !== undefined && level === "root")
    errors.push(fieldForbidden(`${field}.additionalProperties`, "must not be used at the root"));
  if (additional) errors.push(...checkInvariants(additional, "field", `${field}.additionalProperties`));
  errors.push(...checkIntOrString(schema, field), ...checkValues(schema, field, exceptions(schema)));
  errors.push(...checkType(schema, level, field));
  if (level === "root" || schema[embedded]) errors.push(...checkObjectFields(schema.properties ?? {}, field));
  if (schema[embedded] && !schema[preserve] && Object.keys(schema.properties ?? {}).length === 0) {
    const empty = `must not be empty if ${embedded} is true without ${preserve}`;
    errors.push(required(`${field}.properties`, empty));
  }
  return errors;
}

function checkIntOrString(schema: Schema, field: string): FieldError[] {
  if (!schema[intOrString]) return [];
  const errors: FieldError[] = [];
  const detail = `must be false if ${intOrString} is true`;
  if (schema[preserve]) errors.push(invalid(`${field}.${preserve}`, true, detail));
  if (schema[embedded]) errors.push(invalid(`${field}.${embedded}`, true, detail));
  if (schema.type) errors.push(invalid(`${field}.type`, schema.type, `must be empty if ${intOrString} is true`));
  return errors;
}

const untyped: Readonly<Record<Level, string>> = {
  root: "must not be empty at the root",
  item: "must not be empty for specified array items",
  field: "must not be empty for specified object fields",
};

function checkType(schema: Schema, level: Level, field: string): FieldError[] {
  const { type = "" } = schema;
  const errors: FieldError[] = [];
  if (schema[embedded] && type !== "object") {
    const detail = `must be object if ${embedded} is true`;
    errors.push(type ? invalid(`${field}.type`, type, detail) : required(`${field}.type`, detail));
  } else if (!type && !schema[intOrString] && !schema[preserve]) errors.push(required(`${field}.type`, untyped[level]));
  if (schema[embedded] && schema.additionalProperties !== undefined)
    errors.push(fieldForbidden(`${field}.additionalProperties`, `must not be used if ${embedded} is set`));
  if (level === "root" && type && type !== "object")
    errors.push(invalid(`${field}.type`, type, "must be object at the root"));
  return errors;
}

/** What every object has is of known types. */
function checkObjectFields(properties: Readonly<Record<string, Schema>>, field: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const key of ["kind", "apiVersion"]) {
    const type = Object.hasOwn(properties, key) ? (properties[key]!.type ?? "") : "string";
    if (type !== "string") errors.push(invalid(`${field}.properties[${key}].type`, type, "must be string"));
  }
  const metadata = Object.hasOwn(properties, "metadata") ? properties["metadata"] : undefined;
  return metadata ? [...errors, ...checkMetadata(metadata, `${field}.properties[metadata]`)] : errors;
}

function checkMetadata(metadata: Schema, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const { type, description, properties, ...rest } = metadata;
  if (type !== "object") errors.push(invalid(`${field}.type`, type ?? "", "must be object"));
  const others = Object.keys(properties ?? {}).some((key) => key !== "name" && key !== "generateName");
  if (others || Object.keys(rest).length > 0)
    errors.push(
      fieldForbidden(
        field,
        "must not specify anything other than name and generateName, but metadata is implicitly specified",
      ),
    );
  return errors;
}

/** Where the anyOf of types stands that an int-or-string may have. */
interface Exceptions {
  readonly anyOf: boolean;
  readonly firstAllOf: boolean;
}

const none: Exceptions = { anyOf: false, firstAllOf: false };
const intOrStringTypes = [{ type: "integer" }, { type: "string" }];

const exceptions = (schema: Schema): Exceptions =>
  schema[intOrString]
    ? {
        anyOf: deepEqual(schema.anyOf, intOrStringTypes),
        firstAllOf: deepEqual(schema.allOf?.[0]?.anyOf, intOrStringTypes),
      }
    : none;

/** The junctors, and the values' own restrictions. Mirrors apiserver/schema.validateValueValidation. */
function checkValues(schema: Schema, field: string, skip: Exceptions): FieldError[] {
  const nested = (key: "allOf" | "anyOf" | "oneOf"): FieldError[] =>
    (schema[key] ?? []).flatMap((s, i) =>
      checkNested(s, `${field}.${key}[${i}]`, {
        anyOf: key === "allOf" && i === 0 && skip.firstAllOf,
        typed: key === "anyOf" && skip.anyOf,
      }),
    );
  return [
    ...nested("allOf"),
    ...nested("anyOf"),
    ...nested("oneOf"),
    ...(schema.not ? checkNested(schema.not, `${field}.not`, { anyOf: false, typed: false }) : []),
    ...checkPattern(schema.pattern, `${field}.pattern`),
  ];
}

function checkPattern(pattern: string | undefined, field: string): FieldError[] {
  if (!pattern) return [];
  try {
    new RegExp(pattern.replace(/^\(\?[a-z]+\)/, ""));
    return [];
  } catch (error) {
    const why = `error parsing regexp: ${(error as Error).message.split(": ").at(-1)!.toLowerCase()}: \`${pattern}\``;
    return [invalid(field, pattern, `must be a valid regular expression, but isn't: ${why}`)];
  }
}

const forbidden: readonly (readonly [keyof Schema, string])[] = [
  ["type", "empty"],
  ["additionalProperties", "undefined"],
  ["default", "undefined"],
  ["title", "empty"],
  ["description", "empty"],
  ["nullable", "false"],
  [preserve, "false"],
  [embedded, "false"],
  [intOrString, "false"],
  ["x-kubernetes-list-map-keys", "empty"],
  ["x-kubernetes-list-type", "undefined"],
  ["x-kubernetes-map-type", "undefined"],
  ["x-kubernetes-validations", "empty"],
];

interface NestedExceptions {
  /** Its anyOf may name types. */
  readonly anyOf: boolean;
  /** It may have a type itself. */
  readonly typed: boolean;
}

/** A schema within a junctor may restrict values, but not say what there is. */
function checkNested(schema: Schema, field: string, skip: NestedExceptions): FieldError[] {
  const errors = checkValues(schema, field, { anyOf: skip.anyOf, firstAllOf: false });
  const items = asSchema(schema.items);
  const plain: NestedExceptions = { anyOf: false, typed: false };
  if (items) errors.push(...checkNested(items, `${field}.items`, plain));
  for (const [key, below] of Object.entries(schema.properties ?? {}))
    errors.push(...checkNested(below, `${field}.properties[${key}]`, plain));
  for (const [key, wanted] of forbidden) {
    const value = schema[key];
    if (value === undefined || value === "" || value === false || (key === "type" && skip.typed)) continue;
    errors.push(fieldForbidden(`${field}.${key}`, `must be ${wanted} to be structural`));
  }
  if (Object.hasOwn(schema.properties ?? {}, "metadata"))
    errors.push(fieldForbidden(`${field}.properties[metadata]`, "must not be specified in a nested context"));
  return errors;
}

/** What junctors speak of must be there in the schema proper. Mirrors apiserver/schema.validateStructuralCompleteness. */
function checkComplete(schema: Schema | undefined, nested: Schema, at: string, nestedAt: string): FieldError[] {
  const errors: FieldError[] = [];
  const isWithin = nested !== schema;
  const items = asSchema(nested.items);
  const own = asSchema(schema?.items);
  if (items && isWithin && !own) errors.push(required(`${at}.items`, `because it is defined in ${nestedAt}.items`));
  else if (items) errors.push(...checkComplete(own, items, `${at}.items`, `${nestedAt}.items`));
  for (const [key, below] of Object.entries(nested.properties ?? {})) {
    const place = `properties[${key}]`;
    const mine = Object.hasOwn(schema?.properties ?? {}, key) ? schema!.properties![key] : undefined;
    if (isWithin && !mine) errors.push(required(`${at}.${place}`, `because it is defined in ${nestedAt}.${place}`));
    else errors.push(...checkComplete(mine, below, `${at}.${place}`, `${nestedAt}.${place}`));
  }
  const additional = asSchema(nested.additionalProperties);
  if (additional && !isWithin)
    errors.push(...checkComplete(additional, additional, `${at}.additionalProperties`, `${at}.additionalProperties`));
  const junctors = (["allOf", "anyOf", "oneOf"] as const).flatMap((key) =>
    (nested[key] ?? []).map((s, i) => [s, `${nestedAt}.${key}[${i}]`] as const),
  );
  for (const [s, path] of nested.not ? [...junctors, [nested.not, `${nestedAt}.not`] as const] : junctors)
    errors.push(...checkComplete(schema, s, at, path));
  return errors;
}
