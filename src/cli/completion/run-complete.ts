import { Command } from "commander";
import type { CommandRow } from "../command-row.ts";
import { childrenOf, findCommand, firstArgument } from "../find-command.ts";
import { declareFlags, type FlagSpec, flagKey } from "../flags/flag.ts";
import { helpFlag } from "../flags/global-flags.ts";
import { flagTable, scanLine, valueWhenBare } from "../flags/scan.ts";
import { openSession } from "../open-session.ts";
import type { Host, Session } from "../session.ts";
import { argumentWords, flagWords } from "./words.ts";

/** What completion needs to know of the program. */
export interface CompletionContext {
  readonly host: Host;
  readonly rows: readonly CommandRow[];
  readonly globals: readonly FlagSpec[];
  flagsFor(row: CommandRow): Promise<readonly FlagSpec[]>;
}

/** What is offered, and whether files are to be offered besides. */
interface Offer {
  readonly words: readonly string[];
  readonly directive: 0 | 4;
  /** Why nothing is offered, for the log. */
  readonly complaint?: string;
}

const NOTHING: Offer = { words: [], directive: 4 };
const FILES: Offer = { words: [], directive: 0 };
const DIRECTIVES = { 0: "ShellCompDirectiveDefault", 4: "ShellCompDirectiveNoFileComp" } as const;

/** Flags by both of their names: those of all commands, then the command's own, each sorted. Mirrors cobra's getFlagNameCompletions. */
function flagOffer(inherited: readonly FlagSpec[], own: readonly FlagSpec[], prefix: string): Offer {
  const sorted = (flags: readonly FlagSpec[]): FlagSpec[] => [...flags].sort((a, b) => (a.name < b.name ? -1 : 1));
  const shown = [...sorted(inherited), ...sorted([...own, helpFlag])].filter(
    (f) => (f.hidden !== true || f === helpFlag) && f.deprecated === undefined,
  );
  const words = shown.flatMap((f) =>
    [`--${f.name}`, ...(f.short === undefined ? [] : [`-${f.short}`])]
      .filter((name) => name.startsWith(prefix))
      .map((name) => `${name}\t${f.help}`),
  );
  return { words, directive: 4 };
}

/** The flag that the word to complete is the value of: the one before it, or the one before its "=". */
function flagToComplete(words: readonly string[], current: string, flags: readonly FlagSpec[]) {
  const table = flagTable(flags);
  const named = (word: string): FlagSpec | undefined =>
    word.startsWith("--") ? table.long(word.slice(2)) : word.length === 2 ? table.short(word.slice(1)) : undefined;
  const equals = current.indexOf("=");
  if (current.startsWith("--") && equals > 0)
    return { flag: named(current.slice(0, equals)), value: current.slice(equals + 1) };
  const last = words.at(-1);
  if (last === undefined || !last.startsWith("-") || last.includes("=")) return undefined;
  const flag = named(last);
  return flag === undefined || valueWhenBare(flag) !== undefined ? undefined : { flag, value: current };
}

/** A session with the global flags that the words give, and the arguments among them. */
function sessionFor(context: CompletionContext, flags: readonly FlagSpec[], words: readonly string[]) {
  const command = new Command().allowExcessArguments(true).exitOverride().argument("[args...]");
  declareFlags(command, ...flags);
  const line = scanLine(flagTable(flags), words);
  command.parse([...line.flags.map((f) => `--${f.spec.name}=${f.text}`), "--", ...line.args], { from: "user" });
  const values: Record<string, unknown> = command.opts();
  const globals = Object.fromEntries(context.globals.map((g) => [flagKey(g.name), values[flagKey(g.name)]]));
  const given = new Set(line.flags.map((f) => f.spec.name));
  return { session: openSession(context.host, globals, given), args: line.args };
}

async function withSession<T>(
  context: CompletionContext,
  flags: readonly FlagSpec[],
  words: readonly string[],
  work: (session: Session, args: readonly string[]) => Promise<T>,
): Promise<T | undefined> {
  try {
    const { session, args } = sessionFor(context, flags, words);
    try {
      return await work(session, args);
    } finally {
      await session.close();
    }
  } catch {
    // A shell that completes has no use for errors.
    return undefined;
  }
}

async function offerFor(context: CompletionContext, words: readonly string[], current: string): Promise<Offer> {
  const { row, argv } = await findCommand(context.rows, words, context.globals, context.flagsFor);
  const own = row?.load === undefined ? [] : await context.flagsFor(row);
  const names = new Set(own.map((f) => f.name));
  const flags = [...own, ...context.globals.filter((f) => !names.has(f.name))];
  const value = flagToComplete(argv, current, flags);
  if (value?.flag !== undefined) {
    const { flag } = value;
    const before = current.includes("=") && current.startsWith("--") ? argv : argv.slice(0, -1);
    const found = await withSession(context, flags, before, (session, args) =>
      flagWords(session, row?.path ?? "", flag.name, args),
    );
    if (found === undefined) return FILES;
    return { words: found.filter((w) => w.startsWith(value.value)), directive: 4 };
  }
  if (current.startsWith("-"))
    return row === undefined
      ? flagOffer([], context.globals, current)
      : flagOffer(
          context.globals.filter((f) => !names.has(f.name)),
          own,
          current,
        );
  const unknown = row === undefined ? argv[firstArgument(argv, flagTable(context.globals))] : undefined;
  if (unknown !== undefined)
    return { ...FILES, complaint: `unable to find a command for arguments: [${argv.join(" ")}]` };
  const children = childrenOf(context.rows, row?.path ?? "").filter(
    (c) => c.hidden !== true || c.path === "help" || c.path === "options",
  );
  const lastWord = (path: string): string => path.slice(path.lastIndexOf(" ") + 1);
  const commands = children
    .filter((c) => lastWord(c.path).startsWith(current))
    .map((c) => `${lastWord(c.path)}\t${c.short}`)
    .sort();
  if (row === undefined) return { words: commands, directive: 4 };
  const found = await withSession(context, flags, argv, (session, args) =>
    argumentWords(session, row.path, args, current),
  );
  if (found === undefined && commands.length === 0) return children.length > 0 ? NOTHING : FILES;
  return { words: [...commands, ...(found ?? [])], directive: 4 };
}

/** `kubectl __complete WORDS… CURRENT`: what could stand for the last word, one a line, then the directive. Mirrors cobra's completion protocol. */
export async function runComplete(context: CompletionContext, argv: readonly string[]): Promise<void> {
  const [call = "", ...rest] = argv;
  const current = rest.at(-1);
  if (current === undefined) throw new Error("requires at least 1 arg(s), only received 0");
  const { words, directive, complaint } = await offerFor(context, rest.slice(0, -1), current);
  const shown = call === "__completeNoDesc" ? words.map((w) => w.split("\t")[0]!) : words;
  const { stdout, stderr } = context.host.streams;
  stdout.write(`${shown.map((w) => `${w}\n`).join("")}:${directive}\n`);
  if (complaint !== undefined)
    stderr.write(`[Debug] Cleared global flags for plugin completion\n[Debug] [Error] ${complaint}\n`);
  stderr.write(`Completion ended with directive: ${DIRECTIVES[directive]}\n`);
}
