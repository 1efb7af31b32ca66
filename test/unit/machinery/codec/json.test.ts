import fc from "fast-check";
import { expect, test } from "vitest";
import { compareGoStrings, goFloat } from "../../../../src/machinery/codec/go-text.ts";
import { compactJson, toJson } from "../../../../src/machinery/codec/json.ts";
import { duplicateJsonFields, parseJson, scanJson } from "../../../../src/machinery/codec/json-read.ts";

test("-o json: four blanks, sorted keys, Go's escapes", () => {
  expect(toJson({ b: [1, {}], a: { d: [], c: "a<b>&\u2028\n" }, u: undefined, n: null })).toBe(
    '{\n    "a": {\n        "c": "a\\u003cb\\u003e\\u0026\\u2028\\n",\n        "d": []\n    },\n    "b": [\n        1,\n        {}\n    ],\n    "n": null\n}\n',
  );
  expect(compactJson({ b: 1e21, a: [0.00001, 1e-7, "é☃"], "<": true })).toBe(
    '{"\\u003c":true,"a":[0.00001,1e-7,"é☃"],"b":1e+21}',
  );
  expect(compactJson({ b: 1, a: 2 }, { sortKeys: false })).toBe('{"b":1,"a":2}');
  expect(compactJson("\ud800x\\ud800")).toBe('"\\ufffdx\\\\ud800"');
});

test.each([
  ["", "unexpected end of JSON input"],
  ['{"a":1', "unexpected end of JSON input"],
  ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
  ["{a:1}", "invalid character 'a' looking for beginning of object key string"],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a":1 "b":2}', `invalid character '"' after object key:value pair`],
  ["[1 2]", "invalid character '2' after array element"],
  ["[1,]", "invalid character ']' looking for beginning of value"],
  ["not json", "invalid character 'o' in literal null (expecting 'u')"],
  ["tree", "invalid character 'e' in literal true (expecting 'u')"],
  ["hello", "invalid character 'h' looking for beginning of value"],
  ["'x'", "invalid character '\\'' looking for beginning of value"],
  ["01", "invalid character '1' after top-level value"],
  ["-x", "invalid character 'x' in numeric literal"],
  ["1.x", "invalid character 'x' after decimal point in numeric literal"],
  ["1e-x", "invalid character 'x' in exponent of numeric literal"],
  ['"a\nb"', "invalid character '\\n' in string literal"],
  ['"\\x"', "invalid character 'x' in string escape code"],
  ['"\\u12g"', "invalid character 'g' in \\u hexadecimal character escape"],
  ["{} {}", "invalid character '{' after top-level value"],
  ["é", "invalid character 'Ã' looking for beginning of value"],
])("%j: %s", (text, message) => {
  expect(() => parseJson(text)).toThrow(new RegExp(`^${message.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}$`));
});

test("the early end of a stream has a Decoder's words", () => {
  expect(() => scanJson('{"a":')).toThrow("unexpected EOF");
  expect(scanJson('{"a":[1,{}]} tail').end).toBe(12);
});

test("fields that are named twice", () => {
  expect(duplicateJsonFields('{"a":1,"b":{"c":1,"c":2},"l":[{},{"x":1,"x":2,"x":3}],"a":2}')).toEqual([
    "b.c",
    "l[1].x",
    "a",
  ]);
});

test("user text cannot reach prototypes or the stack", () => {
  const value = parseJson('{"__proto__":{"x":1},"s":"\\ud800"}') as Record<string, unknown>;
  expect(Object.keys(value)).toEqual(["__proto__", "s"]);
  expect(value["s"]).toBe("\ufffd");
  expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  expect(() => parseJson("[".repeat(100_000))).toThrow("exceeded max depth");
});

test("numbers as fmt prints them", () => {
  expect([1000000, 1000000.5, 0.00001, 12345678.9, 0.0001, 1e21, 2 ** 63, -3].map(goFloat)).toEqual([
    "1000000",
    "1.0000005e+06",
    "1e-05",
    "1.23456789e+07",
    "0.0001",
    "1e+21",
    "9.223372036854776e+18",
    "-3",
  ]);
});

test("what is written reads back", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(parseJson(toJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      expect(scanJson(compactJson(value)).duplicates).toEqual([]);
    }),
  );
});

test("Go's order of strings is that of their bytes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (a, b) => {
      expect(Math.sign(compareGoStrings(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
  expect(compareGoStrings("\u{10000}", "\uffff")).toBeGreaterThan(0);
});
