import { expect, test } from "vitest";
import { createMemoryState } from "../../../src/store/key-value-state.ts";
import { createObjectStore } from "../../../src/store/memory-store.ts";
import { type Change, storeKey, storePrefix } from "../../../src/store/object-store.ts";

const pod = (name: string) => ({ apiVersion: "v1", kind: "Pod", metadata: { name, namespace: "default" } });
const key = (name: string) => storeKey("", "pods", "default", name);

test("a commit succeeds only at the revision that its writer saw", () => {
  const store = createObjectStore();
  const created = store.commit(key("a"), 0, pod("a"))!;
  expect(created.object.metadata.resourceVersion).toBe(String(created.revision));
  expect(store.commit(key("a"), 0, pod("a"))).toBeUndefined();
  expect(store.commit(key("a"), created.revision + 1, pod("a"))).toBeUndefined();
  expect(store.commit(key("a"), created.revision, pod("a"))!.revision).toBe(created.revision + 1);
  expect(store.commit(key("b"), 0, undefined)).toBeUndefined();
});

test("a namespace is a range of its own", () => {
  const store = createObjectStore();
  for (const [namespace, name] of [
    ["a", "x"],
    ["a-b", "y"],
    ["a", "z"],
  ] as const)
    store.commit(storeKey("", "pods", namespace, name), 0, pod(name));
  expect(store.list(storePrefix("", "pods", "a")).map((s) => s.object.metadata.name)).toEqual(["x", "z"]);
  expect(store.list(storePrefix("", "pods")).length).toBe(3);
});

test("changes can be followed, and replayed from a revision", () => {
  const store = createObjectStore();
  const seen: Change[] = [];
  const stop = store.onChange((change) => seen.push(change));
  const a = store.commit(key("a"), 0, pod("a"))!;
  const b = store.commit(key("a"), a.revision, { ...pod("a"), spec: {} })!;
  store.commit(key("a"), b.revision, undefined);
  stop();
  store.commit(key("b"), 0, pod("b"));
  expect(seen.map((c) => c.type)).toEqual(["ADDED", "MODIFIED", "DELETED"]);
  expect(seen[2]!.object.metadata.resourceVersion).toBe(String(seen[2]!.revision));
  expect(seen[2]!.previous).toBe(b.object);
  expect(store.changesSince(a.revision, "/registry/core/pods/")!.map((c) => c.type)).toEqual([
    "MODIFIED",
    "DELETED",
    "ADDED",
  ]);
  expect(store.changesSince(store.compactedRevision - 1, "/")).toBeUndefined();
});

test("a store that derives its history tells what has changed since a revision before it was opened", () => {
  const state = createMemoryState();
  const first = createObjectStore(state);
  const a = first.commit(key("a"), 0, pod("a"))!;
  first.commit(key("b"), 0, pod("b"));
  const reopened = createObjectStore(state, { deriveHistory: true });
  expect(createObjectStore(state).changesSince(a.revision, "/registry/")).toBeUndefined();
  const b = reopened.get(key("b"))!;
  reopened.commit(key("b"), b.revision, { ...pod("b"), spec: {} });
  reopened.commit(key("c"), 0, pod("c"));
  const seen = reopened.changesSince(1, "/registry/core/pods/")!;
  expect(seen.map((c) => [c.type, c.object.metadata.name])).toEqual([
    ["MODIFIED", "a"],
    ["MODIFIED", "b"],
    ["ADDED", "c"],
  ]);
});

test("metadata keeps the order of the Go struct: the revision comes after the uid", () => {
  const store = createObjectStore();
  const object = { ...pod("a"), metadata: { name: "a", uid: "u", creationTimestamp: "t", labels: { a: "b" } } };
  const { metadata } = store.commit(key("a"), 0, object)!.object;
  expect(Object.keys(metadata)).toEqual(["name", "uid", "resourceVersion", "creationTimestamp", "labels"]);
});
