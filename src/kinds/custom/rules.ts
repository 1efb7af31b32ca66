import { CelCompileError, celValue, compileCel } from "../../machinery/cel/environment.ts";
import type { FieldError, FieldErrorReason } from "../../machinery/field-error.ts";
import { deepEqual, type JsonObject } from "../../machinery/object.ts";
import { fromOpenApi } from "../../machinery/schema/from-openapi.ts";
import { getKey, isObject } from "../../machinery/schema/json-value.ts";

const RULES = "x-kubernetes-validations";

/** Whether a schema has validation rules anywhere. */
export function hasRules(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.some(hasRules);
  if (!isObject(schema)) return false;
  if (Array.isArray(schema[RULES]) && schema[RULES].length > 0) return true;
  return Object.values(schema).some((v) => typeof v === "object" && hasRules(v));
}

/** The object at hand and, on an update, what was there before. */
interface Place {
  readonly value: unknown;
  readonly old: unknown;
  readonly path: string;
}

/** What a custom resource's validation rules have against it. Mirrors apiextensions-apiserver/pkg/apiserver/schema/cel. */
export function ruleErrors(schema: JsonObject, object: JsonObject, old: JsonObject | undefined): FieldError[] {
  return walk(schema, { value: rootOf(object), old: old && rootOf(old), path: "" });
}

/** At the root a rule sees of metadata the names alone. */
function rootOf(object: JsonObject): JsonObject {
  const { name, generateName } = object["metadata"] ?? {};
  return {
    ...object,
    metadata: { ...(name === undefined ? {} : { name }), ...(generateName === undefined ? {} : { generateName }) },
  };
}

function walk(schema: JsonObject, place: Place): FieldError[] {
  const { value, old, path } = place;
  if (value === undefined || value === null) return [];
  const rules: JsonObject[] = schema[RULES] ?? [];
  const errors = rules.flatMap((rule) => evaluateRule(schema, rule, place) ?? []);
  if (Array.isArray(value)) {
    const { items } = schema;
    if (!isObject(items)) return errors;
    return [
      ...errors,
      ...value.flatMap((v, i) => walk(items, { value: v, old: oldItem(schema, v, old), path: `${path}[${i}]` })),
    ];
  }
  if (!isObject(value)) return errors;
  for (const key of Object.keys(value)) {
    const of = getKey(schema["properties"] ?? {}, key) ?? schema["additionalProperties"];
    if (!isObject(of)) continue;
    const before = isObject(old) ? getKey(old, key) : undefined;
    errors.push(...walk(of, { value: value[key], old: before, path: path === "" ? key : `${path}.${key}` }));
  }
  return errors;
}

/** Only the elements of a list of type map can be told again. */
function oldItem(schema: JsonObject, item: unknown, old: unknown): unknown {
  const keys: string[] = schema["x-kubernetes-list-map-keys"] ?? [];
  if (schema["x-kubernetes-list-type"] !== "map" || !Array.isArray(old) || !isObject(item)) return undefined;
  return old.find((o) => isObject(o) && keys.every((k) => deepEqual(o[k], item[k])));
}

const REASONS: Readonly<Record<string, FieldErrorReason>> = {
  FieldValueForbidden: "FieldValueForbidden",
  FieldValueRequired: "FieldValueRequired",
  FieldValueDuplicate: "FieldValueDuplicate",
};

function evaluateRule(schema: JsonObject, rule: JsonObject, { value, old, path }: Place): FieldError | undefined {
  const expression = String(rule["rule"]).trim();
  const transition = /\boldSelf\b/.test(expression);
  const optional = rule["optionalOldSelf"] === true;
  if (transition && old === undefined && !optional) return undefined;
  // What did not change is not held against an update.
  if (!transition && old !== undefined && deepEqual(value, old)) return undefined;
  const field = fromOpenApi(schema);
  const self = celValue(value, undefined, field);
  const variables = { self, ...(transition ? { oldSelf: celValue(old, undefined, field) } : {}) };
  const where = path + pathSuffix(rule["fieldPath"]);
  try {
    if (compileCel(expression)(variables) === true) return undefined;
  } catch (error) {
    return objection("FieldValueInvalid", where, schema, failureText(rule, error as Error));
  }
  const reason = REASONS[rule["reason"]] ?? "FieldValueInvalid";
  return objection(reason, where, schema, messageOf(rule, expression, variables));
}

/** Mirrors cel/validation.go validateExpressions, where evaluating fails. */
function failureText(rule: JsonObject, error: Error): string {
  const { message } = error;
  if (error instanceof CelCompileError) return `rule compile error: ${message}`;
  const shown = String(rule["message"] || rule["rule"]).trim();
  return message.startsWith("no such overload")
    ? `'${message}': call arguments did not match a supported operator, function or macro signature for rule: ${shown}`
    : `${message} evaluating rule: ${shown}`;
}

const pathSuffix = (fieldPath: unknown): string => (typeof fieldPath === "string" ? fieldPath : "");

function messageOf(rule: JsonObject, expression: string, variables: Readonly<Record<string, unknown>>): string {
  if (rule["messageExpression"]) {
    try {
      const message = compileCel(String(rule["messageExpression"]))(variables);
      if (typeof message === "string" && message.trim() !== "" && !message.includes("\n")) return message.trim();
    } catch {
      // The plain message stands in.
    }
  }
  return rule["message"] ? String(rule["message"]).trim() : `failed rule: ${expression}`;
}

/** Mirrors cel/validation.go fieldErrorForReason: the value shown is the schema's type. */
function objection(reason: FieldErrorReason, path: string, schema: JsonObject, message: string): FieldError {
  const field = (path === "" ? "<nil>" : path).replace(/^\./, "");
  const type = JSON.stringify(schema["type"] ?? "");
  const texts: Partial<Record<FieldErrorReason, string>> = {
    FieldValueForbidden: `Forbidden: ${message}`,
    FieldValueRequired: `Required value: ${message}`,
    FieldValueDuplicate: `Duplicate value: ${type}`,
  };
  return { reason, field, message: texts[reason] ?? `Invalid value: ${type}: ${message}` };
}
