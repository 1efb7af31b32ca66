import fc from "fast-check";
import { expect, test } from "vitest";
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  newMilliQuantity,
  newQuantity,
  parseQuantity,
  quantityFormatError,
  quantityMilliValue,
  quantityValue,
  roundUpQuantity,
  subtractQuantities,
} from "../../../src/machinery/quantity.ts";

// What `kubectl set resources --local -o yaml` prints for each.
test.each([
  ["1024Mi", "1Gi"],
  ["0.5", "500m"],
  ["1000m", "1"],
  ["0.1Gi", "107374182400m"],
  ["1E", "1E"],
  ["9999E", "9999E"],
  ["1000E", "1"],
  ["1500m", "1500m"],
  ["1.5Gi", "1536Mi"],
  ["12e6", "12e6"],
  ["0.0000000001", "1n"],
  ["-0.5", "-500m"],
  ["1000k", "1M"],
  ["1234567890123456789012", "1234567890123456789012"],
  ["0", "0"],
  ["0Mi", "0"],
  ["1023Ki", "1023Ki"],
  ["1.0", "1"],
  ["100e-3", "100e-3"],
  ["+5", "+5"],
  ["0.5Ki", "512"],
  ["2e30", "2e30"],
  ["1024Ei", "9223372036854775807"],
  ["8Ei", "9223372036854775807"],
  ["1E1", "10"],
  [".", "0"],
  ["-", "0"],
  ["1.", "1."],
  [".5", "500m"],
  ["0001Ki", "0001Ki"],
  ["1.500", "1.500"],
  ["0.500", "500m"],
  ["1e-10", "1e-9"],
  ["1e19", "10e18"],
  ["100000000000000000000", "100E"],
  ["-1.5Gi", "-1536Mi"],
  ["0.0001", "100u"],
  ["0e3", "0"],
  ["1536Ki", "1536Ki"],
  ["12.34Ki", "12636160m"],
  ["+1Gi", "+1Gi"],
  ["1024", "1024"],
  ["3e9999", "3e9999"],
])("%s is stored as %s", (text, canonical) => {
  expect(canonicalQuantity(text)).toBe(canonical);
});

test.each([
  ["", quantityFormatError],
  ["abc", quantityFormatError],
  ["1Zi", quantityFormatError],
  ["1 Gi", quantityFormatError],
  ["1.1.1", quantityFormatError],
  ["0x1", quantityFormatError],
  ["1e", "unable to parse quantity's suffix"],
  ["--1", "unable to parse quantity's suffix"],
  ["5K", "unable to parse quantity's suffix"],
  ["1mi", "unable to parse quantity's suffix"],
])("%j is refused", (text, message) => {
  expect(() => parseQuantity(text)).toThrow(message);
});

test("value and milliValue round away from zero", () => {
  expect(quantityValue(parseQuantity("1500m"))).toBe(2);
  expect(quantityValue(parseQuantity("-1500m"))).toBe(-2);
  expect(quantityMilliValue(parseQuantity("1.0001"))).toBe(1001);
  expect(quantityValue(parseQuantity("64Mi"))).toBe(67108864);
  expect(formatQuantity(roundUpQuantity(parseQuantity("100.5u"), -3))).toBe("1m");
});

test("sums keep the first format, or the other's where the first is nothing", () => {
  expect(formatQuantity(addQuantities(parseQuantity("1Gi"), parseQuantity("1G")))).toBe("2073741824");
  expect(formatQuantity(addQuantities(parseQuantity("0"), parseQuantity("1Gi")))).toBe("1Gi");
  expect(formatQuantity(addQuantities(parseQuantity("250m"), parseQuantity("750m")))).toBe("1");
  expect(formatQuantity(subtractQuantities(parseQuantity("2Gi"), parseQuantity("512Mi")))).toBe("1536Mi");
  expect(formatQuantity(newMilliQuantity(1100))).toBe("1100m");
  expect(formatQuantity(newQuantity(2048, "BinarySI"))).toBe("2Ki");
});

test("comparing knows no formats", () => {
  expect(compareQuantities(parseQuantity("1024Mi"), parseQuantity("1Gi"))).toBe(0);
  expect(compareQuantities(parseQuantity("1G"), parseQuantity("1Gi"))).toBe(-1);
  expect(compareQuantities(parseQuantity("1"), parseQuantity("999m"))).toBe(1);
});

test("a canonical text reads back as the same amount and text", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -1e8, max: 1e8 }),
      fc.constantFrom("", "m", "u", "n", "k", "M", "G", "Ki", "Mi", "Gi", "e3", "e-3"),
      (n, suffix) => {
        const first = parseQuantity(`${n}${suffix}`);
        const text = formatQuantity({ nanos: first.nanos, format: first.format });
        expect(parseQuantity(text).nanos).toBe(first.nanos);
        expect(canonicalQuantity(text)).toBe(text);
      },
    ),
  );
});
