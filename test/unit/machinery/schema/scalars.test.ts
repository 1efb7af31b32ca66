import { expect, test } from "vitest";
import { canonicalBase64, corruptBase64At } from "../../../../src/machinery/schema/base64.ts";
import { parseGoTime, rfc3339, rfc3339Micro } from "../../../../src/machinery/schema/go-time.ts";

test.each([
  ["", undefined],
  ["YWJj", undefined],
  ["YQ==", undefined],
  ["YW\nJj\r\n", undefined],
  ["hello!", 5],
  ["abc", 0],
  ["YWJjZ", 4],
  ["YQ=", 3],
  ["YQ=x", 2],
  ["YQ==Y", 4],
  ["=", 0],
  ["not base64", 3],
])("base64 %j is corrupt at %s", (text, at) => {
  expect(corruptBase64At(text)).toBe(at);
});

test("base64 is written canonically", () => {
  expect(canonicalBase64("YW\nJj")).toBe("YWJj");
  expect(canonicalBase64("YR==")).toBe("YQ==");
});

test.each([
  ["2024-01-01T00:00:00Z", rfc3339, Date.UTC(2024, 0, 1)],
  ["2024-01-01T00:00:00.5+01:00", rfc3339, Date.UTC(2023, 11, 31, 23, 0, 0, 500)],
  ["2024-01-01T00:00:00.123456Z", rfc3339Micro, Date.UTC(2024, 0, 1) + 123.456],
  ["2024-01-01", rfc3339, 'parsing time "2024-01-01" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "T"'],
  ["2024-13-01T00:00:00Z", rfc3339, 'parsing time "2024-13-01T00:00:00Z": month out of range'],
  ["2024-02-30T00:00:00Z", rfc3339, 'parsing time "2024-02-30T00:00:00Z": day out of range'],
  [
    "2024-01-01T00:00:00",
    rfc3339,
    'parsing time "2024-01-01T00:00:00" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "Z07:00"',
  ],
  ["2024-01-01T00:00:00Zx", rfc3339, 'parsing time "2024-01-01T00:00:00Zx": extra text: "x"'],
  [
    "2024-01-01T00:00:00Z",
    rfc3339Micro,
    'parsing time "2024-01-01T00:00:00Z" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "Z" as ".000000"',
  ],
])("time %s", (text, layout, expected) => {
  const parsed = parseGoTime(text, layout);
  expect(typeof parsed === "number" ? parsed : parsed.error).toBe(expected);
});
