import { compareGoStrings } from "../codec/go-text.ts";
import type { JsonObject } from "../object.ts";
import { isObject } from "../schema/json-value.ts";
import type { FieldSchema, Structure } from "../schema/structure.ts";
import { type Atom, atomOf, entrySchema, itemElement } from "./atom.ts";
import { elementText, fieldElement } from "./field-set.ts";
import { goText, goTypeOf } from "./go-text.ts";

/**
 * What an applied configuration gets wrong, as server-side apply's schema sees it: `.spec.bogus: field not declared
 * in schema`. undefined where it fits. Mirrors typed.AsTyped and ValidationErrors.Error.
 */
export function typedObjectError(structure: Structure, schema: FieldSchema, object: JsonObject): string | undefined {
  const errors: string[] = [];
  validate({ structure, errors }, schema, object, "");
  if (errors.length === 0) return undefined;
  return errors.length === 1 ? errors[0] : ["errors:", ...errors.map((e) => `  ${e}`)].join("\n");
}

interface Validation {
  readonly structure: Structure;
  readonly errors: string[];
}

function validate(state: Validation, schema: FieldSchema | undefined, value: unknown, path: string): void {
  if (value === null || value === undefined) return;
  const atom = atomOf(state.structure, schema, value);
  const problem = (text: string): void => {
    state.errors.push(`${path}: ${text}`);
  };
  if (atom.kind === "scalar") {
    const wrong = scalarError(atom.schema, value);
    if (wrong !== undefined) problem(wrong);
  } else if (atom.kind === "list") {
    if (Array.isArray(value)) validateList(state, atom, value, path);
    else problem(`expected list, got &{${goText(value)}}`);
  } else if (isObject(value)) validateMap(state, atom, value, path);
  else problem(`expected map, got &{${goText(value)}}`);
}

function scalarError(schema: FieldSchema | undefined, value: unknown): string | undefined {
  switch (schema?.ref === undefined ? schema?.type : undefined) {
    case "integer":
    case "number":
      return typeof value === "number" ? undefined : `expected numeric (int or float), got ${goTypeOf(value)}`;
    case "string":
      if (schema?.format === "date-time") return anyScalarError(value);
      return typeof value === "string"
        ? undefined
        : `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`;
    case "boolean":
      return typeof value === "boolean" ? undefined : `expected boolean, got &{${goText(value)}}`;
    default:
      return anyScalarError(value);
  }
}

const anyScalarError = (value: unknown): string | undefined =>
  typeof value === "object" ? `expected any scalar, got &{${goText(value)}}` : undefined;

/** Go's %#v of a decoded JSON value. */
function goSyntax(value: unknown): string {
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(", ")}}`;
  if (!isObject(value)) return typeof value === "string" ? JSON.stringify(value) : goText(value);
  const keys = Object.keys(value).sort(compareGoStrings);
  return `map[string]interface {}{${keys.map((key) => `${JSON.stringify(key)}:${goSyntax(value[key])}`).join(", ")}}`;
}

function validateMap(state: Validation, atom: Extract<Atom, { kind: "map" }>, map: JsonObject, path: string): void {
  for (const key of Object.keys(map).sort(compareGoStrings)) {
    const below = path + elementText(fieldElement(key));
    if (atom.rest === "none" && !Object.hasOwn(atom.fields, key)) {
      state.errors.push(`${below}: field not declared in schema`);
      return;
    }
    validate(state, entrySchema(atom, key), map[key], below);
  }
}

function validateList(
  state: Validation,
  atom: Extract<Atom, { kind: "list" }>,
  list: readonly unknown[],
  path: string,
): void {
  const seen = new Set<string>();
  for (const [i, item] of list.entries()) {
    let text = `[${i}]`;
    if (!atom.atomic) {
      const found = itemElement(state.structure, atom, item);
      if ("error" in found) {
        state.errors.push(`${path}: element ${i}: ${found.error}`);
        return;
      }
      text = elementText(found.element);
      if (seen.has(found.element)) state.errors.push(`${path}: duplicate entries for key ${text}`);
      seen.add(found.element);
    }
    validate(state, atom.element, item, path + text);
  }
}
