import { compareGoStrings } from "../codec/go-text.ts";
import type { JsonObject } from "../object.ts";
import { isObject, setKey } from "../schema/json-value.ts";

/**
 * A set of field paths as a tree. Elements of paths are FieldsV1's own texts: `f:name`, `k:{"name":"a"}` (keys
 * sorted), `v:"x"`, `i:3`. `members` are paths that end here. Sets are never changed once they are handed out.
 * Mirrors structured-merge-diff fieldpath.Set.
 */
export interface FieldSet {
  readonly members: ReadonlySet<string>;
  readonly children: ReadonlyMap<string, FieldSet>;
}

/** A set while it is being built. */
export interface FieldSetDraft {
  readonly members: Set<string>;
  readonly children: Map<string, FieldSetDraft>;
}

export const emptySet: FieldSet = { members: new Set(), children: new Map() };
export const newDraft = (): FieldSetDraft => ({ members: new Set(), children: new Map() });

/** Adds a path; the empty path is no field. */
export function insertPath(set: FieldSetDraft, path: readonly string[]): void {
  if (path.length === 0) return;
  let node = set;
  for (const element of path.slice(0, -1)) {
    let next = node.children.get(element);
    if (next === undefined) {
      next = newDraft();
      node.children.set(element, next);
    }
    node = next;
  }
  node.members.add(path.at(-1)!);
}

/** The set of the paths. */
export function fieldSetOf(...paths: readonly (readonly string[])[]): FieldSet {
  const draft = newDraft();
  for (const path of paths) insertPath(draft, path);
  return draft;
}

export const isEmptySet = (set: FieldSet): boolean =>
  set.members.size === 0 && [...set.children.values()].every(isEmptySet);

const without = (children: Map<string, FieldSet>): Map<string, FieldSet> => {
  for (const [element, child] of children) if (isEmptySet(child)) children.delete(element);
  return children;
};

/** Paths in either. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptySet(b)) return a;
  if (isEmptySet(a)) return b;
  const children = new Map(a.children);
  for (const [element, child] of b.children) {
    const mine = children.get(element);
    children.set(element, mine === undefined ? child : union(mine, child));
  }
  return { members: new Set([...a.members, ...b.members]), children };
}

/** Paths in both. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const children = new Map<string, FieldSet>();
  for (const [element, child] of a.children) {
    const other = b.children.get(element);
    if (other !== undefined) children.set(element, intersection(child, other));
  }
  return { members: new Set([...a.members].filter((m) => b.members.has(m))), children: without(children) };
}

/** Paths of `a` that are not in `b`; `a` itself where that is all of them. */
export const difference = (a: FieldSet, b: FieldSet): FieldSet => subtract(a, b, false);

/** As {@link difference}, but a path of `b` takes everything below it along. */
export const recursiveDifference = (a: FieldSet, b: FieldSet): FieldSet => subtract(a, b, true);

function subtract(a: FieldSet, b: FieldSet, recursive: boolean): FieldSet {
  const members = new Set([...a.members].filter((m) => !b.members.has(m)));
  const children = new Map<string, FieldSet>();
  let changed = members.size !== a.members.size;
  for (const [element, child] of a.children) {
    const gone = recursive && b.members.has(element);
    const other = b.children.get(element);
    const left = gone ? emptySet : other === undefined ? child : subtract(child, other, recursive);
    changed ||= left !== child;
    if (left === child || !isEmptySet(left)) children.set(element, left);
  }
  return changed ? { members, children } : a;
}

/** Every path of the set, in upstream's order. */
export function pathsOf(set: FieldSet, prefix: readonly string[] = []): string[][] {
  const paths: string[][] = [];
  for (const element of elementsOf(set)) {
    if (set.members.has(element)) paths.push([...prefix, element]);
    const child = set.children.get(element);
    if (child !== undefined) paths.push(...pathsOf(child, [...prefix, element]));
  }
  return paths;
}

const elementsOf = (set: FieldSet): string[] =>
  [...new Set([...set.members, ...set.children.keys()])].sort(compareElements);

const kinds = "fkvi";

/** Fields by name, then keys, values, indices. Mirrors fieldpath.PathElement.Compare. */
function compareElements(a: string, b: string): number {
  if (a[0] !== b[0]) return kinds.indexOf(a[0]!) - kinds.indexOf(b[0]!);
  if (a[0] === "f") return compareGoStrings(a, b);
  return compareValues(JSON.parse(a.slice(2)), JSON.parse(b.slice(2)));
}

function compareValues(a: unknown, b: unknown): number {
  if (isObject(a) && isObject(b)) {
    const left = Object.entries(a);
    const right = Object.entries(b);
    for (let i = 0; i < Math.min(left.length, right.length); i++) {
      const byName = compareGoStrings(left[i]![0], right[i]![0]);
      const order = byName === 0 ? compareValues(left[i]![1], right[i]![1]) : byName;
      if (order !== 0) return order;
    }
    return left.length - right.length;
  }
  return typeof a === "number" && typeof b === "number" ? a - b : compareGoStrings(String(a), String(b));
}

export const fieldElement = (name: string): string => `f:${name}`;
export const valueElement = (value: unknown): string => `v:${JSON.stringify(value)}`;

/** The element that names an item of a keyed list. */
export function keyElement(keys: Readonly<Record<string, unknown>>): string {
  const sorted: JsonObject = {};
  for (const name of Object.keys(keys).sort(compareGoStrings)) setKey(sorted, name, keys[name]);
  return `k:${JSON.stringify(sorted)}`;
}

/** `.spec.containers[name="a"].image`. Mirrors fieldpath.Path.String. */
export function pathText(path: readonly string[]): string {
  return path.map(elementText).join("");
}

export function elementText(element: string): string {
  const text = element.slice(2);
  if (element[0] === "f") return `.${text}`;
  if (element[0] === "i") return `[${text}]`;
  if (element[0] === "v") return `[=${text}]`;
  const keys = Object.entries(JSON.parse(text) as JsonObject);
  return `[${keys.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(",")}]`;
}

/** The set as metadata.managedFields carries it. */
export function toFieldsV1(set: FieldSet): JsonObject {
  const fields: JsonObject = {};
  for (const element of elementsOf(set)) {
    const child = set.children.get(element);
    const nested = child === undefined ? {} : toFieldsV1(child);
    setKey(fields, element, child !== undefined && set.members.has(element) ? { ".": {}, ...nested } : nested);
  }
  return fields;
}

/** The reverse. Throws an Error for elements that are none. */
export function fromFieldsV1(fields: JsonObject): FieldSet {
  const set = newDraft();
  for (const key of Object.keys(fields)) {
    if (key === ".") continue;
    const element = checkedElement(key);
    const nested = fields[key];
    if (!isObject(nested)) throw new Error(`fieldsV1: ${key} is no object`);
    const names = Object.keys(nested);
    if (names.length === 0 || Object.hasOwn(nested, ".")) set.members.add(element);
    if (names.some((name) => name !== ".")) set.children.set(element, fromFieldsV1(nested) as FieldSetDraft);
  }
  return set;
}

function checkedElement(key: string): string {
  if (key.startsWith("f:")) return key;
  if (!/^[kvi]:/.test(key)) throw new Error(`fieldsV1: unknown path element ${JSON.stringify(key)}`);
  const value: unknown = JSON.parse(key.slice(2));
  return key.startsWith("k:") ? keyElement(value as JsonObject) : `${key.slice(0, 2)}${JSON.stringify(value)}`;
}
