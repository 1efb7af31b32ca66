import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { contentHash, fnv32a, nameSuffixHash, safeEncode, sha256Hex } from "../../../src/machinery/hash.ts";

test("FNV-1a and safe letters", () => {
  expect([fnv32a(""), fnv32a("a"), fnv32a("foobar")]).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968]);
  expect(safeEncode("0123456789")).toBe("456789bcdf");
  expect(contentHash({ a: 1, b: 2 })).toBe(contentHash({ b: 2, a: 1 }));
  expect(contentHash({ a: 1 })).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{8,10}$/);
});

test("SHA-256 is node's", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(sha256Hex(bytes)).toBe(createHash("sha256").update(bytes).digest("hex"));
    }),
  );
  expect(sha256Hex("é")).toBe(createHash("sha256").update("é").digest("hex"));
});

// What `kubectl create … --append-hash` appends.
test.each([
  [{ data: { a: "b" }, kind: "ConfigMap", name: "x" }, "64686gkt6c"],
  [{ data: { a: "Yg==" }, kind: "Secret", name: "x", type: "" }, "k694gm4m9h"],
  [{ data: {}, kind: "ConfigMap", name: "x" }, "62ctbmbfd2"],
])("the suffix of %j", (value, suffix) => {
  expect(nameSuffixHash(value)).toBe(suffix);
});
