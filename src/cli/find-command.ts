import type { CommandRow } from "./command-row.ts";
import type { FlagSpec } from "./flags/flag.ts";
import { type FlagTable, flagTable, valueWhenBare } from "./flags/scan.ts";

/** The command that a command line names, and the line without the words that named it. `row` undefined: the program itself. */
export interface FoundCommand {
  readonly row: CommandRow | undefined;
  readonly argv: readonly string[];
  /** The words that named the command, as typed. */
  readonly words: readonly string[];
}

/** Where the first word stands that is neither a flag nor a flag's value; -1 where there is none. Mirrors cobra's stripFlags. */
export function firstArgument(argv: readonly string[], table: FlagTable): number {
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!;
    if (word === "--") return -1;
    if (word !== "" && !word.startsWith("-")) return i;
    if (word.includes("=") || word === "-" || word === "") continue;
    const isLong = word.startsWith("--");
    if (!isLong && word.length !== 2) continue;
    const spec = isLong ? table.long(word.slice(2)) : table.short(word.slice(1));
    if (spec !== undefined && valueWhenBare(spec) !== undefined) continue;
    if (argv.length - i <= 2) return -1;
    i++;
  }
  return -1;
}

/** The direct subcommands of `path` ("" for the program). */
export function childrenOf(rows: readonly CommandRow[], path: string): readonly CommandRow[] {
  const prefix = path === "" ? "" : `${path} `;
  return rows.filter((r) => r.path.startsWith(prefix) && !r.path.slice(prefix.length).includes(" ") && r.path !== path);
}

const lastWord = (row: CommandRow): string => row.path.slice(row.path.lastIndexOf(" ") + 1);

/**
 * Walks down the command tree. `ownFlags` yields a command's own flags, asked for only where one stands between the
 * command's name and its subcommand's. Mirrors cobra's Find.
 */
export async function findCommand(
  rows: readonly CommandRow[],
  argv: readonly string[],
  globals: readonly FlagSpec[],
  ownFlags: (row: CommandRow) => Promise<readonly FlagSpec[]>,
): Promise<FoundCommand> {
  let row: CommandRow | undefined;
  let rest = argv;
  const words: string[] = [];
  for (;;) {
    const children = childrenOf(rows, row?.path ?? "");
    if (children.length === 0) return { row, argv: rest, words };
    const own = row !== undefined && rest[0]?.startsWith("-") ? await ownFlags(row) : [];
    const at = firstArgument(rest, flagTable([...own, ...globals]));
    const word = rest[at];
    const child = children.find((c) => lastWord(c) === word) ?? children.find((c) => c.aliases?.includes(word ?? ""));
    if (child === undefined) return { row, argv: rest, words };
    row = child;
    words.push(word!);
    rest = rest.filter((_, i) => i !== at);
  }
}
