import { deepCopy, type JsonObject } from "../object.ts";
import { getKey, isObject, setKey } from "../schema/json-value.ts";
import type { FieldSchema, Structure } from "../schema/structure.ts";
import { type Atom, atomOf, entrySchema, itemElement, itemsByElement } from "./atom.ts";
import { emptySet, type FieldSet, fieldElement } from "./field-set.ts";

type ListAtom = Extract<Atom, { kind: "list" }>;
type MapAtom = Extract<Atom, { kind: "map" }>;

/** The live object with what `applied` says laid over it. The result shares nothing with either. Mirrors TypedValue.Merge. */
export function mergeFields(
  structure: Structure,
  schema: FieldSchema,
  live: JsonObject,
  applied: JsonObject,
): JsonObject {
  return (mergeValue(structure, schema, live, applied) ?? {}) as JsonObject;
}

/** undefined is absent; a map or list that comes to nothing is absent too. */
function mergeValue(structure: Structure, schema: FieldSchema | undefined, live: unknown, applied: unknown): unknown {
  const atom = atomOf(structure, schema, applied ?? live);
  if (atom.kind === "scalar" || atom.atomic || (isHollow(live) && isHollow(applied)))
    return deepCopy(applied === undefined ? live : applied);
  if (atom.kind === "map") return mergeMapValues(structure, atom, objectOr(live), objectOr(applied));
  return mergeListValues(structure, atom, listOr(live), listOr(applied));
}

const isHollow = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === "object" && Object.keys(value).length === 0);
const objectOr = (value: unknown): JsonObject => (isObject(value) ? value : {});
const listOr = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function mergeMapValues(structure: Structure, atom: MapAtom, live: JsonObject, applied: JsonObject): unknown {
  const merged: JsonObject = {};
  for (const key of new Set([...Object.keys(live), ...Object.keys(applied)])) {
    const value = mergeValue(structure, entrySchema(atom, key), getKey(live, key), getKey(applied, key));
    if (value !== undefined) setKey(merged, key, value);
  }
  return Object.keys(merged).length === 0 ? undefined : merged;
}

const elements = (structure: Structure, atom: ListAtom, list: readonly unknown[]): (string | undefined)[] =>
  list.map((item) => {
    const found = itemElement(structure, atom, item);
    return "element" in found ? found.element : undefined;
  });

/**
 * Keeps the order of the applied list among its own items; items of the live object alone stay where they were
 * between those that both have. Mirrors mergingWalker.visitListItems.
 */
function mergeListValues(
  structure: Structure,
  atom: ListAtom,
  live: readonly unknown[],
  applied: readonly unknown[],
): unknown {
  const liveElements = elements(structure, atom, live);
  const appliedElements = elements(structure, atom, applied);
  const liveItems = itemsByElement(structure, atom, live);
  const appliedItems = itemsByElement(structure, atom, applied);
  const shared = appliedElements.filter((e) => e !== undefined && liveItems.has(e));
  const merged: unknown[] = [];
  const done = new Set<string | undefined>();
  const push = (value: unknown): void => {
    if (value !== undefined) merged.push(value);
  };
  const single = (items: unknown[] | undefined): unknown => (items?.length === 1 ? items[0] : undefined);
  const pushApplied = (at: number): void => {
    const element = appliedElements[at]!;
    done.add(element);
    push(mergeValue(structure, atom.element, single(liveItems.get(element)), applied[at]));
    if (shared[0] === element) shared.shift();
  };
  for (let i = 0, j = 0; i < live.length || j < applied.length; ) {
    const mine = liveElements[i];
    const inApplied = mine !== undefined && appliedItems.has(mine);
    if (i < live.length && j < applied.length) {
      if (mine === appliedElements[j]) {
        pushApplied(j++);
        i++;
        continue;
      }
      if (inApplied && shared.length > 0 && shared[0] !== mine) {
        i++;
        continue;
      }
    }
    if (i < live.length) {
      if (!inApplied) {
        push(deepCopy(live[i++]));
        continue;
      }
      if (done.has(mine)) i++;
    }
    if (j < applied.length) pushApplied(j++);
  }
  return merged.length === 0 ? undefined : merged;
}

/** The object without the fields of the set; what loses all it had becomes null. Mirrors TypedValue.RemoveItems. */
export function removeFields(structure: Structure, schema: FieldSchema, object: JsonObject, set: FieldSet): JsonObject {
  return (remove(structure, schema, object, set) ?? {}) as JsonObject;
}

function remove(structure: Structure, schema: FieldSchema | undefined, value: unknown, set: FieldSet): unknown {
  const atom = atomOf(structure, schema, value);
  if (atom.kind === "scalar") return value;
  if (atom.atomic) return null;
  if (atom.kind === "map") return isObject(value) ? removeFromMap(structure, atom, value, set) : null;
  return Array.isArray(value) ? removeFromList(structure, atom, value, set) : null;
}

function removeFromMap(structure: Structure, atom: MapAtom, map: JsonObject, set: FieldSet): unknown {
  const kept: JsonObject = {};
  for (const key of Object.keys(map)) {
    const element = fieldElement(key);
    if (set.members.has(element)) continue;
    const below = set.children.get(element);
    setKey(kept, key, below === undefined ? map[key] : remove(structure, entrySchema(atom, key), map[key], below));
  }
  return Object.keys(kept).length === 0 ? null : kept;
}

function removeFromList(structure: Structure, atom: ListAtom, list: readonly unknown[], set: FieldSet): unknown {
  const kept: unknown[] = [];
  for (const item of list) {
    const found = itemElement(structure, atom, item);
    const element = "element" in found ? found.element : "";
    if (set.members.has(element)) continue;
    const below = set.children.get(element);
    kept.push(below === undefined ? item : remove(structure, atom.element, item, below));
  }
  return kept.length === 0 ? null : kept;
}

/** The set with every struct field on the way to its paths as a path of its own. Mirrors Set.EnsureNamedFieldsAreMembers. */
export function withNamedFields(structure: Structure, schema: FieldSchema | undefined, set: FieldSet): FieldSet {
  if (set === emptySet) return set;
  const members = new Set(set.members);
  const children = new Map<string, FieldSet>();
  for (const [element, child] of set.children) {
    const below = elementSchema(structure, schema, element);
    if (below.named) members.add(element);
    children.set(element, withNamedFields(structure, below.schema, child));
  }
  return { members, children };
}

function elementSchema(
  structure: Structure,
  schema: FieldSchema | undefined,
  element: string,
): { readonly schema: FieldSchema | undefined; readonly named: boolean } {
  const isField = element.startsWith("f:");
  const atom = atomOf(structure, schema, isField ? {} : []);
  if (isField && atom.kind === "map") {
    const name = element.slice(2);
    return { schema: entrySchema(atom, name), named: Object.hasOwn(atom.fields, name) };
  }
  return { schema: !isField && atom.kind === "list" ? atom.element : undefined, named: false };
}
