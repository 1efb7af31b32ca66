import { expect, test } from "vitest";
import { fieldsMatch, formatFieldTerms, parseFieldSelector } from "../../../../src/machinery/selectors/field.ts";

test.each([
  ["status.phase=Running", "status.phase=Running"],
  ["b==2,a!=1", "a!=1,b=2"],
  ["spec.nodeName=", "spec.nodeName="],
  ["a=x\\,y\\=z", "a=x\\,y\\=z"],
  ["a=1,,", "a=1"],
  ["", ""],
  ["a!b=c", "a!b=c"],
])("%j reads as %j", (text, formatted) => {
  expect(formatFieldTerms(parseFieldSelector(text))).toBe(formatted);
});

test.each([
  ["nonsense", "invalid selector: 'nonsense'; can't understand 'nonsense'"],
  ["a=b=c", "invalid field selector: unescaped character in value: 61"],
  ["a=\\x", "invalid field selector: invalid escape sequence: \\x"],
  ["a=b\\", "invalid field selector: invalid escape sequence: \\"],
])("%j does not parse", (text, message) => {
  expect(() => parseFieldSelector(text)).toThrow(message);
});

test("fields that are not there count as empty", () => {
  const fields = { "metadata.name": "web", "status.phase": "Running" };
  expect(fieldsMatch(parseFieldSelector("metadata.name=web,status.phase!=Pending"), fields)).toBe(true);
  expect(fieldsMatch(parseFieldSelector("metadata.name!=web"), fields)).toBe(false);
  expect(fieldsMatch(parseFieldSelector("spec.nodeName="), fields)).toBe(true);
});
