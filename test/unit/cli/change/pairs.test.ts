import { expect, test } from "vitest";
import { splitPairs } from "../../../../src/cli/change/pairs.ts";
import { parseLabelChanges } from "../../../../src/cli/commands/label/label.ts";
import { parseTaints, reorganize } from "../../../../src/cli/commands/taint/taints.ts";

test("resources come before pairs", () => {
  expect(splitPairs(["pod", "x", "a=b", "c-"], "label")).toEqual({ resources: ["pod", "x"], pairs: ["a=b", "c-"] });
  expect(() => splitPairs(["pod", "a=b", "c"], "label")).toThrow(
    "all resources must be specified before label changes: c",
  );
  expect(splitPairs(["nodes", "n", "maint:NoSchedule"], "taint").pairs).toEqual(["maint:NoSchedule"]);
});

test("labels that users call __proto__ are data", () => {
  expect([...parseLabelChanges(["__proto__=x"]).set]).toEqual([["__proto__", "x"]]);
});

test.each([
  [["a=b:NoSchedule"], [], "tainted", 1],
  [
    ["a-"],
    [
      { key: "a", effect: "NoSchedule" },
      { key: "a", effect: "NoExecute" },
    ],
    "untainted",
    0,
  ],
  [["b:NoExecute", "a-"], [{ key: "a", effect: "NoSchedule" }], "modified", 1],
] as const)("%o", (specs, old, operation, count) => {
  const done = reorganize(old, parseTaints(specs), false);
  expect([done.operation, done.taints.length]).toEqual([operation, count]);
});
