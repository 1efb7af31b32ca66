import fc from "fast-check";
import { expect, test } from "vitest";
import type { KubeObject } from "../../../src/machinery/object.ts";
import { createObjectStore } from "../../../src/store/memory-store.ts";

const PREFIXES = ["/registry/", "/registry/core/pods/", "/registry/core/pods/a/", "/registry/core/pods/a/x"];
const key = fc
  .tuple(
    fc.constantFrom("core/pods", "core/podsies", "apps/pods"),
    fc.constantFrom("a", "ab", "b"),
    fc.constantFrom("x", "xy", "z"),
  )
  .map((parts) => `/registry/${parts.join("/")}`);

test("a listing that was asked for before each write is what a new store would read", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.boolean()), { maxLength: 30 }), (writes) => {
      const store = createObjectStore();
      for (const [at, remove] of writes) {
        const before = PREFIXES.map((prefix) => store.list(prefix));
        const copies = before.map((list) => [...list]);
        const object = { kind: "Pod", metadata: { name: at } } as KubeObject;
        store.commit(at, store.get(at)?.revision ?? 0, remove ? undefined : object);
        // What was handed out stays as it was.
        expect(before).toEqual(copies);
        const all = store.list("/registry/");
        for (const prefix of PREFIXES)
          expect(store.list(prefix)).toEqual(all.filter((one) => one.key.startsWith(prefix)));
      }
    }),
  );
});
