import fs from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readYaml } from "../../../../src/machinery/codec/yaml-read.ts";
import { compareYamlKeys, toYaml } from "../../../../src/machinery/codec/yaml-write.ts";

// Recorded with kubectl 1.33: a value, and the lines that `kubectl label --local -o yaml` prints for it.
const recorded = JSON.parse(fs.readFileSync(new URL("kubectl-writes.json", import.meta.url), "utf8")) as {
  value: unknown;
  yaml: string[];
}[];

test("values are written as kubectl writes them, to the byte", () => {
  for (const { value, yaml } of recorded) expect(toYaml(value).split("\n")).toEqual(yaml);
});

test.each([
  ["2026-01-02T03:04:05Z", '"2026-01-02T03:04:05Z"'],
  ["9999-99-99T99:99:99Z", "9999-99-99T99:99:99Z"],
  ["42", '"42"'],
  ["10.244.1.5", "10.244.1.5"],
  ["00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000000"],
  ["docker.io/library/nginx@sha256:0f", "docker.io/library/nginx@sha256:0f"],
  ["yes no", "yes no"],
  ["yes", '"yes"'],
  ["a: b", "'a: b'"],
  ["a :b", "a :b"],
  ["a #b", "'a #b'"],
])("the string %j", (text, written) => {
  expect(toYaml({ a: text })).toBe(`a: ${written}\n`);
});

test("keys are in go-yaml's natural order", () => {
  const keys = ["key10", "key9", "Key", "key_a", "a01", "a1", "x100", "x020", "app.kubernetes.io/name", "app", "_"];
  expect(keys.sort(compareYamlKeys)).toEqual([
    "_",
    "Key",
    "a1",
    "a01",
    "app",
    "app.kubernetes.io/name",
    "key_a",
    "key9",
    "key10",
    "x020",
    "x100",
  ]);
  expect(toYaml({ b: 1, a: { d: 1, c: 2 } }, { sortKeys: false })).toBe("b: 1\na:\n  d: 1\n  c: 2\n");
});

test("what is at the root", () => {
  expect([{}, [], null, "x", 5, "a\nb"].map((v) => toYaml(v))).toEqual([
    "{}\n",
    "[]\n",
    "null\n",
    "x\n",
    "5\n",
    "|-\n  a\n  b\n",
  ]);
  expect(toYaml([{ a: 1 }, [2]])).toBe("- a: 1\n- - 2\n");
});

test("control characters are refused as kubectl refuses them", () => {
  expect(() => toYaml({ a: "x\x7f" })).toThrow("yaml: control characters are not allowed");
  expect(toYaml({ a: "x\x85y" })).toBe("a: x y\n");
});

test("what is written reads back", () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: "grapheme" }),
    fc.stringMatching(/^[ \n\t:#\-'"a-z0-9{}[\],&*!|>%@`?.~=<+]{0,40}$/),
    fc.constantFrom("yes", "null", "1e3", "0644", "2001-01-01", "<<", "~", ".inf", "1:30"),
  );
  // In a document, kubectl cannot carry control characters, and line separators lose their way in go-yaml.
  const plain = text.filter((s) => !/[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/.test(s));
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      plain,
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("value"), { maxLength: 4 }),
      // go-yaml leaves a key "<<" bare, which then means a merge.
      fc.dictionary(
        plain.filter((s) => s !== "<<"),
        tie("value"),
        { maxKeys: 4 },
      ),
    ),
  }));
  fc.assert(
    fc.property(value, (v) => {
      const expected = JSON.parse(JSON.stringify(v)) as unknown;
      expect(readYaml(toYaml(expected))).toEqual(expected);
    }),
    { numRuns: 1000 },
  );
});
