import {
  duplicate,
  type FieldError,
  fieldForbidden,
  invalid,
  required,
  tooMany,
} from "../../../machinery/field-error.ts";
import { dns1035LabelErrors } from "../../../machinery/names.ts";
import { deepEqual } from "../../../machinery/object.ts";
import { schemaErrors } from "../../custom/schema-errors.ts";
import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinitionVersion,
  CustomResourceSubresources,
  JSONSchemaProps,
  SelectableField,
} from "../../types/apiextensions_v1.ts";
import { checkSchema } from "./schema.ts";
import { checkStructural } from "./structural.ts";

type Version = CustomResourceDefinitionVersion;
type Parts = Pick<Version, "schema" | "subresources" | "additionalPrinterColumns" | "selectableFields">;

const partNames = ["schema", "subresources", "additionalPrinterColumns", "selectableFields"] as const;

/** What all versions agree on: upstream's internal type has it once, and errors about it point there. */
export function hoisted(versions: readonly Version[]): Parts {
  const [first, ...rest] = versions;
  if (!first) return {};
  const same = partNames.filter((p) => first[p] !== undefined && rest.every((v) => deepEqual(v[p], first[p])));
  return Object.fromEntries(same.map((p) => [p, first[p]]));
}

/** Mirrors apiextensions validation.validateCustomResourceDefinitionVersion, for what is not `shared`. */
export function checkVersion(version: Version, shared: Parts, field: string): FieldError[] {
  const { name = "" } = version;
  const messages = dns1035LabelErrors(name);
  const own = Object.fromEntries(partNames.filter((p) => shared[p] === undefined).map((p) => [p, version[p]])) as Parts;
  return [
    ...(messages.length > 0 ? [invalid(`${field}.name`, name, messages.join(","))] : []),
    ...checkDeprecationWarning(version, `${field}.deprecationWarning`),
    ...checkVersionParts(own, [version], { at: field, schema: `${field}.schema` }),
  ];
}

function checkDeprecationWarning({ deprecated, deprecationWarning }: Version, field: string): FieldError[] {
  if (deprecationWarning === undefined) return [];
  const messages: string[] = [];
  if (!deprecated) messages.push("can only be set for deprecated versions");
  if (deprecationWarning.length > 256) messages.push("must be <= 256 characters long");
  if (deprecationWarning === "") messages.push("must not be an empty string");
  const odd = /\p{C}/u.exec(deprecationWarning);
  if (odd)
    messages.push(
      `must only contain printable UTF-8 characters; non-printable character found at index ${Buffer.byteLength(deprecationWarning.slice(0, odd.index))}`,
    );
  return messages.map((m) => invalid(field, deprecationWarning, m));
}

/** Where the parts of a version stand: the schema has another name once it is shared. */
interface Places {
  readonly at: string;
  readonly schema: string;
}

/** The parts of one version, or those that `versions` share. */
export function checkVersionParts(parts: Parts, versions: readonly Version[], { at, schema }: Places): FieldError[] {
  const hasStatus = versions.some((v) => v.subresources?.status !== undefined);
  const openApi = parts.schema?.openAPIV3Schema;
  return [
    ...(openApi ? checkOpenApi(openApi, hasStatus, `${schema}.openAPIV3Schema`) : []),
    ...checkSubresources(parts.subresources, `${at}.subresources`),
    ...(parts.additionalPrinterColumns ?? []).flatMap((c, i) => checkColumn(c, `${at}.additionalPrinterColumns[${i}]`)),
    ...checkSelectableFields(
      parts.selectableFields ?? [],
      versions[0]?.schema?.openAPIV3Schema,
      `${at}.selectableFields`,
    ),
  ];
}

/** Mirrors apiextensions validation.validateCustomResourceDefinitionValidation. */
function checkOpenApi(schema: JSONSchemaProps, hasStatus: boolean, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (hasStatus && schema.type !== "object") {
    const only = 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled';
    errors.push(invalid(`${field}.type`, schema.type ?? "", only));
  }
  if (schema.nullable) errors.push(fieldForbidden(`${field}.nullable`, "nullable cannot be true at the root"));
  errors.push(...checkSchema(schema, field));
  if (errors.length > 0) return errors;
  const structural = checkStructural(schema, field);
  return structural.length > 0 ? structural : checkDefaults(schema, field);
}

/** Defaults must be what their schema allows. Mirrors apiserver/schema/defaulting.ValidateDefaults. */
function checkDefaults(schema: JSONSchemaProps, field: string): FieldError[] {
  const own =
    schema.default === undefined || schema.default === null
      ? []
      : schemaErrors(schema as Record<string, unknown>, schema.default, `${field}.default`);
  const below = [
    ...Object.entries(schema.properties ?? {}).map(([key, s]) => [s, `${field}.properties[${key}]`] as const),
    [schema.additionalProperties, `${field}.additionalProperties`] as const,
    [schema.items, `${field}.items`] as const,
  ];
  return [
    ...own,
    ...below.flatMap(([s, at]) => (typeof s === "object" && s ? checkDefaults(s as JSONSchemaProps, at) : [])),
  ];
}

function checkSubresources(subresources: CustomResourceSubresources | undefined, field: string): FieldError[] {
  const scale = subresources?.scale;
  if (!scale) return [];
  return [
    ...checkReplicasPath(scale.specReplicasPath, ".spec", `${field}.scale.specReplicasPath`),
    ...checkReplicasPath(scale.statusReplicasPath, ".status", `${field}.scale.statusReplicasPath`),
    ...(scale.labelSelectorPath ? checkLabelSelectorPath(scale.labelSelectorPath, field) : []),
  ];
}

function checkReplicasPath(path: string | undefined, root: string, field: string): FieldError[] {
  if (!path) return [required(field)];
  const errors = checkSimplePath(path, field);
  if (errors.length > 0 || path.startsWith(`${root}.`)) return errors;
  return [invalid(field, path, `should be a json path under ${root}`)];
}

function checkLabelSelectorPath(path: string, subresources: string): FieldError[] {
  const field = `${subresources}.scale.labelSelectorPath`;
  const errors = checkSimplePath(path, field);
  if (errors.length > 0 || path.startsWith(".spec.") || path.startsWith(".status.")) return errors;
  return [invalid(field, path, "should be a json path under either .status or .spec")];
}

const checkSimplePath = (path: string, field: string): FieldError[] =>
  path.startsWith(".") ? [] : [invalid(field, path, "must be a simple json path starting with .")];

const columnTypes = ["boolean", "date", "integer", "number", "string"];
const columnFormats = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];

/** Mirrors apiextensions validation.ValidateCustomResourceColumnDefinition. */
function checkColumn(column: CustomResourceColumnDefinition, field: string): FieldError[] {
  const { name, type, format, jsonPath } = column;
  const errors: FieldError[] = [];
  const oneOf = `must be one of ${columnTypes.join(",")}`;
  if (!name) errors.push(required(`${field}.name`));
  if (!type) errors.push(required(`${field}.type`, oneOf));
  else if (!columnTypes.includes(type)) errors.push(invalid(`${field}.type`, type, oneOf));
  if (format && !columnFormats.includes(format))
    errors.push(invalid(`${field}.format`, format, `must be one of ${columnFormats.join(",")}`));
  if (!jsonPath) errors.push(required(`${field}.JSONPath`));
  else errors.push(...checkSimplePath(jsonPath, `${field}.JSONPath`));
  return errors;
}

const maxSelectableFields = 8;

/** Mirrors apiextensions validation.ValidateCustomResourceSelectableFields. */
function checkSelectableFields(
  fields: readonly SelectableField[],
  schema: JSONSchemaProps | undefined,
  field: string,
): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [i, { jsonPath = "" }] of fields.entries()) {
    const at = `${field}[${i}].jsonPath`;
    const found = schema && schemaAt(schema, jsonPath);
    if (jsonPath === "") errors.push(required(at));
    else if (!found) errors.push(invalid(at, jsonPath, "is an invalid path: does not refer to a valid field"));
    else {
      if (jsonPath.startsWith(".metadata.")) errors.push(invalid(at, jsonPath, "must not point to fields in metadata"));
      if (!["string", "boolean", "integer"].includes(found.type ?? "")) {
        const detail =
          "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.";
        errors.push(invalid(at, jsonPath, detail));
      }
      if (seen.has(jsonPath)) errors.push(duplicate(at, jsonPath));
      seen.add(jsonPath);
    }
  }
  if (seen.size > maxSelectableFields) errors.push(tooMany(field, seen.size, maxSelectableFields));
  return errors;
}

function schemaAt(schema: JSONSchemaProps, path: string): JSONSchemaProps | undefined {
  let at: JSONSchemaProps | undefined = schema;
  for (const key of path.replace(/^\./, "").split(".")) {
    const properties: Record<string, JSONSchemaProps> = at?.properties ?? {};
    at = Object.hasOwn(properties, key) ? properties[key] : undefined;
  }
  return at;
}
