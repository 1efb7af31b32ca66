import { readFileSync } from "node:fs";
import { Command } from "commander";
import { describe, expect, test } from "vitest";
import type { CommandRow } from "../../src/cli/command-row.ts";
import { childrenOf } from "../../src/cli/find-command.ts";
import { type FlagSpec, flagsOf } from "../../src/cli/flags/flag.ts";
import { globalFlags } from "../../src/cli/flags/global-flags.ts";
import { shownDefault } from "../../src/cli/help/render.ts";
import { commands, missing } from "../../src/cli/root.ts";

/** One flag as kubectl 1.33's help tells it. */
interface RecordedFlag {
  readonly short: string | null;
  readonly type: "bool" | "value";
  readonly default: string;
}
interface RecordedCommand {
  readonly flags: Readonly<Record<string, RecordedFlag>>;
  readonly subs: readonly string[];
}
const recorded: {
  readonly global: Readonly<Record<string, RecordedFlag>>;
  readonly commands: Readonly<Record<string, RecordedCommand>>;
} = JSON.parse(readFileSync(new URL("kubectl-flags.json", import.meta.url), "utf8"));

const rows = commands.filter((r) => r.program === undefined);
const rowAt = (path: string): CommandRow | undefined => rows.find((r) => r.path === path);

/** The flags that a row declares; parents that hold nothing but others have none. */
async function declared(row: CommandRow): Promise<readonly FlagSpec[]> {
  if (row.load === undefined) return [];
  const command = new Command();
  (await row.load()).command.define(command);
  return flagsOf(command);
}

const shape = (flags: readonly FlagSpec[]): Record<string, RecordedFlag> =>
  Object.fromEntries(
    flags
      .filter((f) => f.hidden !== true && f.deprecated === undefined)
      .map((f) => [
        f.name,
        {
          short: f.short ?? null,
          type: f.kind === "bool" ? ("bool" as const) : ("value" as const),
          default: shownDefault(f),
        },
      ]),
  );

describe("every command has the flags of kubectl 1.33", () => {
  const paths = Object.keys(recorded.commands).filter((path) => path !== "");
  test.each(paths)("%s", async (path) => {
    const row = rowAt(path);
    expect(row, `no row for ${path}`).toBeDefined();
    expect(shape(await declared(row!))).toEqual(recorded.commands[path]!.flags);
  });
});

test("the global flags are those of kubectl 1.33", () => {
  expect(shape(globalFlags("$HOME"))).toEqual(recorded.global);
});

test.each(Object.entries(recorded.commands))(
  "%s holds the commands of kubectl 1.33 and no others",
  (path, { subs }) => {
    const names = childrenOf(rows, path)
      .filter((r) => r.hidden !== true)
      .map((r) => r.path.slice(r.path.lastIndexOf(" ") + 1));
    const own = path === "" ? names.filter((n) => n !== "help" && n !== "options") : names;
    expect(own.toSorted()).toEqual(subs.toSorted());
  },
);

test("no command is excused any more", () => {
  expect([...missing].filter((name) => rowAt(name) === undefined)).toEqual([]);
});
