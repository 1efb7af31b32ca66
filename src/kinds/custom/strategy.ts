import { type FieldError, invalid } from "../../machinery/field-error.ts";
import { deepEqual, type JsonObject, type KubeObject } from "../../machinery/object.ts";
import { fromOpenApi } from "../../machinery/schema/from-openapi.ts";
import { getKey } from "../../machinery/schema/json-value.ts";
import type { Strategy } from "../definition.ts";
import { finalizerWarnings } from "../shared/finalizers.ts";
import { applyDefaults } from "./defaults.ts";
import { hasRules, ruleErrors } from "./rules.ts";
import { schemaErrors } from "./schema-errors.ts";

/** Errors after which rules are not asked any more. */
const BLOCKING = new Set([
  "FieldValueRequired",
  "FieldValueTooLong",
  "FieldValueTooMany",
  "FieldValueTypeInvalid",
  "FieldValueNotSupported",
]);

const NOT_CHECKED: FieldError = invalid(
  "<nil>",
  null,
  "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation",
);

/** The strategy of one version of a custom resource. Mirrors apiextensions-apiserver/pkg/registry/customresource/strategy.go. */
export function customStrategy(schema: JsonObject, hasStatus: boolean, version: JsonObject): Strategy {
  const fields = fromOpenApi(schema);
  const rules = hasRules(schema);
  const check = (object: KubeObject, old: KubeObject | undefined): FieldError[] => {
    const { metadata: _, ...rest } = object;
    const { properties = {}, ...others } = schema;
    const { metadata: _meta, ...own } = properties;
    const found = schemaErrors({ ...others, properties: own }, rest);
    const errors = old === undefined ? found : found.filter((e) => !isUnchanged(e, object, old));
    if (!rules) return errors;
    if (errors.some((e) => BLOCKING.has(e.reason))) return [...errors, NOT_CHECKED];
    return [...errors, ...ruleErrors(schema, object, old)];
  };
  return {
    defaults: (object) => applyDefaults({ ...fields, fields: withoutMeta(fields.fields) }, object),
    prepareForCreate(object) {
      if (hasStatus) delete object.status;
    },
    prepareForUpdate(object, old) {
      if (hasStatus) keep(object, old, "status");
    },
    generationChanges: (object, old) => !deepEqual(counted(object, hasStatus), counted(old, hasStatus)),
    validate: (object) => check(object, undefined),
    validateUpdate: check,
    warnings: (object, old) => finalizerWarnings(object.metadata.finalizers, old?.metadata.finalizers),
    ...selectable(version),
    status: {
      prepareForUpdate(object, old) {
        for (const field of Object.keys({ ...object, ...old }))
          if (field !== "status" && field !== "metadata") keep(object, old, field);
        const { managedFields, resourceVersion } = object.metadata;
        object.metadata = { ...old.metadata, ...(managedFields ? { managedFields } : {}) };
        if (resourceVersion !== undefined) object.metadata.resourceVersion = resourceVersion;
      },
      validateUpdate: check,
    },
  };
}

function selectable(version: JsonObject): Pick<Strategy, "selectableFields"> {
  const paths: string[] = ((version.selectableFields ?? []) as JsonObject[]).map((f) => String(f.jsonPath).slice(1));
  return {
    selectableFields: (object) =>
      Object.fromEntries(
        paths.map((path) => [path, valueAt(object, path) === undefined ? "" : String(valueAt(object, path))]),
      ),
  };
}

const withoutMeta = <T>(fields: Readonly<Record<string, T>> | undefined): Record<string, T> => {
  const { apiVersion: _a, kind: _k, metadata: _m, ...own } = { ...fields } as Record<string, T>;
  return own;
};

function keep(object: KubeObject, old: KubeObject, field: string): void {
  if (Object.hasOwn(old, field)) object[field] = old[field];
  else delete object[field];
}

/** What counts as a new generation: all but metadata, and all but status where that has its own endpoint. */
function counted(object: KubeObject, hasStatus: boolean): JsonObject {
  const { metadata: _, status, ...rest } = object;
  return hasStatus ? rest : { ...rest, status };
}

function valueAt(object: unknown, path: string): unknown {
  let value: unknown = object;
  for (const part of path.split(/[.[\]]/).filter((p) => p !== "")) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Array.isArray(value) ? value[Number(part)] : getKey(value as JsonObject, part);
  }
  return value;
}

/** Ratcheting: what was wrong before and did not change is let be. Mirrors CRDValidationRatcheting. */
function isUnchanged(error: FieldError, object: KubeObject, old: KubeObject): boolean {
  if (error.reason === "FieldValueRequired") {
    const parent = error.field.split(".").slice(0, -1).join(".");
    return parent !== "" && deepEqual(valueAt(object, parent), valueAt(old, parent));
  }
  const before = valueAt(old, error.field);
  return before !== undefined && deepEqual(valueAt(object, error.field), before);
}
