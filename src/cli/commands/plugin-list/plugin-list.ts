import fs from "node:fs";
import path from "node:path";
import type { CommandDefinition } from "../../define-command.ts";
import { ExitError } from "../../exit.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";
import { commands } from "../../root.ts";
import type { Session } from "../../session.ts";

const PREFIX = "kubectl-";

function filesOf(directory: string): string[] {
  try {
    return fs
      .readdirSync(directory)
      .filter((f) => f.startsWith(PREFIX))
      .sort();
  } catch {
    return [];
  }
}

function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What is wrong with a plugin: it cannot be run, another one comes first, or a command has its name. Mirrors CommandOverrideVerifier. */
function warningsOf(file: string, seen: ReadonlyMap<string, string>): string[] {
  const name = path.basename(file);
  const words = name.slice(PREFIX.length).split("-").join(" ").replaceAll("_", "-");
  const warnings: string[] = [];
  if (commands.some((c) => c.program === undefined && c.path === words))
    warnings.push(`warning: ${name} overwrites existing command: "kubectl ${words}"`);
  if (!isExecutable(file)) warnings.push(`warning: ${file} identified as a kubectl plugin, but it is not executable`);
  const other = seen.get(name);
  if (other !== undefined) warnings.push(`warning: ${file} is overshadowed by a similarly named plugin: ${other}`);
  return warnings;
}

function list(session: Session, nameOnly: boolean): void {
  const { stdout, stderr } = session.streams;
  const seen = new Map<string, string>();
  let warned = 0;
  let found = 0;
  const directories = [...new Set((session.env["PATH"] ?? "").split(path.delimiter).filter((d) => d.trim() !== ""))];
  for (const directory of directories)
    for (const name of filesOf(directory)) {
      const file = path.join(directory, name);
      if (found++ === 0) stdout.write("The following compatible plugins are available:\n\n");
      stdout.write(`${nameOnly ? name : file}\n`);
      for (const warning of warningsOf(file, seen)) {
        warned++;
        stderr.write(`  - ${warning}\n`);
      }
      seen.set(name, seen.get(name) ?? file);
    }
  if (found === 0) throw new Error("unable to find any kubectl plugins in your PATH");
  if (warned > 0)
    throw new ExitError(
      `error: ${warned === 1 ? "one plugin warning was found" : `${warned} plugin warnings were found`}`,
    );
}

/** `kubectl plugin list`. Mirrors kubectl/pkg/cmd/plugin. */
export const command: CommandDefinition<boolean> = {
  define: (c) => {
    describeCommand(c, {
      usage: "[flags]",
      long: "List the plugins: executable files on the PATH whose names begin with kubectl-.",
    });
    declareFlags(c, flag.bool("name-only", "Show the names alone, without the directories."));
  },
  complete: (_session, flags) => flags["nameOnly"],
  run: async (session, nameOnly) => list(session, nameOnly),
};
