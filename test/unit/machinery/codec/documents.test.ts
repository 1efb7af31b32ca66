import fs from "node:fs";
import { expect, test } from "vitest";
import { decodeText, readDocuments } from "../../../../src/machinery/codec/documents.ts";
import { compactJson } from "../../../../src/machinery/codec/json.ts";
import { readYaml } from "../../../../src/machinery/codec/yaml-read.ts";

// Recorded with kubectl 1.33: the text, then the documents that it found, and its error.
const recorded = JSON.parse(fs.readFileSync(new URL("kubectl-reads.json", import.meta.url), "utf8")) as [
  string,
  ...unknown[],
][];

test("manifests are read as kubectl reads them", () => {
  for (const [text, ...expected] of recorded) {
    const { documents, error } = readDocuments(text);
    const actual: unknown[] = documents.map((d) => d.value);
    if (error !== undefined) actual.push(`error: ${error}`);
    expect(actual, JSON.stringify(text)).toEqual(expected);
  }
});

// As `kubectl label --local -f` takes them.
test.each<[string, string[]]>([
  ['{"a":1}{"b":2}\n', ['{"a":1}', '{"b":2}']],
  ['{"a":1}\n---\n{b: c}\n', ['{"a":1}', '{"b":"c"}']],
  [
    "{a: 1}\n---\nb: [\n",
    ['{"a":1}', "error converting YAML to JSON: yaml: line 1: did not find expected node content"],
  ],
  ["{a: [}\n---\nb: c\n", ["json: offset 2: invalid character 'a' looking for beginning of object key string"]],
  ['{"a":1,}\n{"b":2}\n', ['{"a":1}']],
  ['{"a":1}x', ['{"a":1}', "json: offset 8: invalid character 'x' looking for beginning of value"]],
  ['{"a":"é"}\n}', ['{"a":"é"}', "json: offset 12: invalid character '}' looking for beginning of value"]],
  ['{"a":1}\n{"b":2}\n---\nc: d\n', ['{"a":1}', '{"b":2}', "invalid character '-' in numeric literal"]],
  ['{"a":1}\n---\nb: c: d\n', ['{"a":1}', "json: offset 10: invalid character '-' in numeric literal"]],
  ['{"a":1}\n# c\n---\n{"b":1}', ['{"a":1}', '{"b":1}']],
  ['{"a":1,"b":[trueé', ["json: offset 17: invalid character 'Ã' after array element"]],
  ['{"a":', ["unexpected EOF"]],
  ["a: 1\n---\n\n---\nb: 1\n---\n# x\n---\nc: 3\n---", ['{"a":1}', '{"b":1}', '{"c":3}']],
  ["a: 1\n---b: 2\n", ["invalid Yaml document separator: b: 2"]],
  [
    "a: 1\n--- #x\nb: c: d",
    ['{"a":1}', "error converting YAML to JSON: yaml: mapping values are not allowed in this context"],
  ],
  ["a: |\n  x\n  ---\n  y\n", ['{"a":"x\\n---\\ny\\n"}']],
  ["\ufeffa: 1\r\n---\r\nb: 2\r\n", ['{"a":1}', '{"b":2}']],
  ["null\n---\na: 1\n", ['{"a":1}']],
  ["# nothing\n", []],
  ["", []],
])("%j", (text, expected) => {
  const { documents, error } = readDocuments(text);
  expect([...documents.map((d) => compactJson(d.value)), ...(error === undefined ? [] : [error])]).toEqual(expected);
});

test("a byte order mark tells the encoding", () => {
  expect(decodeText(Buffer.from("\ufeffa: é"))).toBe("a: é");
  expect(decodeText(Buffer.from("\ufeffa: é", "utf16le"))).toBe("a: é");
  expect(decodeText(Buffer.from("\ufeffa: é", "utf16le").swap16())).toBe("a: é");
});

test("strict reading refuses a key that is there twice", () => {
  expect(() => readYaml("a: 1\nb: 2\na: 3\n", { strict: true })).toThrow(
    'yaml: unmarshal errors:\n  line 3: key "a" already set in map',
  );
});

test("hostile documents are bounded and cannot reach prototypes", () => {
  expect(() => readYaml("[".repeat(100_000))).toThrow("exceeded max depth");
  expect(() => readYaml("- ".repeat(100_000))).toThrow("exceeded max depth");
  const bomb = ["a: &a [x,x,x,x,x,x,x,x,x]"];
  for (const [i, c] of [..."bcdefghij"].entries()) bomb.push(`${c}: &${c} [${Array(9).fill(`*${"abcdefghi"[i]}`)}]`);
  expect(() => readYaml(bomb.join("\n"))).toThrow("yaml: document contains excessive aliasing");
  const value = readYaml("__proto__: {x: 1}\nconstructor: {prototype: {y: 1}}\n<<: {__proto__: {z: 1}}") as object;
  expect(Object.keys(value).sort()).toEqual(["__proto__", "constructor"]);
  expect(({} as Record<string, unknown>)["x"] ?? ({} as Record<string, unknown>)["z"]).toBeUndefined();
});
