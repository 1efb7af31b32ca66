import { expect, test } from "vitest";
import type { CommandRow } from "../../../src/cli/command-row.ts";
import { suggestionsFor } from "../../../src/cli/suggestions.ts";

const rows: CommandRow[] = [
  { path: "create", short: "" },
  { path: "run", short: "" },
  { path: "get", short: "", suggestFor: ["list", "ps"] },
  { path: "cluster-info", short: "" },
  { path: "options", short: "", hidden: true },
];

test.each([
  ["crate", ["create"]],
  ["gte", ["get"]],
  ["list", ["get"]],
  ["cluster", ["cluster-info"]],
  ["Get", ["get"]],
  ["option", []],
  ["frobnicate", []],
])("%s may have meant %j", (typed, meant) => {
  expect(suggestionsFor(typed, rows)).toEqual(meant);
});
