import { expect, test } from "vitest";
import { applyJsonPatch } from "../../../../src/machinery/patch/json.ts";

const document = { a: { b: [1, 2, 3] }, "x/y": 1, t: "~" };

test.each([
  [[{ op: "add", path: "/a/c", value: null }], { ...document, a: { b: [1, 2, 3], c: null } }],
  [[{ op: "add", path: "/a/b/-", value: 4 }], { ...document, a: { b: [1, 2, 3, 4] } }],
  [[{ op: "add", path: "/a/b/1", value: 9 }], { ...document, a: { b: [1, 9, 2, 3] } }],
  [[{ op: "remove", path: "/a/b/-1" }], { ...document, a: { b: [1, 2] } }],
  [[{ op: "replace", path: "/x~1y", value: 2 }], { ...document, "x/y": 2 }],
  [[{ op: "replace", path: "/new", value: 2 }], { ...document, new: 2 }],
  [[{ op: "copy", from: "/a/b/0", path: "/c" }], { ...document, c: 1 }],
  [[{ op: "move", from: "/t", path: "/u" }], { a: document.a, "x/y": 1, u: "~" }],
  [
    [
      { op: "test", path: "/a", value: { b: [1, 2, 3] } },
      { op: "test", path: "/none", value: null },
    ],
    document,
  ],
])("%j", (patch, expected) => {
  const before = structuredClone(document);
  expect(applyJsonPatch(document, patch)).toEqual(expected);
  expect(document).toEqual(before);
});

test.each([
  [{}, "json: cannot unmarshal object into Go value of type jsonpatch.Patch"],
  [[{ op: "jump", path: "/a" }], "Unexpected kind: jump"],
  [[{ path: "/a" }], "Unexpected kind: unknown"],
  [[{ op: "add", value: 1 }], "add operation failed to decode path: missing value"],
  [[{ op: "test", path: "/t", value: 9 }], "testing value /t failed: test failed"],
  [
    [{ op: "remove", path: "/nosuch" }],
    "error in remove for path: '/nosuch': Unable to remove nonexistent key: nosuch: missing value",
  ],
  [
    [{ op: "add", path: "/no/such", value: 1 }],
    'add operation does not apply: doc is missing path: "/no/such": missing value',
  ],
  [
    [{ op: "replace", path: "/spec/nothing/0", value: 1 }],
    "replace operation does not apply: doc is missing path: /spec/nothing/0: missing value",
  ],
  [
    [{ op: "replace", path: "/a/b/9", value: 1 }],
    "replace operation does not apply: doc is missing key: /a/b/9: missing value",
  ],
  [
    [{ op: "add", path: "/a/b/9", value: 1 }],
    "error in add for path: '/a/b/9': Unable to access invalid index: 9: invalid index referenced",
  ],
  [
    [{ op: "add", path: "/a/b/x", value: 1 }],
    "error in add for path: '/a/b/x': value was not a proper array index: 'x': strconv.Atoi: parsing \"x\": invalid syntax",
  ],
  [
    [{ op: "move", from: "/no/a", path: "/x" }],
    "move operation does not apply: doc is missing from path: /no/a: missing value",
  ],
])("%j is refused", (patch, message) => {
  expect(() => applyJsonPatch(document, patch)).toThrow(expect.objectContaining({ message }));
});

test("keys of users never reach a prototype", () => {
  const patched = applyJsonPatch({}, [{ op: "add", path: "/__proto__", value: { polluted: true } }]);
  expect(Object.keys(patched)).toEqual(["__proto__"]);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  expect(() => applyJsonPatch({}, [{ op: "add", path: "/constructor/prototype/polluted", value: true }])).toThrow(
    "doc is missing path",
  );
});
