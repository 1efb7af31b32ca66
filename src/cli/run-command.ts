import { Command } from "commander";
import type { CommandRow } from "./command-row.ts";
import type { CommandDefinition } from "./define-command.ts";
import { ExitError, HelpError, UsageError } from "./exit.ts";
import { childrenOf, findCommand, firstArgument } from "./find-command.ts";
import { type FlagSpec, flagKey, flagsOf, prepareFlags, setFacts } from "./flags/flag.ts";
import { globalFlags, helpFlag } from "./flags/global-flags.ts";
import { FlagError, flagTable, type ScannedLine, scanLine } from "./flags/scan.ts";
import { commandText } from "./help/command-text.ts";
import { renderCommandHelp, renderRootHelp } from "./help/render.ts";
import { type OpenSession, openSession } from "./open-session.ts";
import { reportError } from "./report-error.ts";
import { commands, missing } from "./root.ts";
import type { Host } from "./session.ts";
import { suggestionsFor } from "./suggestions.ts";

/** One command line being run. */
interface Run {
  readonly host: Host;
  readonly rows: readonly CommandRow[];
  readonly globals: readonly FlagSpec[];
}

/** Runs one command line and answers with the exit code. Everything a user can do wrong ends here as text on stderr. */
export async function runCommandLine(host: Host, argv: readonly string[]): Promise<number> {
  try {
    const rows = commands.filter((r) => r.program === undefined || r.program === host.program);
    const run: Run = { host, rows, globals: globalFlags(host.env["HOME"] ?? "") };
    await dispatch(run, argv);
    return 0;
  } catch (error) {
    const { text, code } = reportError(error, host.program, host.env["DRYKUBE_TRACE"] !== undefined);
    if (text !== "") host.streams.stderr.write(text.endsWith("\n") ? text : `${text}\n`);
    return code;
  }
}

async function dispatch(run: Run, argv: readonly string[]): Promise<void> {
  if (argv[0] === "__complete" || argv[0] === "__completeNoDesc") {
    const { runComplete } = await import("./completion/run-complete.ts");
    return runComplete({ ...run, flagsFor: async (r) => flagsOf(defined((await r.load!()).command)) }, argv);
  }
  const {
    row,
    argv: rest,
    words,
  } = await findCommand(run.rows, argv, run.globals, async (r) =>
    r.load === undefined ? [] : flagsOf(defined((await r.load()).command)),
  );
  if (row === undefined) return runRoot(run, rest);
  if (row.path === "help") return showHelpFor(run, rest);
  if (row.load === undefined) return runParent(run, row, rest);
  return runRow(run, row, (await row.load()).command, rest, words);
}

/** The commander command of a definition. */
function defined(definition: CommandDefinition<any>): Command {
  const command = new Command()
    .helpOption(false)
    .helpCommand(false)
    .allowExcessArguments(true)
    .exitOverride()
    .argument("[args...]");
  definition.define(command);
  return command;
}

function scan(
  run: Run,
  path: string,
  specs: readonly FlagSpec[],
  argv: readonly string[],
  exitCode?: number,
): ScannedLine {
  try {
    return scanLine(flagTable(specs), argv);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    const command = path === "" ? run.host.program : `${run.host.program} ${path}`;
    if (exitCode !== undefined)
      throw new ExitError(`error: ${error.message}\nSee '${command} -h' for help and examples`, exitCode);
    throw new FlagError(`${error.message}\nSee '${command} --help' for usage.`);
  }
}

const wantsHelp = (line: ScannedLine): boolean =>
  line.flags.findLast((f) => f.spec.name === "help")?.text.startsWith("t") ?? false;

/** The program without a command: help, or the complaint about a word that names none. */
async function runRoot(run: Run, argv: readonly string[]): Promise<void> {
  const { program, streams } = run.host;
  const top = childrenOf(run.rows, "");
  const word = argv.find((w) => !w.startsWith("-"));
  const at = firstArgument(argv, flagTable(run.globals));
  if (at >= 0) {
    const { runPlugin } = await import("./plugin.ts");
    if (word !== "help" && (await runPlugin(run.host, argv))) return;
    const typed = argv[at]!;
    if (missing.has(typed))
      throw new ExitError(`error: "${program} ${typed}" is not there yet in this version of drykube`);
    const meant = suggestionsFor(typed, top);
    const hint = meant.length === 0 ? "" : `\n\nDid you mean this?\n${meant.map((m) => `\t${m}\n`).join("")}`;
    throw new ExitError(`error: unknown command ${JSON.stringify(typed)} for "${program}"${hint}`);
  }
  scan(run, "", [...run.globals, helpFlag], argv);
  streams.stdout.write(renderRootHelp(program, run.rows));
}

/** A command that only holds others, called itself. */
function runParent(run: Run, row: CommandRow, argv: readonly string[]): void {
  const { program, streams } = run.host;
  const line = scan(run, row.path, [...run.globals, helpFlag], argv);
  const { helpTo, exitCode } = row.parent!;
  const help = renderCommandHelp(program, row, childrenOf(run.rows, row.path), row.parent!, []);
  if (wantsHelp(line)) {
    streams.stdout.write(help);
    return;
  }
  if (exitCode !== 0 && line.args.length > 0)
    throw new UsageError(`unknown command ${JSON.stringify(line.args.join(" "))}`, row.path);
  streams[helpTo].write(help);
  if (exitCode !== 0) throw new ExitError("", exitCode);
}

async function helpText(run: Run, row: CommandRow): Promise<string> {
  const children = childrenOf(run.rows, row.path);
  if (row.load === undefined) return renderCommandHelp(run.host.program, row, children, row.parent!, []);
  const command = defined((await row.load()).command);
  return renderCommandHelp(run.host.program, row, children, commandText(command), flagsOf(command));
}

/** `help [COMMAND]`. */
async function showHelpFor(run: Run, argv: readonly string[]): Promise<void> {
  const { program, streams } = run.host;
  const words = scan(run, "help", [...run.globals, helpFlag], argv).args;
  if (words.length === 0) return streams.stdout.write(renderRootHelp(program, run.rows));
  const { row } = await findCommand(run.rows, words, run.globals, async () => []);
  if (row !== undefined) return streams.stdout.write(await helpText(run, row));
  streams.stderr.write(`Unknown help topic [${words.map((w) => `\`${w}\``).join(" ")}]\n\n\n`);
  streams.stderr.write(renderRootHelp(program, run.rows).split("\n").slice(2).join("\n"));
}

/** flags → options → validate → run. */
async function runRow(
  run: Run,
  row: CommandRow,
  definition: CommandDefinition<any>,
  argv: readonly string[],
  words: readonly string[],
): Promise<void> {
  const { host } = run;
  const command = defined(definition);
  const own = flagsOf(command);
  const ownNames = new Set(own.map((f) => f.name));
  const inherited = run.globals.filter((f) => !ownNames.has(f.name));
  const line = scan(run, row.path, [...own, ...inherited, helpFlag], argv, row.flagErrorCode);
  for (const { spec } of line.flags)
    if (spec.deprecated !== undefined)
      host.streams.stderr.write(`Flag --${spec.name} has been deprecated, ${spec.deprecated}\n`);
  if (wantsHelp(line)) return host.streams.stdout.write(await helpText(run, row));
  requireFlags(own, line);
  prepareFlags(command, [...own, ...inherited, helpFlag], new Set(line.flags.map((f) => f.spec.name)));
  const canonical = [...line.flags.map((f) => `--${f.spec.name}=${f.text}`), "--", ...line.args];
  command.action(() => execute(run, definition, command, line, inherited, words));
  try {
    await command.parseAsync(canonical, { from: "user" });
  } catch (error) {
    if (!(error instanceof HelpError)) throw error;
    host.streams.stdout.write(await helpText(run, row));
    throw new ExitError(error.message === "" ? "" : `error: ${error.message}`, error.code);
  }
}

function requireFlags(own: readonly FlagSpec[], line: ScannedLine): void {
  const given = new Set(line.flags.map((f) => f.spec.name));
  const absent = own.filter((f) => f.required === true && !given.has(f.name)).map((f) => JSON.stringify(f.name));
  if (absent.length > 0) throw new ExitError(`error: required flag(s) ${absent.sort().join(", ")} not set`);
}

async function execute(
  run: Run,
  definition: CommandDefinition<any>,
  command: Command,
  line: ScannedLine,
  inherited: readonly FlagSpec[],
  words: readonly string[],
): Promise<void> {
  const flags: Record<string, unknown> = command.opts();
  const globals: Record<string, unknown> = {};
  for (const spec of inherited) globals[flagKey(spec.name)] = flags[flagKey(spec.name)];
  setFacts(flags, {
    changed: new Set(line.flags.map((f) => f.spec.name)),
    argsLenAtDash: line.argsLenAtDash,
    text: [run.host.program, ...words, ...line.args, ...line.flags.map((f) => `--${f.spec.name}=${f.text}`)].join(" "),
  });
  refuseProfile(String(globals["profile"] ?? "none"));
  if (definition.exitOn !== undefined) run.host.exitOn(definition.exitOn);
  const session = openSession(run.host, globals, new Set(line.flags.map((f) => f.spec.name)));
  await withSession(session, async () => {
    const options = await definition.complete(session, flags, line.args);
    definition.validate?.(options);
    await definition.run(session, options);
  });
}

/** What --profile asks for is the insides of a Go program; here only "none" can be had. Mirrors cmd.initProfiling. */
function refuseProfile(name: string): void {
  if (name === "none") return;
  if (["cpu", "heap", "goroutine", "threadcreate", "block", "mutex"].includes(name))
    throw new ExitError(`error: --profile=${name} cannot be had: this kubectl is not a Go program`);
  throw new ExitError(`error: unknown profile '${name}'`);
}

/** Closes the session whatever happens, so that an embedded cluster saves what was done before an error too. */
async function withSession(session: OpenSession, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } finally {
    await session.close();
  }
  session.checkWarnings();
}
