import fs from "node:fs";
import { expect, test } from "vitest";
import { executeJsonPath, findJsonPath, jsonPathFailure } from "../../../../src/machinery/jsonpath/evaluate.ts";
import { JsonPathError, parseJsonPath, relaxedJsonPath } from "../../../../src/machinery/jsonpath/parse.ts";

// Recorded with kubectl 1.33: templates, and what `kubectl label --local -o jsonpath=` prints or complains of.
const { data, cases } = JSON.parse(fs.readFileSync(new URL("kubectl-jsonpath.json", import.meta.url), "utf8")) as {
  data: unknown;
  cases: [string, string | null, string?][];
};

function run(template: string): string {
  try {
    return executeJsonPath(parseJsonPath(template), data, { allowMissingKeys: true });
  } catch (error) {
    if (!(error instanceof JsonPathError)) throw error;
    return `error: ${error.message}`;
  }
}

test.each(cases)("%s", (template, output, error) => {
  expect(run(template)).toBe(output ?? `error: ${error}`);
});

test("wildcards and recursion go through maps in order", () => {
  const small = { b: { n: 1 }, a: [{ n: 2 }, "x"], n: null };
  expect(executeJsonPath(parseJsonPath("{..n}"), small)).toBe("null 2 1");
  expect(executeJsonPath(parseJsonPath("{.*}"), small)).toBe('[{"n":2},"x"] {"n":1} null');
  expect(executeJsonPath(parseJsonPath("{range .a[*]}<{@}>{end}"), { a: [null, 1] })).toBe("<<no value>><1>");
});

test("jsonpath-as-json prints a list for each action", () => {
  expect(executeJsonPath(parseJsonPath("{.a}{.b}x"), { a: [1], b: "<" }, { asJson: true })).toBe(
    '[\n    [\n        1\n    ]\n]\n[\n    "\\u003c"\n]\n[\n    "x"\n]\n',
  );
});

test("a missing key is an error only where it is asked to be", () => {
  const template = parseJsonPath("{.a.b}");
  expect(findJsonPath(template, { a: {} }, { allowMissingKeys: true })).toEqual([[]]);
  expect(() => findJsonPath(template, { a: {} })).toThrow("b is not found");
  expect(findJsonPath(parseJsonPath("{.constructor}{.__proto__}"), {}, { allowMissingKeys: true })).toEqual([[], []]);
});

test("what kubectl says where execution fails", () => {
  const error = new JsonPathError("array index out of bounds: index 9, length 1");
  expect(jsonPathFailure("{.a[9]}", error, { a: [1], s: "x" })).toBe(
    'error executing jsonpath "{.a[9]}": Error executing template: array index out of bounds: index 9, length 1. Printing more information for debugging the template:\n\ttemplate was:\n\t\t{.a[9]}\n\tobject given to jsonpath engine was:\n\t\tmap[string]interface {}{"a":[]interface {}{1}, "s":"x"}\n\n\n',
  );
});

test.each([
  ["metadata.name", "{.metadata.name}"],
  [".metadata.name", "{.metadata.name}"],
  ["{metadata.name}", "{.metadata.name}"],
  ["{.metadata.name}", "{.metadata.name}"],
  [".a[?(@.b==1)].c", "{.a[?(@.b==1)].c}"],
  ["", ""],
])("the relaxed path %s", (path, template) => {
  expect(relaxedJsonPath(path)).toBe(template);
});

test("paths that are not even relaxed ones", () => {
  expect(() => relaxedJsonPath("{.a}{.b}")).toThrow(
    "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'",
  );
});

test("hostile templates are bounded", () => {
  expect(() => parseJsonPath(`{${"[?(".repeat(5000)}`)).toThrow(JsonPathError);
  expect(() => parseJsonPath(`{.a${"[?(@.b".repeat(2000)}${")]".repeat(2000)}}`)).toThrow(JsonPathError);
  const open = parseJsonPath("{range .items[*]}".repeat(60));
  const spread = () => executeJsonPath(open, { items: [] }, { allowMissingKeys: true });
  expect(spread).toThrow("too many ranges without an end");
});
