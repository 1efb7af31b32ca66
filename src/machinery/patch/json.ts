import { deepCopy, deepEqual, type JsonObject } from "../object.ts";
import { getKey, isObject, jsonTypeName, setKey } from "../schema/json-value.ts";
import { PatchError } from "./patch-error.ts";

type Container = JsonObject | unknown[];

/** Where a JSON pointer leads: the container and the key in it. */
interface Target {
  readonly container: Container;
  readonly key: string;
}

const missing = (message: string): PatchError => new PatchError(`${message}: missing value`);
const invalidIndex = (index: number): string => `Unable to access invalid index: ${index}: invalid index referenced`;

/**
 * Applies a JSON patch (RFC 6902) to a copy of `document`. Throws {@link PatchError} in the words of
 * evanphx/json-patch v4, whose habits it keeps: replace makes a missing key, negative indices count from the end.
 * A few operations can copy a document into itself until it fills the memory: all copies together may have
 * `maxCopiedBytes` as JSON.
 */
export function applyJsonPatch<T>(document: T, patch: unknown, maxCopiedBytes = Number.POSITIVE_INFINITY): T {
  const operations = decodeJsonPatch(patch);
  const root = deepCopy(document) as Container;
  let copied = 0;
  for (const operation of operations) {
    if (maxCopiedBytes < Number.POSITIVE_INFINITY && getKey(operation, "op") === "copy") {
      copied += copiedBytes(root, operation);
      if (copied > maxCopiedBytes)
        throw new PatchError(
          `Unable to copy, the accumulated size increase of copy is ${copied}, exceeding the limit ${maxCopiedBytes}`,
        );
    }
    applyOperation(root, operation);
  }
  return root as T;
}

/** How much a copy operation adds; 0 where it will fail. */
function copiedBytes(root: Container, operation: JsonObject): number {
  const from = getKey(operation, "from");
  const source = typeof from === "string" ? find(root, from) : undefined;
  const value = source === undefined ? undefined : peek(source.container, source.key);
  return value === undefined ? 0 : JSON.stringify(value).length;
}

/** The operations of a patch. Throws {@link PatchError} in the words of Go's decoder where it is no list of objects. */
export function decodeJsonPatch(patch: unknown): readonly JsonObject[] {
  if (patch === null) return [];
  if (!Array.isArray(patch))
    throw new PatchError(`json: cannot unmarshal ${jsonTypeName(patch)} into Go value of type jsonpatch.Patch`);
  for (const operation of patch)
    if (operation !== null && !isObject(operation))
      throw new PatchError(
        `json: cannot unmarshal ${jsonTypeName(operation)} into Go value of type jsonpatch.Operation`,
      );
  return patch.map((operation) => operation ?? {});
}

const handlers: Readonly<Record<string, (root: Container, operation: JsonObject) => void>> = {
  add,
  copy,
  move,
  remove,
  replace,
  test,
};

function applyOperation(root: Container, operation: JsonObject): void {
  const kind = getKey(operation, "op");
  if (typeof kind !== "string" || !Object.hasOwn(handlers, kind))
    throw new PatchError(`Unexpected kind: ${typeof kind === "string" ? kind : "unknown"}`);
  handlers[kind]!(root, operation);
}

/** Upstream tells what is wrong with a pointer for some operations only. */
function pointer(operation: JsonObject, field: "path" | "from"): string {
  const value = getKey(operation, field) ?? null;
  if (typeof value === "string") return value;
  const kind = operation["op"] as string;
  const failed = `${kind} operation failed to decode ${field}`;
  if (kind === "add" || kind === "remove" || (kind === "copy" && field === "path")) throw missing(failed);
  if (value !== null)
    throw new PatchError(`${failed}: json: cannot unmarshal ${jsonTypeName(value)} into Go value of type string`);
  throw missing(`${failed}: ${field === "path" ? "operation missing path field" : "operation, missing from field"}`);
}

const operand = (operation: JsonObject): unknown => getKey(operation, "value") ?? null;

/** Undefined where a container on the way is missing. */
function find(root: Container, path: string): Target | undefined {
  const parts = path.split("/");
  if (parts.length < 2) return undefined;
  let container = root;
  for (const part of parts.slice(1, -1)) {
    const next = peek(container, decodeKey(part));
    if (typeof next !== "object" || next === null) return undefined;
    container = next as Container;
  }
  return { container, key: decodeKey(parts.at(-1)!) };
}

const decodeKey = (key: string): string => key.replaceAll("~1", "/").replaceAll("~0", "~");

/** What is there, or undefined. */
function peek(container: Container, key: string): unknown {
  if (!Array.isArray(container)) return getKey(container, key);
  const index = /^[+-]?\d+$/.test(key) ? Number(key) : Number.NaN;
  return container.at(index < -container.length ? container.length : index);
}

function indexOf(list: readonly unknown[], key: string, size: number): number {
  if (!/^[+-]?\d+$/.test(key)) throw new PatchError(`strconv.Atoi: parsing ${JSON.stringify(key)}: invalid syntax`);
  const index = Number(key);
  if (index >= size || index < -list.length) throw new PatchError(invalidIndex(index));
  return index < 0 ? index + list.length : index;
}

/** Adds `prefix` to the message of what `action` throws, as errors.Wrapf does. */
function wrapped<T>(prefix: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof PatchError) throw new PatchError(`${prefix}: ${error.message}`);
    throw error;
  }
}

function insert({ container, key }: Target, value: unknown): void {
  if (!Array.isArray(container)) setKey(container, key, value);
  else if (key === "-") container.push(value);
  else if (!/^[+-]?\d+$/.test(key))
    wrapped(`value was not a proper array index: '${key}'`, () => indexOf(container, key, 0));
  else container.splice(indexOf(container, key, container.length + 1), 0, value);
}

function take({ container, key }: Target): void {
  if (Array.isArray(container)) container.splice(indexOf(container, key, container.length), 1);
  else if (!Object.hasOwn(container, key)) throw missing(`Unable to remove nonexistent key: ${key}`);
  else delete container[key];
}

const read = ({ container, key }: Target): unknown =>
  Array.isArray(container) ? container[indexOf(container, key, container.length)] : getKey(container, key);

function add(root: Container, operation: JsonObject): void {
  const path = pointer(operation, "path");
  const target = find(root, path);
  if (target === undefined) throw missing(`add operation does not apply: doc is missing path: "${path}"`);
  wrapped(`error in add for path: '${path}'`, () => insert(target, deepCopy(operand(operation))));
}

function remove(root: Container, operation: JsonObject): void {
  const path = pointer(operation, "path");
  const target = find(root, path);
  if (target === undefined) throw missing(`remove operation does not apply: doc is missing path: "${path}"`);
  wrapped(`error in remove for path: '${path}'`, () => take(target));
}

function replace(root: Container, operation: JsonObject): void {
  const path = pointer(operation, "path");
  const target = find(root, path);
  if (target === undefined) throw missing(`replace operation does not apply: doc is missing path: ${path}`);
  const value = deepCopy(operand(operation));
  const { container, key } = target;
  if (!Array.isArray(container)) {
    setKey(container, key, value);
    return;
  }
  let index: number;
  try {
    index = indexOf(container, key, container.length);
  } catch {
    throw missing(`replace operation does not apply: doc is missing key: ${path}`);
  }
  container[index] = value;
}

function move(root: Container, operation: JsonObject): void {
  const from = pointer(operation, "from");
  const source = find(root, from);
  if (source === undefined) throw missing(`move operation does not apply: doc is missing from path: ${from}`);
  const value = wrapped(`error in move for path: '${source.key}'`, () => {
    const found = read(source);
    take(source);
    return found;
  });
  const path = pointer(operation, "path");
  const target = find(root, path);
  if (target === undefined) throw missing(`move operation does not apply: doc is missing destination path: ${path}`);
  wrapped(`error in move for path: '${path}'`, () => insert(target, value));
}

function copy(root: Container, operation: JsonObject): void {
  const from = pointer(operation, "from");
  const source = find(root, from);
  if (source === undefined) throw missing(`copy operation does not apply: doc is missing from path: ${from}`);
  const value = wrapped(`error in copy for from: '${from}'`, () => read(source));
  const path = pointer(operation, "path");
  const target = find(root, path);
  if (target === undefined) throw missing(`copy operation does not apply: doc is missing destination path: ${path}`);
  wrapped("error while adding value during copy", () => insert(target, deepCopy(value ?? null)));
}

function test(root: Container, operation: JsonObject): void {
  const path = pointer(operation, "path");
  const target = find(root, path);
  if (target === undefined) throw missing(`test operation does not apply: is missing path: ${path}`);
  const found = wrapped(`error in test for path: '${path}'`, () => read(target));
  if (!deepEqual(found ?? null, operand(operation))) throw new PatchError(`testing value ${path} failed: test failed`);
}
