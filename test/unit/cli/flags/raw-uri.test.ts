import { expect, test } from "vitest";
import { checkRawCall } from "../../../../src/cli/flags/raw-uri.ts";
import { parseFlagValue } from "../../../../src/cli/flags/values.ts";

const call = { uri: "/api", filenames: [], recursive: false, output: "" };

test.each([
  [{ ...call, uri: "bogus" }, '--raw must be a valid URL path: parse "bogus": invalid URI for request'],
  [{ ...call, uri: "/%zz" }, '--raw must be a valid URL path: parse "/%zz": invalid URI for request'],
  [{ ...call, uri: "x", output: "yaml" }, "--raw and --output are mutually exclusive"],
  [{ ...call, recursive: true, output: "yaml" }, "--raw and --recursive are mutually exclusive"],
  [{ ...call, filenames: ["https://x/y"], recursive: true }, "--raw cannot read from a url"],
])("%j is refused", (wrong, message) => {
  expect(() => checkRawCall(wrong)).toThrow(new Error(message));
});

test.each(["/api?x=y z", "//x", "http://a/b"])("%s is a URI", (uri) => {
  expect(() => checkRawCall({ ...call, uri })).not.toThrow();
});

test.each([
  ["a=b", [["a", "b"]]],
  [
    "a=b,c=d",
    [
      ["a", "b"],
      ["c", "d"],
    ],
  ],
  [
    '"a=b,c",d=',
    [
      ["a", "b,c"],
      ["d", ""],
    ],
  ],
])("the pairs of %s", (text, pairs) => {
  expect(parseFlagValue("pairs", text)).toEqual(pairs);
});

test("a pair without = is none", () => {
  expect(() => parseFlagValue("pairs", "A")).toThrow("A must be formatted as key=value");
});
