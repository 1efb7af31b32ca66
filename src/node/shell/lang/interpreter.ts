import { strerror } from "../../runtime/machine/errno.ts";
import { launchFor } from "../../runtime/machine/launch.ts";
import { Pipe } from "../../runtime/machine/open-file.ts";
import { type Process, type Program, type Run, statusCode } from "../../runtime/machine/process.ts";
import { findBuiltin } from "../builtins/registry.ts";
import type { Command, Redirection, Word } from "./ast.ts";
import { evaluateTest } from "./conditions.ts";
import { expandPattern, expandString, expandWords } from "./expand.ts";
import { arithmetic } from "./expand-arithmetic.ts";
import { assign } from "./parameters.ts";
import { matches } from "./pattern.ts";
import { emptyInput, redirect, restore, type Saved } from "./redirect.ts";
import { type Control, isControl, type Shell } from "./state.ts";
import { runTraps } from "./traps.ts";

/** Runs a command and answers its status. Throws Control. */
export function* execute(shell: Shell, command: Command): Run {
  if (shell.process.tick()) yield* shell.process.pause();
  if (shell.process.pending.length > 0) yield* runTraps(shell);
  const status = yield* executeInner(shell, command);
  shell.status = status;
  return status;
}

function* executeInner(shell: Shell, command: Command): Run {
  switch (command.t) {
    case "simple": {
      const status = yield* executeSimple(shell, command);
      if (shell.bash) setPipeStatus(shell, [status]);
      return yield* leaveOnError(shell, status);
    }
    case "pipe":
      return yield* executePipe(shell, command);
    case "and":
    case "or":
      return yield* executeAndOr(shell, command);
    case "list":
      return yield* executeList(shell, command);
    case "function":
      shell.functions.set(command.name, command.body);
      return 0;
    default:
      return yield* withRedirections(shell, command.redirs, () => executeCompound(shell, command));
  }
}

type Compound = Exclude<Command, { t: "simple" | "pipe" | "and" | "or" | "list" | "function" }>;

function* executeCompound(shell: Shell, command: Compound): Run {
  switch (command.t) {
    case "group":
      return yield* execute(shell, command.body);
    case "subshell":
      return yield* leaveOnError(shell, yield* inSubshell(shell, command.body));
    case "if":
      return yield* executeIf(shell, command);
    case "while":
      return yield* executeWhile(shell, command);
    case "for":
      return yield* executeFor(shell, command);
    case "cfor":
      return yield* executeCFor(shell, command);
    case "case":
      return yield* executeCase(shell, command);
    case "arith":
      return yield* leaveOnError(shell, (yield* arithmetic(shell, command.expr)) === 0n ? 1 : 0);
    case "test":
      shell.line = command.line;
      return yield* leaveOnError(shell, yield* evaluateTest(shell, command.words));
  }
}

/** `set -e`: a failure that nobody looks at ends the shell. */
function* leaveOnError(shell: Shell, status: number): Run {
  shell.status = status;
  if (status !== 0 && shell.tested === 0 && shell.options.has("e")) {
    if (shell.traps.has("ERR")) yield* shell.engine.runText(shell, shell.traps.get("ERR")!);
    throw { control: "exit", status } satisfies Control;
  }
  return status;
}

function* withRedirections(shell: Shell, redirections: readonly Redirection[], run: () => Run): Run {
  if (redirections.length === 0) return yield* run();
  const saved: Saved = new Map();
  try {
    if (!(yield* redirect(shell, redirections, saved))) return shell.dialect === "dash" ? 2 : 1;
    return yield* run();
  } finally {
    restore(shell, saved);
  }
}

/** Runs something whose failure is looked at. */
export function* tested(shell: Shell, run: () => Run): Run {
  shell.tested++;
  try {
    return yield* run();
  } finally {
    shell.tested--;
  }
}

function* executeAndOr(shell: Shell, command: Command & { t: "and" | "or" }): Run {
  const left = yield* tested(shell, () => execute(shell, command.left));
  if ((left === 0) !== (command.t === "and")) return left;
  return yield* execute(shell, command.right);
}

function* executeList(shell: Shell, command: Command & { t: "list" }): Run {
  let status = 0;
  for (const item of command.items)
    status = item.background ? startBackground(shell, item.command) : yield* execute(shell, item.command);
  return status;
}

function startBackground(shell: Shell, command: Command): number {
  const child = forkShell(shell, command, "background");
  if (!shell.interactive) child.attach(0, emptyInput());
  child.group = child.pid;
  shell.lastBackground = child.pid;
  const number = Math.max(0, ...shell.jobs.map((job) => job.number)) + 1;
  shell.jobs.push({ number, processes: [child], text: "" });
  return 0;
}

/** A child process that runs a command in a copy of the shell. */
export function forkShell(shell: Shell, command: Command, how: "subshell" | "background" | "pipe"): Process {
  const copy = shell.fork(shell.process);
  if (how === "background") copy.tested = 0;
  return shell.process.fork((child) => runSubshell(copy, child, command));
}

function* runSubshell(copy: Shell, child: Process, command: Command): Run {
  copy.process = child;
  for (const [signal] of [...child.handlers]) if (child.handlers.get(signal) === "catch") child.handlers.delete(signal);
  copy.interactive = false;
  return yield* guarded(copy, () => replaceable(copy, command));
}

/** A lone external command takes over the subshell's process instead of forking once more. */
function* replaceable(shell: Shell, command: Command): Run {
  if (command.t !== "simple") return yield* execute(shell, command);
  return yield* leaveOnError(shell, yield* executeSimple(shell, command, true));
}

/** Runs to the end of the shell: exit, errors and the EXIT trap included. */
export function* guarded(shell: Shell, run: () => Run): Run {
  let status: number;
  try {
    status = yield* run();
  } catch (caught) {
    if (!isControl(caught)) throw caught;
    status = "status" in caught ? caught.status : shell.status;
  }
  const trap = shell.traps.get("EXIT");
  if (trap === undefined || trap === "") return status;
  shell.traps.delete("EXIT");
  shell.status = status;
  try {
    yield* shell.engine.runText(shell, trap);
  } catch (caught) {
    if (!isControl(caught)) throw caught;
    if (caught.control === "exit") return caught.status;
  }
  return status;
}

function* inSubshell(shell: Shell, command: Command): Run {
  const child = forkShell(shell, command, "subshell");
  const exit = yield* shell.process.wait(child);
  return statusCode(exit!);
}

function* executePipe(shell: Shell, command: Command & { t: "pipe" }): Run {
  if (command.commands.length === 1) {
    const status = yield* tested(shell, () => execute(shell, command.commands[0]!));
    return status === 0 ? 1 : 0;
  }
  const children: Process[] = [];
  let input: ReturnType<Pipe["ends"]>[0] | undefined;
  for (const [i, part] of command.commands.entries()) {
    const last = i === command.commands.length - 1;
    const child = forkShell(shell, part, "pipe");
    if (input !== undefined) child.attach(0, input);
    if (!last) {
      const [reader, writer] = new Pipe().ends();
      child.attach(1, writer);
      input = reader;
      reader.refs = 0;
    }
    children.push(child);
    if (i > 0) child.group = children[0]!.group;
    else toForeground(shell, child);
  }
  const codes: number[] = [];
  for (const child of children) codes.push(statusCode((yield* shell.process.wait(child))!));
  toForeground(shell, undefined);
  const failed = [...codes].reverse().find((code) => code !== 0) ?? 0;
  const status = shell.options.has("pipefail") ? failed : codes[codes.length - 1]!;
  if (shell.bash) setPipeStatus(shell, codes);
  if (command.negate) return status === 0 ? 1 : 0;
  return yield* leaveOnError(shell, status);
}

function setPipeStatus(shell: Shell, codes: readonly number[]): void {
  const elements = new Map(codes.map((code, i) => [String(i), String(code)]));
  shell.variables.set("PIPESTATUS", { value: String(codes[0]), elements, exported: false, readonly: false });
}

function* executeIf(shell: Shell, command: Command & { t: "if" }): Run {
  for (const clause of command.clauses)
    if ((yield* tested(shell, () => execute(shell, clause.test))) === 0) return yield* execute(shell, clause.body);
  return command.otherwise === undefined ? 0 : yield* execute(shell, command.otherwise);
}

/** Runs a loop's body once; false: the loop is over. */
function* iterate(shell: Shell, body: Command, result: { status: number }): Run<boolean> {
  try {
    shell.loopDepth++;
    result.status = yield* execute(shell, body);
    return true;
  } catch (caught) {
    if (!isControl(caught) || (caught.control !== "break" && caught.control !== "continue")) throw caught;
    result.status = 0;
    if (caught.levels > 1 && shell.loopDepth > 1) throw { ...caught, levels: caught.levels - 1 };
    return caught.control === "continue";
  } finally {
    shell.loopDepth--;
  }
}

function* executeWhile(shell: Shell, command: Command & { t: "while" }): Run {
  const result = { status: 0 };
  for (;;) {
    const met = (yield* tested(shell, () => execute(shell, command.test))) === 0;
    if (met === command.until || !(yield* iterate(shell, command.body, result))) return result.status;
  }
}

function* executeFor(shell: Shell, command: Command & { t: "for" }): Run {
  const values = command.words === undefined ? [...shell.positional] : yield* expandWords(shell, command.words);
  const result = { status: 0 };
  for (const value of values) {
    shell.set(command.name, value);
    if (!(yield* iterate(shell, command.body, result))) break;
  }
  return result.status;
}

function* executeCFor(shell: Shell, command: Command & { t: "cfor" }): Run {
  const blank = (word: Word): boolean => word.every((part) => part.t === "str" && part.v.trim() === "");
  const result = { status: 0 };
  yield* arithmetic(shell, command.init);
  while (blank(command.test) || (yield* arithmetic(shell, command.test)) !== 0n) {
    if (!(yield* iterate(shell, command.body, result))) break;
    yield* arithmetic(shell, command.step);
  }
  return result.status;
}

function* executeCase(shell: Shell, command: Command & { t: "case" }): Run {
  const text = yield* expandString(shell, command.word);
  let falling = false;
  let status = 0;
  for (const item of command.items) {
    let met = falling;
    for (const pattern of item.patterns) {
      if (met) break;
      met = matches(yield* expandPattern(shell, pattern), text);
    }
    if (!met) continue;
    status = yield* execute(shell, item.body);
    if (!item.fall) return status;
    falling = true;
  }
  return status;
}

/** The output of a command substitution; its status is kept for assignments. */
export function* substitute(shell: Shell, body: Command): Run<string> {
  if (body.t === "list" && body.items.length === 0) return "";
  const quick = onlyInput(body);
  if (quick !== undefined) return yield* shell.process.slurp(yield* expandString(shell, quick));
  const [reader, writer] = new Pipe().ends();
  const child = forkShell(shell, body, "subshell");
  child.attach(1, writer);
  let text = "";
  for (;;) {
    const data = reader.take(1 << 20, shell.process, false);
    if (data === "") break;
    if (data === undefined) yield { queues: [reader.readable] };
    else {
      text += data;
      if (text.length > 4 << 20) break;
    }
  }
  reader.close(shell.process.time);
  const exit = yield* shell.process.wait(child);
  shell.substitution = statusCode(exit!);
  return text.replaceAll("\0", "");
}

/** $(< file) */
function onlyInput(body: Command): Word | undefined {
  if (body.t !== "simple" || body.words.length + body.assigns.length > 0 || body.redirs.length !== 1) return undefined;
  return body.redirs[0]!.op === "<" ? body.redirs[0]!.target : undefined;
}

function* executeSimple(shell: Shell, command: Command & { t: "simple" }, replace = false): Run {
  shell.line = command.line;
  shell.substitution = undefined;
  const argv = yield* expandWords(shell, command.words);
  const builtin = argv.length === 0 ? undefined : findBuiltin(shell, argv[0]!);
  const keep = argv.length === 0 || builtin?.special === true;
  const undo = keep ? undefined : saveVariables(shell, command.assigns);
  const saved: Saved = new Map();
  const permanent = argv[0] === "exec" && argv.length === 1;
  try {
    for (const assignment of command.assigns) yield* assign(shell, assignment, expandWords);
    if (undo !== undefined) for (const { name } of command.assigns) shell.variables.get(name)!.exported = true;
    yield* trace(shell, command, argv);
    if (!(yield* redirect(shell, command.redirs, saved))) {
      if (builtin?.special && !shell.bash && !shell.interactive)
        throw { control: "abort", status: 2 } satisfies Control;
      return shell.dialect === "dash" ? 2 : 1;
    }
    if (argv.length === 0) return shell.substitution ?? 0;
    if (permanent) {
      for (const file of saved.values()) if (file !== undefined) file.refs--;
      saved.clear();
      return 0;
    }
    return yield* invoke(shell, argv, builtin?.run, replace);
  } finally {
    restore(shell, saved);
    if (undo !== undefined) restoreVariables(shell, undo);
  }
}

function saveVariables(
  shell: Shell,
  assigns: readonly { name: string }[],
): Map<string, ReturnType<Shell["variables"]["get"]>> | undefined {
  if (assigns.length === 0) return undefined;
  return new Map(
    assigns.map(({ name }) => {
      const old = shell.variables.get(name);
      return [name, old && { ...old }];
    }),
  );
}

function restoreVariables(shell: Shell, saved: ReadonlyMap<string, ReturnType<Shell["variables"]["get"]>>): void {
  for (const [name, old] of saved) {
    if (old === undefined) shell.variables.delete(name);
    else shell.variables.set(name, old);
  }
}

/** `set -x` */
function* trace(shell: Shell, command: Command & { t: "simple" }, argv: readonly string[]): Run<void> {
  if (!shell.options.has("x")) return;
  const show = shell.dialect === "dash" ? (text: string): string => text : quote;
  const assigns = command.assigns.map(({ name }) => `${name}=${show(shell.get(name) ?? "")}`);
  const ps4 = shell.get("PS4") ?? "+ ";
  yield* shell.error(`${ps4}${[...assigns, ...argv.map(show)].join(" ")}\n`);
}

/** A word as `set -x` and `export -p` show it. */
export function quote(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function* invoke(
  shell: Shell,
  argv: string[],
  builtin: ((shell: Shell, argv: string[]) => Run) | undefined,
  replace: boolean,
): Run {
  const body = shell.functions.get(argv[0]!);
  if (body !== undefined) return yield* callFunction(shell, body, argv);
  if (builtin !== undefined) return yield* builtin(shell, argv);
  return yield* external(shell, argv, replace);
}

function* callFunction(shell: Shell, body: Command, argv: string[]): Run {
  if (shell.functionDepth >= 150) {
    yield* shell.complain(`${argv[0]}: maximum function nesting level exceeded (150)`);
    throw { control: "abort", status: 2 } satisfies Control;
  }
  const { positional, loopDepth } = shell;
  shell.positional = argv.slice(1);
  shell.functionDepth++;
  shell.loopDepth = 0;
  const locals = new Map();
  shell.locals.push(locals);
  try {
    return yield* execute(shell, body);
  } catch (caught) {
    if (!isControl(caught) || caught.control !== "return") throw caught;
    return caught.status;
  } finally {
    shell.positional = positional;
    shell.functionDepth--;
    shell.loopDepth = loopDepth;
    shell.locals.pop();
    restoreVariables(shell, locals);
  }
}

/** Runs a program, in a child or (`replace`) in this very process. */
export function* external(shell: Shell, argv: string[], replace: boolean): Run {
  const found = launchFor(shell.process, argv, shell.get("PATH") ?? "");
  let program: Program;
  let args: readonly string[] = argv;
  if ("program" in found) {
    program = found.program;
    args = found.argv;
  } else if (found.errno === "ENOEXEC" && found.path !== undefined) {
    const script = launchFor(shell.process, ["/bin/sh", found.path, ...argv.slice(1)]);
    if (!("program" in script)) return 126;
    program = script.program;
    args = [found.path, ...argv.slice(1)];
    program = scriptProgram(program, script.argv);
  } else return yield* notRun(shell, argv[0]!, found);
  const env = shell.environment();
  if (replace) return yield* become(shell.process, program, args, env);
  const child = shell.process.fork(program, args);
  child.env = env;
  toForeground(shell, child);
  for (const [signal, how] of [...child.handlers]) if (how === "catch") child.handlers.delete(signal);
  const exit = yield* shell.process.wait(child);
  toForeground(shell, undefined);
  return yield* report(shell, child, statusCode(exit!), exit!.signal);
}

/** An interactive shell gives its terminal to the job that it waits for, and takes it back after. */
function toForeground(shell: Shell, job: Process | undefined): void {
  if (!shell.interactive) return;
  if (job !== undefined) job.group = job.pid;
  const tty = shell.process.machine.terminalOf(shell.process);
  if (tty !== undefined) tty.foreground = (job ?? shell.process).group;
}

function scriptProgram(shellProgram: Program, argv: readonly string[]): Program {
  return (process) => {
    process.argv = argv;
    return shellProgram(process);
  };
}

/** execve(2): the process goes on as another program. */
export function* become(process: Process, program: Program, argv: readonly string[], env: Map<string, string>): Run {
  process.argv = argv;
  process.comm = (argv[0] ?? "").split("/").pop()!.slice(0, 15);
  process.env = env;
  for (const [signal, how] of [...process.handlers]) if (how === "catch") process.handlers.delete(signal);
  process.pending.length = 0;
  const status = yield* program(process);
  throw { control: "exit", status } satisfies Control;
}

function* report(shell: Shell, child: Process, status: number, signal: string | undefined): Run {
  if (signal === undefined || signal === "INT" || signal === "PIPE") return status;
  const words = { KILL: "Killed", TERM: "Terminated", HUP: "Hangup", QUIT: "Quit", ALRM: "Alarm clock" }[signal];
  if (words !== undefined && shell.bash && !shell.interactive)
    yield* shell.complain(`${String(child.pid).padStart(5)} ${words.padEnd(23)} ${child.argv.join(" ")}`);
  else if (words !== undefined) yield* shell.error(`${words}\n`);
  return status;
}

function* notRun(shell: Shell, name: string, found: { errno: Parameters<typeof strerror>[0] }): Run {
  const missing = found.errno === "ENOENT" || found.errno === "ENOTDIR";
  const where = name.includes("/");
  if (!missing) {
    const dir = where && shell.process.container.fs.peek(name, shell.process.cwd)?.type === "dir";
    yield* shell.complain(`${name}: ${dir && shell.bash ? "Is a directory" : strerror(found.errno)}`);
    return 126;
  }
  yield* shell.complain(
    `${name}: ${shell.bash ? (where ? "No such file or directory" : "command not found") : "not found"}`,
  );
  return 127;
}
