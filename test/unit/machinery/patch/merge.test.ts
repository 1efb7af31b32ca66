import fc from "fast-check";
import { expect, test } from "vitest";
import { createMergePatch, mergePatch, pruneNulls } from "../../../../src/machinery/patch/merge.ts";

test.each([
  [{ a: "b" }, { a: "c" }, { a: "c" }],
  [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
  [{ a: ["b"] }, { a: "c" }, { a: "c" }],
  [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
  [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])("%j with %j", (document, patch, expected) => {
  expect(mergePatch(document, patch)).toEqual(expected);
});

const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.array(tie("value"), { maxLength: 3 }),
    tie("map"),
  ),
  map: fc.dictionary(fc.constantFrom("a", "b", "c", "__proto__"), tie("value")),
}));

test("a created patch makes the one of the other", () => {
  fc.assert(
    fc.property(value.map as fc.Arbitrary<object>, value.map as fc.Arbitrary<object>, (original, modified) => {
      const patch = createMergePatch(original, modified);
      expect(mergePatch(original, patch)).toEqual(modified);
      expect(createMergePatch(modified, modified)).toEqual({});
    }),
  );
});

test("nulls are pruned at any depth", () => {
  expect(pruneNulls({ a: null, b: { c: null, d: [{ e: null }, null] } })).toEqual({ b: { d: [{}, null] } });
});
