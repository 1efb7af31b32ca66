import { expect, test } from "vitest";
import { parseCsv, parseGoDuration, parseGoInt } from "../../../../src/cli/flags/values.ts";

test.each([
  ["1h30m", 5_400_000],
  ["1.5s", 1500],
  ["-2m", -120_000],
  ["0", 0],
  ["250ms", 250],
])("duration %s is %d ms", (text, ms) => {
  expect(parseGoDuration(text)).toBe(ms);
});

test.each([
  ["0x10", 16],
  ["010", 8],
  ["1_000", 1000],
  ["+5", 5],
  ["-0b11", -3],
])("integer %s is %d", (text, value) => {
  expect(parseGoInt(text, 32)).toBe(value);
});

test.each([
  ["", []],
  ["a,b", ["a", "b"]],
  ["a,", ["a", ""]],
  ['"a,b",c', ["a,b", "c"]],
  ['"say ""hi"""', ['say "hi"']],
])("list %s is %j", (text, list) => {
  expect(parseCsv(text)).toEqual(list);
});
