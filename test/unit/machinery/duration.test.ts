import { expect, test } from "vitest";
import {
  formatGoDuration,
  humanDuration,
  parseGoDuration,
  shortHumanDuration,
} from "../../../src/machinery/duration.ts";

const s = 1000;
const m = 60 * s;
const h = 60 * m;
const d = 24 * h;

test.each([
  [-2 * s, "<invalid>", "<invalid>"],
  [-1 * s, "0s", "0s"],
  [-500, "0s", "0s"],
  [0, "0s", "0s"],
  [119 * s, "119s", "1m"],
  [2 * m, "2m", "2m"],
  [5 * m + 30 * s, "5m30s", "5m"],
  [10 * m + 30 * s, "10m", "10m"],
  [179 * m, "179m", "2h"],
  [3 * h, "3h", "3h"],
  [7 * h + 59 * m, "7h59m", "7h"],
  [8 * h + 5 * m, "8h", "8h"],
  [47 * h, "47h", "1d"],
  [48 * h, "2d", "2d"],
  [3 * d + 4 * h, "3d4h", "3d"],
  [8 * d + 4 * h, "8d", "8d"],
  [729 * d, "729d", "1y"],
  [730 * d, "2y", "2y"],
  [2 * 365 * d + 35 * d, "2y35d", "2y"],
  [9 * 365 * d + 35 * d, "9y", "9y"],
  [Number.NaN, "<invalid>", "<invalid>"],
])("%d ms is %s, in short %s", (ms, human, short) => {
  // -1 s is shown as no time at all: clocks differ.
  expect(humanDuration(ms)).toBe(human);
  expect(shortHumanDuration(ms)).toBe(short);
});

test.each([
  ["1h", h, "1h0m0s"],
  ["1h30m", 90 * m, "1h30m0s"],
  ["1.5s", 1500, "1.5s"],
  ["-2m", -2 * m, "-2m0s"],
  ["0", 0, "0s"],
  ["250ms", 250, "250ms"],
  ["1us", 0.001, "1µs"],
  ["1.h", h, "1h0m0s"],
  [".5m", 30 * s, "30s"],
  ["+30s", 30 * s, "30s"],
  ["100h", 100 * h, "100h0m0s"],
])("%s is %d ms, printed %s", (text, ms, printed) => {
  expect(parseGoDuration(text)).toBe(ms);
  expect(formatGoDuration(ms)).toBe(printed);
});

test.each([
  ["abc", 'time: invalid duration "abc"'],
  ["", 'time: invalid duration ""'],
  ["5", 'time: missing unit in duration "5"'],
  ["5x", 'time: unknown unit "x" in duration "5x"'],
  ["1d", 'time: unknown unit "d" in duration "1d"'],
  [".", 'time: invalid duration "."'],
  ["-", 'time: invalid duration "-"'],
  ["9999999h", 'time: invalid duration "9999999h"'],
  ['"', 'time: invalid duration "\\""'],
  ["é", 'time: invalid duration "\\xc3\\xa9"'],
])("%j is no duration", (text, message) => {
  expect(() => parseGoDuration(text)).toThrow(message);
});
