import type { CelScope } from "../../../machinery/cel/checker.ts";
import { type CelType, optionalType } from "../../../machinery/cel/types.ts";
import {
  type FieldError,
  fieldForbidden,
  GoLiteral,
  goQuote,
  invalid,
  notSupported,
  required,
} from "../../../machinery/field-error.ts";
import type { JsonObject } from "../../../machinery/object.ts";
import { celTypeOf } from "../../custom/cel-type.ts";
import { compileCelIn } from "../../shared/cel-error.ts";
import { checkOneOf, sortedKeys } from "../../shared/check.ts";
import { goPointer, goStrings } from "../../shared/go-syntax.ts";
import type { JSONSchemaProps, ValidationRule } from "../../types/apiextensions_v1.ts";

type Schema = JSONSchemaProps;

/** Where a schema stands, for its rules. */
interface Place {
  /** It describes an object with metadata. */
  readonly isResource: boolean;
  /** The path of the list or map within which an object cannot be told from its former self. */
  readonly uncorrelatable?: string;
}

/** Mirrors apiextensions validation.ValidateCustomResourceDefinitionOpenAPISchema. */
export function checkSchema(schema: Schema, field: string, place: Place = { isResource: true }): FieldError[] {
  const errors = checkSupported(schema, field);
  if (schema.uniqueItems) {
    const slow = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic";
    errors.push(fieldForbidden(`${field}.uniqueItems`, slow));
  }
  errors.push(...checkAdditionalProperties(schema, `${field}.additionalProperties`));
  for (const [below, at] of subschemas(schema, field))
    errors.push(...checkSchema(below, at, placeOf(schema, field, below, place)));
  return [...errors, ...checkExtensions(schema, field), ...checkRules(schema, field, place)];
}

/** Only items of a list of type map, and fields of a map that is not atomic, are known again in an update. */
function placeOf(schema: Schema, field: string, below: Schema, { uncorrelatable }: Place): Place {
  const isItem = schema.items === below && schema["x-kubernetes-list-type"] !== "map";
  const own = isItem || schema["x-kubernetes-map-type"] === "atomic" ? field : undefined;
  const lost = uncorrelatable ?? own;
  return {
    isResource: below["x-kubernetes-embedded-resource"] === true,
    ...(lost === undefined ? {} : { uncorrelatable: lost }),
  };
}

const isSchema = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The schemas within a schema, in the order in which upstream looks at them. */
function subschemas(schema: Schema, field: string): [Schema, string][] {
  const found: [unknown, string][] = [
    [schema.additionalProperties, `${field}.additionalProperties`],
    ...named(schema, "properties", field),
    ...named(schema, "patternProperties", field),
    [schema.additionalItems, `${field}.additionalItems`],
    [schema.not, `${field}.not`],
    ...listed(schema, "allOf", field),
    ...listed(schema, "oneOf", field),
    ...listed(schema, "anyOf", field),
    ...named(schema, "definitions", field),
    [schema.items, `${field}.items`],
    ...(Array.isArray(schema.items) ? listed(schema, "items", field) : []),
  ];
  return found.filter((entry): entry is [Schema, string] => isSchema(entry[0]));
}

const named = (schema: Schema, key: "properties" | "patternProperties" | "definitions", field: string) =>
  sortedKeys(schema[key]).map((name): [unknown, string] => [schema[key]![name], `${field}.${key}[${name}]`]);

const listed = (schema: Schema, key: "allOf" | "oneOf" | "anyOf" | "items", field: string) =>
  ((schema[key] ?? []) as unknown[]).map((s, i): [unknown, string] => [s, `${field}.${key}[${i}]`]);

const types = ["array", "boolean", "integer", "number", "object", "string"];
const unsupported = ["id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"] as const;

/** Mirrors apiextensions validation.specStandardValidatorV3. */
function checkSupported(schema: Schema, field: string): FieldError[] {
  const { type, items } = schema;
  const errors: FieldError[] = [];
  if (type && type !== "null" && !types.includes(type)) errors.push(notSupported(`${field}.type`, type, types));
  for (const key of unsupported)
    if (isGiven(schema[key])) errors.push(fieldForbidden(`${field}.${key}`, `${key} is not supported`));
  if (type === "null")
    errors.push(fieldForbidden(`${field}.type`, "type cannot be set to null, use nullable as an alternative"));
  if (Array.isArray(items) && items.length > 0)
    errors.push(fieldForbidden(`${field}.items`, "items must be a schema object and not an array"));
  return errors;
}

const isGiven = (value: unknown): boolean =>
  value !== undefined && value !== "" && !(isSchema(value) && Object.keys(value).length === 0);

function checkAdditionalProperties({ additionalProperties, properties }: Schema, field: string): FieldError[] {
  if (additionalProperties === undefined) return [];
  if (Object.keys(properties ?? {}).length > 0 && additionalProperties !== true)
    return [fieldForbidden(field, "additionalProperties and properties are mutual exclusive")];
  return additionalProperties === false ? [fieldForbidden(field, "additionalProperties cannot be set to false")] : [];
}

/** The x-kubernetes-* fields but the rules. */
function checkExtensions(schema: Schema, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const preserve = "x-kubernetes-preserve-unknown-fields";
  if (schema[preserve] === false) errors.push(invalid(`${field}.${preserve}`, false, "must be true or undefined"));
  const mapType = schema["x-kubernetes-map-type"];
  if (mapType !== undefined) {
    errors.push(...checkTypeFor(schema, "object", "x-kubernetes-map-type", field));
    errors.push(...checkOneOf(mapType, ["atomic", "granular"], `${field}.x-kubernetes-map-type`));
  }
  const listType = schema["x-kubernetes-list-type"];
  if (listType !== undefined) {
    errors.push(...checkTypeFor(schema, "array", "x-kubernetes-list-type", field));
    errors.push(...checkOneOf(listType, ["atomic", "set", "map"], `${field}.x-kubernetes-list-type`));
  }
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  const onlyMaps = "must be map if x-kubernetes-list-map-keys is non-empty";
  if (keys.length > 0 && listType === undefined) errors.push(required(`${field}.x-kubernetes-list-type`, onlyMaps));
  else if (keys.length > 0 && listType !== "map")
    errors.push(invalid(`${field}.x-kubernetes-list-type`, listType, onlyMaps));
  return listType === "map" ? [...errors, ...checkListMap(schema, keys, field)] : errors;
}

function checkTypeFor(schema: Schema, type: string, extension: string, field: string): FieldError[] {
  const detail = `must be ${type} if ${extension} is specified`;
  if (!schema.type) return [required(`${field}.type`, detail)];
  return schema.type === type ? [] : [invalid(`${field}.type`, schema.type, detail)];
}

/** A list that is a map by some fields of its items. */
function checkListMap({ items }: Schema, keys: readonly string[], field: string): FieldError[] {
  const errors: FieldError[] = [];
  const isMap = "if x-kubernetes-list-type is map";
  if (keys.length === 0) errors.push(required(`${field}.x-kubernetes-list-map-keys`, `must not be empty ${isMap}`));
  if (items === undefined) errors.push(required(`${field}.items`, `must have a schema ${isMap}`));
  if (!isSchema(items)) return errors;
  if (items.type !== "object")
    errors.push(
      invalid(
        `${field}.items.type`,
        items.type ?? "",
        "must be object if parent array's x-kubernetes-list-type is map",
      ),
    );
  const shown = new GoLiteral(goStrings(keys));
  for (const [i, key] of keys.entries()) {
    const property = Object.hasOwn(items.properties ?? {}, key) ? items.properties![key]! : undefined;
    if (!property)
      errors.push(
        invalid(`${field}.x-kubernetes-list-map-keys`, shown, "entries must all be names of item properties"),
      );
    else errors.push(...checkMapKey(property, items.required ?? [], key, `${field}.items.properties[${key}]`));
    if (keys.indexOf(key) < i)
      errors.push(invalid(`${field}.x-kubernetes-list-map-keys`, shown, "must not contain duplicate entries"));
  }
  return errors;
}

function checkMapKey(property: Schema, given: readonly string[], key: string, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const scalar = "must be a scalar type if parent array's x-kubernetes-list-type is map";
  const { type = "" } = property;
  if (type === "array" || type === "object" || (type === "" && !property["x-kubernetes-int-or-string"]))
    errors.push(invalid(`${field}.type`, type, scalar));
  if (property.default === undefined && !given.includes(key)) {
    const missing =
      "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property";
    errors.push(required(`${field}.default`, missing));
  }
  return errors;
}

const reasons = ["FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired", "FieldValueDuplicate"];

function checkRules(schema: Schema, field: string, place: Place): FieldError[] {
  const rules = schema["x-kubernetes-validations"] ?? [];
  const at = (i: number): string => `${field}.x-kubernetes-validations[${i}]`;
  const form = rules.flatMap((rule, i) => checkRule(rule, at(i)));
  const self = rules.length > 0 ? celTypeOf(schema as JsonObject, place.isResource) : undefined;
  if (!self) return form;
  // Empty rules have been complained of already.
  const compiled = rules.flatMap((rule, i) => (rule.rule?.trim() ? checkExpressions(rule, self, place, at(i)) : []));
  return [...form, ...compiled];
}

function checkRule({ rule = "", message, messageExpression, reason }: ValidationRule, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const text = message?.trim() ?? "";
  if (rule.trim() === "") errors.push(required(`${field}.rule`, "rule is not specified"));
  else if (message && text === "")
    errors.push(invalid(`${field}.message`, message, "message must be non-empty if specified"));
  else if (text.includes("\n"))
    errors.push(invalid(`${field}.message`, message, "message must not contain line breaks"));
  else if (rule.trim().includes("\n") && text === "")
    errors.push(required(`${field}.message`, "message must be specified if rule contains line breaks"));
  if (messageExpression && messageExpression.trim() === "") {
    const detail = "messageExpression must be non-empty if specified";
    errors.push(required(`${field}.messageExpression`, detail));
  }
  if (reason !== undefined) errors.push(...checkOneOf(reason, reasons, `${field}.reason`));
  return errors;
}

/** Mirrors apiserver/schema/cel compileRule and what validation makes of its outcome. */
function checkExpressions(rule: ValidationRule, self: CelType, place: Place, field: string): FieldError[] {
  const shown = new GoLiteral(goRule(rule));
  const scope = { self, oldSelf: rule.optionalOldSelf ? optionalType(self) : self };
  const errors: FieldError[] = [];
  const { type, error } = compileCelIn(rule.rule, scope);
  const isOdd = type && type.kind !== "bool" ? "cel expression must evaluate to a bool" : undefined;
  const cause = error === undefined ? isOdd : `compilation failed: ${error}`;
  if (cause !== undefined) return [invalid(`${field}.rule`, shown, cause)];
  errors.push(...checkMessageExpression(rule, scope, shown, field));
  if (place.uncorrelatable !== undefined && /\boldSelf\b/.test(rule.rule)) {
    const detail = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${place.uncorrelatable}`;
    errors.push(invalid(`${field}.rule`, rule.rule, detail));
  }
  return errors;
}

function checkMessageExpression(rule: ValidationRule, scope: CelScope, shown: GoLiteral, field: string): FieldError[] {
  if (!rule.messageExpression?.trim()) return [];
  const { type, error } = compileCelIn(rule.messageExpression, scope);
  const isOdd = type && type.kind !== "string" ? "messageExpression must evaluate to a string" : undefined;
  const cause = error === undefined ? isOdd : `messageExpression compilation failed: ${error}`;
  return cause === undefined ? [] : [invalid(`${field}.messageExpression`, shown, cause)];
}

const goRule = (rule: ValidationRule): string =>
  [
    `apiextensions.ValidationRule{Rule:${goQuote(rule.rule)}`,
    `Message:${goQuote(rule.message ?? "")}`,
    `MessageExpression:${goQuote(rule.messageExpression ?? "")}`,
    `Reason:${goPointer("apiextensions.FieldValueErrorReason", rule.reason)}`,
    `FieldPath:${goQuote(rule.fieldPath ?? "")}`,
    `OptionalOldSelf:${goPointer("bool", rule.optionalOldSelf)}}`,
  ].join(", ");
