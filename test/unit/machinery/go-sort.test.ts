import * as fc from "fast-check";
import { expect, test } from "vitest";
import { goSort } from "../../../src/machinery/go-sort.ts";

test("equal elements end up where the real kubectl 1.33 put them", () => {
  // 34 pods by restart count, as `kubectl get pods --sort-by` printed them: the third had none, the fourth 82.
  const pods = Array.from({ length: 34 }, (_, i) => ({ i, restarts: i === 2 ? undefined : i === 3 ? 82 : 0 }));
  const sorted = goSort(pods, (a, b) =>
    a.restarts === undefined ? true : b.restarts === undefined ? false : a.restarts < b.restarts,
  );
  expect(sorted.map((p) => p.i)).toEqual([
    2, 16, 18, 33, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 19, 17, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30,
    31, 32, 3,
  ]);
});

test("twelve elements and fewer are sorted by insertion, which keeps equal ones in order", () => {
  const items = ["b1", "a1", "b2", "a2", "c1", "a3"];
  expect(goSort(items, (a, b) => a[0]! < b[0]!)).toEqual(["a1", "a2", "a3", "b1", "b2", "c1"]);
});

test("whatever comes in, all of it comes out in order", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 400 }), (numbers) => {
      expect(goSort(numbers, (a, b) => a < b)).toEqual([...numbers].sort((a, b) => a - b));
    }),
    { numRuns: 200 },
  );
});

test("descending and saw-toothed input is sorted too", () => {
  const descending = Array.from({ length: 300 }, (_, i) => 300 - i);
  expect(goSort(descending, (a, b) => a < b)).toEqual([...descending].reverse());
  const teeth = Array.from({ length: 300 }, (_, i) => i % 7);
  expect(goSort(teeth, (a, b) => a < b)).toEqual([...teeth].sort((a, b) => a - b));
});
