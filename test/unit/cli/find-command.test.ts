import { expect, test } from "vitest";
import type { CommandRow } from "../../../src/cli/command-row.ts";
import { findCommand } from "../../../src/cli/find-command.ts";
import { flag } from "../../../src/cli/flags/flag.ts";

const rows: CommandRow[] = [
  { path: "create", short: "" },
  { path: "create deployment", aliases: ["deploy"], short: "" },
  { path: "get", short: "" },
];
const globals = [flag.string("namespace", "", { short: "n" }), flag.bool("disable-compression", "")];

test.each([
  [["get", "pods"], "get", ["pods"]],
  [["-n", "x", "get", "pods"], "get", ["-n", "x", "pods"]],
  [["--disable-compression", "get"], "get", ["--disable-compression"]],
  [["create", "deploy", "web"], "create deployment", ["web"]],
  [["create", "--edit", "deployment", "web"], "create deployment", ["--edit", "web"]],
  [["create", "-f", "deployment"], "create", ["-f", "deployment"]],
  [["--bogus", "get", "pods"], undefined, ["--bogus", "get", "pods"]],
  [["--", "get"], undefined, ["--", "get"]],
])("%j names %s", async (argv, path, rest) => {
  const found = await findCommand(rows, argv, globals, async () => [
    flag.bool("edit", ""),
    flag.strings("filename", "", { short: "f" }),
  ]);
  expect(found.row?.path).toBe(path);
  expect(found.argv).toEqual(rest);
});
