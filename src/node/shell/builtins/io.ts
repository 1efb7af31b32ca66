import { errnoOf, strerror } from "../../runtime/machine/errno.ts";
import { allowed } from "../../runtime/machine/file-nodes.ts";
import { ended, type Run } from "../../runtime/machine/process.ts";
import { echoText, printfText } from "../format.ts";
import { assignArray } from "../lang/parameters.ts";
import type { Shell } from "../lang/state.ts";
import { runTraps } from "../lang/traps.ts";
import { testExpression } from "./test.ts";

/** : and true, and what has no effect here. */
export const nothing = (): Run => ended(0);

export const failing = (): Run => ended(1);

/** Writes to stdout; a closed or full one is complained about. */
export function* print(shell: Shell, name: string, text: string): Run {
  try {
    yield* shell.process.write(1, text);
    return 0;
  } catch (caught) {
    const errno = errnoOf(caught);
    yield* shell.complain(
      `${name}: ${shell.bash ? "write error: " : shell.dialect === "dash" ? "I/O error: " : "write error: "}${strerror(errno)}`,
    );
    return 1;
  }
}

export function* echo(shell: Shell, argv: string[]): Run {
  return yield* print(shell, "echo", echoText(argv.slice(1), shell.dialect));
}

export function* printf(shell: Shell, argv: string[]): Run {
  let args = argv.slice(1);
  let variable: string | undefined;
  if (args[0] === "-v" && shell.bash) {
    variable = args[1];
    args = args.slice(2);
  }
  if (args[0] === "--") args = args.slice(1);
  if (args.length === 0) {
    yield* shell.complain(
      shell.bash ? "printf: usage: printf [-v var] format [arguments]" : "printf: usage: printf format [arg ...]",
    );
    return 2;
  }
  const { text, problems } = printfText(args[0]!, args.slice(1));
  if (variable !== undefined) shell.set(variable, text);
  else yield* print(shell, "printf", text);
  for (const problem of problems) {
    const words =
      shell.dialect === "dash" ? problem.replace(/(.*): invalid number/, "$1: expected numeric value") : problem;
    yield* shell.complain(`printf: ${words}`);
  }
  return problems.length > 0 ? 1 : 0;
}

export function* test(shell: Shell, argv: string[]): Run {
  const bracket = argv[0] === "[";
  if (bracket && argv[argv.length - 1] !== "]") {
    yield* shell.complain(`[: missing ${shell.bash ? "`]'" : "]"}`);
    return 2;
  }
  const result = testExpression(shell.process, argv.slice(1, bracket ? -1 : undefined));
  if (typeof result === "boolean") return result ? 0 : 1;
  yield* shell.complain(`${shell.dialect === "ash" ? "" : `${argv[0]}: `}${testWords(shell, result)}`);
  return 2;
}

function testWords(shell: Shell, problem: string): string {
  if (problem.startsWith("\x01")) return badShape(shell, problem.slice(1).split("\x01"));
  if (!problem.startsWith("\0")) return problem;
  const text = problem.slice(1);
  if (shell.bash) return `${text}: integer expression expected`;
  return shell.dialect === "dash" ? `Illegal number: ${text}` : `${text}: bad number`;
}

/** What test says of arguments that make no expression. */
function badShape(shell: Shell, args: readonly string[]): string {
  const [a, b] = args;
  const binary = /^(=|==|!=|-eq|-ne|-lt|-le|-gt|-ge)$/.test(b ?? "");
  if (shell.bash)
    return args.length === 2
      ? `${a}: unary operator expected`
      : args.length === 3
        ? `${b}: binary operator expected`
        : "too many arguments";
  if (shell.dialect === "ash") return `${binary ? b : a}: ${binary ? "argument expected" : "unknown operand"}`;
  return binary && args.length === 2 ? `${b}: argument expected` : `${a}: unexpected operator`;
}

export function* pwd(shell: Shell): Run {
  return yield* print(shell, "pwd", `${shell.process.cwd}\n`);
}

export function* cd(shell: Shell, argv: string[]): Run {
  const args = argv.slice(1).filter((arg) => !/^-[LPe]+$/.test(arg) && arg !== "--");
  if (args.length > 1 && shell.bash) {
    yield* shell.complain("cd: too many arguments");
    return 1;
  }
  const target = args[0] === "-" ? shell.get("OLDPWD") : (args[0] ?? shell.get("HOME"));
  if (target === undefined || target === "") {
    yield* shell.complain(`cd: ${args[0] === "-" ? "OLDPWD" : "HOME"} not set`);
    return 1;
  }
  const { process } = shell;
  let problem: string | undefined;
  try {
    const found = process.container.fs.find(target, process.cwd, process.who);
    if (found.node === undefined) problem = strerror("ENOENT");
    else if (found.node.type !== "dir") problem = strerror("ENOTDIR");
    else if (!allowed(found.node, 1, process.who)) problem = strerror("EACCES");
    else {
      shell.set("OLDPWD", process.cwd);
      process.cwd = found.path;
      shell.set("PWD", found.path);
    }
  } catch (caught) {
    problem = strerror(errnoOf(caught));
  }
  if (problem === undefined) return args[0] === "-" ? yield* print(shell, "cd", `${process.cwd}\n`) : 0;
  const text = shell.bash
    ? `cd: ${target}: ${problem}`
    : shell.dialect === "dash"
      ? `cd: can't cd to ${target}`
      : `cd: can't cd to ${target}: ${problem}`;
  yield* shell.complain(text);
  return shell.dialect === "dash" ? 2 : 1;
}

export function* umask(shell: Shell, argv: string[]): Run {
  const text = argv[1];
  if (text === undefined) return yield* print(shell, "umask", `${shell.process.umask.toString(8).padStart(4, "0")}\n`);
  if (!/^[0-7]{1,4}$/.test(text)) {
    yield* shell.complain(`umask: ${text}: ${shell.bash ? "octal number out of range" : "Illegal number"}`);
    return 1;
  }
  shell.process.umask = Number.parseInt(text, 8);
  return 0;
}

export function* ulimit(shell: Shell, argv: string[]): Run {
  return yield* print(shell, "ulimit", argv.includes("-n") ? "1048576\n" : "unlimited\n");
}

export function* times(shell: Shell): Run {
  return yield* print(shell, "times", "0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n");
}

interface ReadOptions {
  raw: boolean;
  prompt: string;
  timeout?: number;
  count?: number;
  delimiter: string;
  array?: string;
  names: string[];
}

function readOptions(argv: readonly string[]): ReadOptions {
  const options: ReadOptions = { raw: false, prompt: "", delimiter: "\n", names: [] };
  let i = 1;
  for (; i < argv.length && /^-./.test(argv[i]!) && argv[i] !== "--"; i++) {
    const flags = argv[i]!.slice(1);
    for (let k = 0; k < flags.length; k++) {
      const c = flags[k]!;
      if (c === "r") options.raw = true;
      if (!"pntdauN".includes(c)) continue;
      const value = flags.slice(k + 1) || (argv[++i] ?? "");
      if (c === "p") options.prompt = value;
      if (c === "n" || c === "N") options.count = Number(value) || 0;
      if (c === "t") options.timeout = Number(value) * 1000;
      if (c === "d") options.delimiter = value[0] ?? "\0";
      if (c === "a") options.array = value;
      break;
    }
  }
  if (argv[i] === "--") i++;
  options.names = argv.slice(i);
  return options;
}

/** Reads one record; `ended` where the input ended before its delimiter. */
function* readRecord(shell: Shell, options: ReadOptions): Run<{ text: string; ended: boolean } | undefined> {
  let text = "";
  const { process } = shell;
  const file = process.files.get(0);
  if (file === undefined) return { text: "", ended: true };
  const deadline = options.timeout === undefined ? undefined : process.time + options.timeout;
  const whole = options.delimiter === "\n" && options.count === undefined;
  for (;;) {
    const data = file.take(whole ? 1 << 16 : 1, process, whole);
    if (data === undefined) {
      if (process.pending.length > 0) yield* runTraps(shell);
      if (deadline !== undefined && process.time >= deadline) return undefined;
      yield { queues: [file.readable], ...(deadline === undefined ? {} : { until: deadline }) };
      continue;
    }
    if (process.tick()) yield* process.pause();
    if (data === "") return { text, ended: true };
    if (whole ? data.endsWith("\n") : data === options.delimiter) {
      text += whole ? data.slice(0, -1) : "";
      if (options.raw || !/(^|[^\\])(\\\\)*\\$/.test(text)) return { text, ended: false };
      text = text.slice(0, -1);
      continue;
    }
    text += data;
    if (options.count !== undefined && text.length >= options.count) return { text, ended: false };
    if (text.length > 1 << 20) return { text, ended: false };
  }
}

export function* read(shell: Shell, argv: string[]): Run {
  const options = readOptions(argv);
  const bad = options.names.find((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  if (bad !== undefined) {
    yield* shell.complain(`read: ${bad}: ${shell.bash ? "not a valid identifier" : "bad variable name"}`);
    return shell.bash ? 1 : 2;
  }
  if (options.prompt !== "" && shell.process.files.get(0)?.kind === "tty") yield* shell.error(options.prompt);
  const record = yield* readRecord(shell, options);
  if (record === undefined) return shell.bash ? 142 : 1;
  const names = options.names.length > 0 ? options.names : ["REPLY"];
  const ifs = shell.get("IFS") ?? " \t\n";
  if (options.array !== undefined)
    assignArray(shell, options.array, splitRecord(record.text, ifs, Number.POSITIVE_INFINITY, options.raw), false);
  else if (options.names.length === 0 && shell.bash)
    shell.set("REPLY", options.raw ? record.text : record.text.replace(/\\([\s\S])/g, "$1"));
  else {
    const values = splitRecord(record.text, ifs, names.length, options.raw);
    names.forEach((name, i) => {
      shell.set(name, values[i] ?? "");
    });
  }
  return record.ended ? 1 : 0;
}

/** Splits a line at IFS into at most `count` values; the last takes the rest. */
function splitRecord(text: string, ifs: string, count: number, raw: boolean): string[] {
  const white = (c: string | undefined): boolean =>
    c !== undefined && (c === " " || c === "\t" || c === "\n") && ifs.includes(c);
  const values: string[] = [];
  let i = 0;
  while (white(text[i])) i++;
  while (i < text.length && values.length < count - 1) {
    let value = "";
    while (i < text.length && !ifs.includes(text[i]!)) {
      if (!raw && text[i] === "\\" && i + 1 < text.length) i++;
      value += text[i++];
    }
    values.push(value);
    while (white(text[i])) i++;
    if (i < text.length && ifs.includes(text[i]!) && !white(text[i])) {
      i++;
      while (white(text[i])) i++;
    }
  }
  if (i < text.length) {
    let rest = text.slice(i);
    while (rest !== "" && white(rest[rest.length - 1])) rest = rest.slice(0, -1);
    const last = rest[rest.length - 1];
    if (last !== undefined && ifs.includes(last) && rest.indexOf(last) === rest.length - 1) rest = rest.slice(0, -1);
    values.push(raw ? rest : rest.replace(/\\([\s\S])/g, "$1"));
  }
  return values;
}

export function* mapfile(shell: Shell, argv: string[]): Run {
  const strip = argv.includes("-t");
  const name = argv.slice(1).find((arg) => !arg.startsWith("-")) ?? "MAPFILE";
  const text = yield* shell.process.readAll(0);
  const lines = text.split("\n");
  if (lines[lines.length - 1] === "") lines.pop();
  assignArray(shell, name, strip ? lines : lines.map((line) => `${line}\n`), false);
  return 0;
}
