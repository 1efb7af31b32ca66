import { deepEqual, type JsonObject } from "../object.ts";
import { getKey, isObject } from "../schema/json-value.ts";
import type { FieldSchema, Structure } from "../schema/structure.ts";
import { type Atom, atomOf, entrySchema, itemsByElement } from "./atom.ts";
import { type FieldSet, type FieldSetDraft, fieldElement, insertPath, newDraft } from "./field-set.ts";

/** What changed between two objects. Mirrors structured-merge-diff typed.Comparison. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

interface Walk {
  readonly structure: Structure;
  readonly added: FieldSetDraft;
  readonly modified: FieldSetDraft;
  readonly removed: FieldSetDraft;
}

type Absent = undefined;
type ListAtom = Extract<Atom, { kind: "list" }>;
type MapAtom = Extract<Atom, { kind: "map" }>;

/** A path from its end: most of what is compared is equal, so paths are spelt out where one is wanted only. */
interface Step {
  readonly up: Step | undefined;
  readonly element: string;
}

function note(set: FieldSetDraft, step: Step | undefined): void {
  const path: string[] = [];
  for (let at = step; at !== undefined; at = at.up) path.push(at.element);
  insertPath(set, path.reverse());
}

/** Compares two objects of a type. null is a value here: only a missing key is absent. Mirrors TypedValue.Compare. */
export function compareFields(
  structure: Structure,
  schema: FieldSchema,
  before: JsonObject,
  after: JsonObject,
): Comparison {
  const walk: Walk = { structure, added: newDraft(), modified: newDraft(), removed: newDraft() };
  compareValue(walk, schema, before, after, undefined);
  return walk;
}

function compareValue(
  walk: Walk,
  schema: FieldSchema | undefined,
  before: unknown | Absent,
  after: unknown | Absent,
  at: Step | undefined,
): void {
  if (before === after) return;
  const atom = atomOf(walk.structure, schema, after ?? before);
  if (isLeaf(atom, before, after)) {
    compareLeaf(walk, before, after, at);
    return;
  }
  if (atom.kind === "list") compareLists(walk, atom, before, after, at);
  else compareMaps(walk, atom as MapAtom, before, after, at);
  if (before === undefined) note(walk.added, at);
  else if (after === undefined) note(walk.removed, at);
}

/** Scalars, atomic lists and maps, what does not fit its type, and pairs that are both empty. */
function isLeaf(atom: Atom, before: unknown, after: unknown): boolean {
  if (atom.kind === "scalar" || atom.atomic) return true;
  const fits = atom.kind === "list" ? Array.isArray : isObject;
  const other = (value: unknown): boolean => value !== undefined && value !== null && !fits(value);
  if (other(before) || other(after)) return true;
  return isEmpty(before) && isEmpty(after);
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || Object.keys(value as object).length === 0;

function compareLeaf(walk: Walk, before: unknown, after: unknown, at: Step | undefined): void {
  if (before === undefined) note(walk.added, at);
  else if (after === undefined) note(walk.removed, at);
  else if (!deepEqual(before, after)) note(walk.modified, at);
}

function compareMaps(walk: Walk, atom: MapAtom, before: unknown, after: unknown, up: Step | undefined): void {
  const left = (before ?? {}) as JsonObject;
  const right = (after ?? {}) as JsonObject;
  const compareKey = (key: string): void =>
    compareValue(walk, entrySchema(atom, key), getKey(left, key), getKey(right, key), {
      up,
      element: fieldElement(key),
    });
  for (const key of Object.keys(right)) compareKey(key);
  for (const key of Object.keys(left)) if (!Object.hasOwn(right, key)) compareKey(key);
}

function compareLists(walk: Walk, atom: ListAtom, before: unknown, after: unknown, up: Step | undefined): void {
  const left = itemsByElement(walk.structure, atom, (before ?? []) as unknown[]);
  const right = itemsByElement(walk.structure, atom, (after ?? []) as unknown[]);
  for (const element of new Set([...left.keys(), ...right.keys()])) {
    const a = left.get(element);
    const b = right.get(element);
    const at = { up, element };
    // Items that a list repeats are owned together.
    if ((a?.length ?? 0) > 1 || (b?.length ?? 0) > 1) compareLeaf(walk, a, b, at);
    else compareValue(walk, atom.element, a?.[0], b?.[0], at);
  }
}

/** Every field that an object sets: what an applier owns. Mirrors TypedValue.ToFieldSet. */
export function ownedFields(structure: Structure, schema: FieldSchema, object: JsonObject): FieldSet {
  const set = newDraft();
  collect(structure, set, schema, object, []);
  return set;
}

function collect(
  structure: Structure,
  set: FieldSetDraft,
  schema: FieldSchema | undefined,
  value: unknown,
  path: readonly string[],
): void {
  const atom = atomOf(structure, schema, value);
  if (atom.kind === "scalar" || atom.atomic) insertPath(set, path);
  else if (atom.kind === "map" && isObject(value)) collectMap(structure, set, atom, value, path);
  else if (atom.kind === "list" && Array.isArray(value)) collectList(structure, set, atom, value, path);
}

function collectMap(
  structure: Structure,
  set: FieldSetDraft,
  atom: MapAtom,
  map: JsonObject,
  path: readonly string[],
): void {
  for (const key of Object.keys(map)) {
    const value = map[key];
    const keyPath = [...path, fieldElement(key)];
    collect(structure, set, entrySchema(atom, key), value, keyPath);
    const hollow = value === null || (isObject(value) && Object.keys(value).length === 0);
    if (hollow || !Object.hasOwn(atom.fields, key)) insertPath(set, keyPath);
  }
}

function collectList(
  structure: Structure,
  set: FieldSetDraft,
  atom: ListAtom,
  list: readonly unknown[],
  path: readonly string[],
): void {
  for (const [element, items] of itemsByElement(structure, atom, list)) {
    const itemPath = [...path, element];
    if (items.length === 1) collect(structure, set, atom.element, items[0], itemPath);
    insertPath(set, itemPath);
  }
}
