import { atomicTypes } from "../schema/atomic-types.ts";
import { getKey, isObject } from "../schema/json-value.ts";
import { type FieldSchema, resolve, type Structure } from "../schema/structure.ts";
import { keyElement, valueElement } from "./field-set.ts";

/** A value's type as server-side apply sees it: a leaf, a list or a map. Mirrors structured-merge-diff schema.Atom. */
export type Atom =
  | { readonly kind: "scalar"; readonly schema: FieldSchema | undefined }
  | {
      readonly kind: "list";
      readonly atomic: boolean;
      readonly element: FieldSchema | undefined;
      /** Of a keyed list; absent for sets. */
      readonly keys?: readonly string[];
    }
  | {
      readonly kind: "map";
      readonly atomic: boolean;
      /** The named fields of a struct. */
      readonly fields: Readonly<Record<string, FieldSchema>>;
      /** The schema of what `fields` does not name; "none": there may be nothing else. */
      readonly rest: FieldSchema | "any" | "none";
    };

const untypedMap: Atom = { kind: "map", atomic: false, fields: {}, rest: "any" };
const untypedList: Atom = { kind: "list", atomic: true, element: undefined };

const caches = new WeakMap<Structure, WeakMap<FieldSchema, Atom | "untyped">>();

/** The atom of a field; where the schema says nothing, the value decides. */
export function atomOf(structure: Structure, field: FieldSchema | undefined, value: unknown): Atom {
  const atom = field === undefined ? "untyped" : knownAtom(structure, field);
  if (atom !== "untyped") return atom;
  if (isObject(value)) return untypedMap;
  return Array.isArray(value) ? untypedList : { kind: "scalar", schema: undefined };
}

/** Schemas are shared and never change, so each is looked at once. */
function knownAtom(structure: Structure, field: FieldSchema): Atom | "untyped" {
  let cache = caches.get(structure);
  if (cache === undefined) {
    cache = new WeakMap();
    caches.set(structure, cache);
  }
  let atom = cache.get(field);
  if (atom === undefined) {
    atom = makeAtom(structure, field);
    cache.set(field, atom);
  }
  return atom;
}

function makeAtom(structure: Structure, field: FieldSchema): Atom | "untyped" {
  const schema = resolve(structure, field);
  if (schema === undefined || isUntyped(schema)) return "untyped";
  if (schema.type === "array") return listAtom(field, schema);
  if (schema.fields === undefined && schema.values === undefined && schema.type !== "object")
    return { kind: "scalar", schema };
  return mapAtom(field, schema);
}

/** Nothing said but that it may be anything. */
function isUntyped(schema: FieldSchema): boolean {
  if (schema.fields !== undefined || schema.values !== undefined || schema.items !== undefined) return false;
  return schema.type === undefined || (schema.preserveUnknown === true && schema.type !== "object");
}

function listAtom(field: FieldSchema, schema: FieldSchema): Atom {
  const listType = field.listType ?? schema.listType;
  const base = { kind: "list", element: schema.items } as const;
  if (listType === "map") return { ...base, atomic: false, keys: field.listMapKeys ?? schema.listMapKeys ?? [] };
  return { ...base, atomic: listType !== "set" };
}

function mapAtom(field: FieldSchema, schema: FieldSchema): Atom {
  const declared = field.mapType ?? schema.mapType;
  const atomic = declared === undefined ? field.ref !== undefined && atomicTypes.has(field.ref) : declared === "atomic";
  const open = schema.preserveUnknown === true || (schema.fields === undefined && schema.values === undefined);
  return { kind: "map", atomic, fields: schema.fields ?? {}, rest: schema.values ?? (open ? "any" : "none") };
}

/** The schema of a map's key. */
export function entrySchema(atom: Extract<Atom, { kind: "map" }>, key: string): FieldSchema | undefined {
  if (Object.hasOwn(atom.fields, key)) return atom.fields[key];
  return typeof atom.rest === "string" ? undefined : atom.rest;
}

/** The path element of a list's item, or what is wrong with the item. Mirrors typed.listItemToPathElement. */
export function itemElement(
  structure: Structure,
  atom: Extract<Atom, { kind: "list" }>,
  item: unknown,
): { readonly element: string } | { readonly error: string } {
  if (atom.keys === undefined) return setElement(item);
  if (item === null) return { error: "associative list with keys may not have a null element" };
  if (!isObject(item)) return { error: "associative list with keys may not have non-map elements" };
  const fields = resolve(structure, atom.element)?.fields ?? {};
  const keys: Record<string, unknown> = {};
  for (const key of atom.keys) {
    const value = getKey(item, key) ?? fields[key]?.default;
    if (value === undefined)
      return {
        error: `associative list with keys has an element that omits key field ${JSON.stringify(key)} (and doesn't have default value)`,
      };
    keys[key] = value;
  }
  return { element: keyElement(keys) };
}

function setElement(item: unknown): { readonly element: string } | { readonly error: string } {
  if (item === null) return { error: "associative list without keys has an element that's an explicit null" };
  if (Array.isArray(item)) return { error: "not supported: associative list with lists as elements" };
  if (isObject(item)) return { error: "associative list without keys has an element that's a map type" };
  return { element: valueElement(item) };
}

/** A list's items by their path elements, in order; an element has several where the list repeats it. Items without an element are left out. */
export function itemsByElement(
  structure: Structure,
  atom: Extract<Atom, { kind: "list" }>,
  list: readonly unknown[],
): Map<string, unknown[]> {
  const items = new Map<string, unknown[]>();
  for (const item of list) {
    const found = itemElement(structure, atom, item);
    if ("error" in found) continue;
    const same = items.get(found.element);
    if (same === undefined) items.set(found.element, [item]);
    else same.push(item);
  }
  return items;
}
