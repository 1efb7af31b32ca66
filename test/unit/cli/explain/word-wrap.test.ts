import { expect, test } from "vitest";
import { indentLines, wordWrap } from "../../../../src/cli/explain/word-wrap.ts";

test.each([
  ["one two three", 7, "one two\nthree"],
  ["averyveryverylongword x", 5, "averyveryverylongword\nx"],
  ["a\n\nb", 10, "a\n\nb"],
  ["fits\n", 10, "fits\n"],
])("%j within %d", (text, width, wrapped) => {
  expect(wordWrap(text, width)).toBe(wrapped);
});

test("every line is indented, empty ones too", () => {
  expect(indentLines("a\n", 2)).toBe("  a\n  ");
});
