import { errnoOf, strerror } from "../../runtime/machine/errno.ts";
import type { Process, Run } from "../../runtime/machine/process.ts";
import { findBuiltin } from "../builtins/registry.ts";
import { expandInto, expandPattern, expandString } from "./expand.ts";
import { execute, external, guarded, substitute } from "./interpreter.ts";
import { nextCommand, scanScript } from "./parser.ts";
import type { Scanner, SyntaxFailure } from "./scanner.ts";
import { type Control, type Dialect, type Engine, type OptionName, Shell } from "./state.ts";
import { runTraps } from "./traps.ts";

const ENGINE: Engine = {
  expandString,
  expandPattern,
  expandInto,
  substitute,
  execute,
  external,
  builtin: (shell, name) => findBuiltin(shell, name)?.run,
  runText: (shell, text) => runSource(shell, text),
};

/** Whether something caught is a syntax error. */
export function isSyntaxFailure(caught: unknown): caught is SyntaxFailure {
  return typeof caught === "object" && caught !== null && "syntax" in caught;
}

/** Runs a text command by command. A syntax error is printed and ends the shell with status 2. */
export function* runSource(shell: Shell, text: string, firstLine = 1): Run {
  const scanner = scanScript(text, shell.bash, firstLine);
  let status = 0;
  for (;;) {
    let command: ReturnType<typeof nextCommand>;
    try {
      command = nextCommand(scanner);
    } catch (caught) {
      if (!isSyntaxFailure(caught)) throw caught;
      yield* printSyntaxError(shell, caught, scanner);
      shell.status = 2;
      throw { control: "abort", status: 2 } satisfies Control;
    }
    if (command === undefined) return status;
    status = yield* execute(shell, command);
    if (shell.process.pending.length > 0) yield* runTraps(shell);
  }
}

/** Whether what was read so far needs further lines to make whole commands. */
export function incomplete(shell: Shell, source: string): boolean {
  const scanner = scanScript(source, shell.bash);
  try {
    while (nextCommand(scanner) !== undefined);
    return scanner.openHeredoc === true || /(^|[^\\])(\\\\)*\\\n$/.test(source);
  } catch (caught) {
    if (isSyntaxFailure(caught)) return caught.incomplete;
    throw caught;
  }
}

/** More than this is not looked at line by line. */
const LINEWISE = 1 << 16;

/** Runs commands as they come in on stdin: each as soon as it is whole, so that it may read the lines after it. */
export function* runInput(shell: Shell): Run {
  const { process } = shell;
  let source = "";
  let first = 1;
  let status = 0;
  for (;;) {
    const whole = source.length > LINEWISE;
    const line = whole ? yield* process.readAll(0) : yield* process.readLine(0);
    const over = whole || line === "";
    source += line;
    if (!over && incomplete(shell, source)) continue;
    if (source.trim() !== "") status = yield* runSource(shell, source, first);
    if (over) return status;
    first += source.split("\n").length - 1;
    source = "";
  }
}

/** Prints a syntax error in the dialect's words. */
export function* printSyntaxError(shell: Shell, failure: SyntaxFailure, scanner?: Scanner): Run<void> {
  shell.line = failure.line;
  const token = failure.token === "\n" ? "newline" : failure.token;
  if (shell.bash) {
    const head = shell.interactive || shell.script ? shell.prefix() : `${shell.name}: -c: line ${shell.line}: `;
    const say = (text: string): Run<void> => shell.error(`${head}${text}\n`);
    if (failure.syntax !== "unexpected") yield* say(bashWords(failure, scanner));
    else if (token === undefined) yield* say("syntax error: unexpected end of file");
    else {
      yield* say(`syntax error near unexpected token \`${token}'`);
      const line = scanner?.source.split("\n")[failure.line - 1];
      if (line !== undefined && !shell.interactive) yield* say(`\`${line}'`);
    }
    return;
  }
  const what = failure.syntax !== "unexpected" ? failure.syntax : unexpectedWords(shell, token);
  if (shell.dialect === "dash") yield* shell.complain(`Syntax error: ${what}`);
  else
    yield* shell.error(
      `${shell.name}: ${shell.script ? `line ${shell.line}: ` : ""}syntax error: ${what.replace("Bad substitution", "bad substitution").replace("Unterminated", "unterminated")}\n`,
    );
}

function bashWords(failure: SyntaxFailure, scanner: Scanner | undefined): string {
  if (failure.syntax.startsWith("Unterminated")) {
    const rest = scanner?.source ?? "";
    return `unexpected EOF while looking for matching \`${rest.lastIndexOf('"') > rest.lastIndexOf("'") ? '"' : "'"}'`;
  }
  return failure.syntax === "Bad substitution" ? "bad substitution" : `syntax error: ${failure.syntax}`;
}

const KEYWORDS = new Set([
  "then",
  "else",
  "elif",
  "fi",
  "do",
  "done",
  "case",
  "esac",
  "while",
  "until",
  "for",
  "in",
  "if",
  "{",
  "}",
  "!",
]);

function unexpectedWords(shell: Shell, token: string | undefined): string {
  if (token === undefined) return shell.dialect === "dash" ? "end of file unexpected" : "unexpected end of file";
  if (shell.dialect === "ash") return token === "newline" ? "unexpected newline" : `unexpected "${token}"`;
  if (token === "newline") return "newline unexpected";
  return KEYWORDS.has(token) || /^[;&|()]+$/.test(token) ? `"${token}" unexpected` : "word unexpected";
}

/** A shell's own start: imports the environment, and sets what every shell sets. */
export function newShell(dialect: Dialect, process: Process, name: string): Shell {
  const shell = new Shell(ENGINE, dialect, process, name);
  for (const [key, value] of process.env)
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) shell.variables.set(key, { value, exported: true, readonly: false });
  shell.variables.set("IFS", { value: " \t\n", exported: false, readonly: false });
  const preset = (key: string, value: string, exported = false): void => {
    if (!shell.variables.has(key)) shell.variables.set(key, { value, exported, readonly: false });
  };
  shell.variables.set("PWD", { value: process.cwd, exported: true, readonly: false });
  preset("OPTIND", "1");
  preset("PS4", "+ ");
  preset("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
  if (dialect === "bash") {
    preset("BASH", "/bin/bash");
    preset("BASH_VERSION", "5.2.15(1)-release");
    preset("SHLVL", "0", true);
    const level = shell.variables.get("SHLVL")!;
    level.value = String((Number(level.value) || 0) + 1);
  }
  return shell;
}

interface Invocation {
  readonly command?: string;
  readonly file?: string;
  readonly stdin: boolean;
  readonly interactive: boolean;
  readonly login: boolean;
  readonly options: readonly OptionName[];
  readonly args: readonly string[];
  readonly bad?: string;
}

/** Reads the arguments of sh: -c, -s, -i, -l, set's options, a script file. */
export function parseInvocation(argv: readonly string[]): Invocation {
  const options: OptionName[] = [];
  const flags = { c: false, stdin: false, interactive: false, login: false };
  let i = 1;
  let bad: string | undefined;
  for (; i < argv.length; i++) {
    const arg = argv[i]!;
    if (arg === "--" || arg === "-") {
      i++;
      break;
    }
    if (!/^[-+]./.test(arg)) break;
    if (arg === "--login") flags.login = true;
    else if (arg === "-o" || arg === "+o") options.push(argv[++i] as OptionName);
    else if (arg.startsWith("--")) bad ??= arg === "--norc" || arg === "--noprofile" || arg === "--posix" ? bad : arg;
    else
      for (const c of arg.slice(1)) {
        if (c === "c") flags.c = true;
        else if (c === "s") flags.stdin = true;
        else if (c === "i") flags.interactive = true;
        else if (c === "l") flags.login = true;
        else if (c === "o") options.push(argv[++i] as OptionName);
        else if ("euxfnvCam".includes(c)) options.push(c as OptionName);
        else bad ??= `-${c}`;
      }
  }
  const rest = argv.slice(i);
  return {
    ...(flags.c ? { command: rest[0] ?? "" } : {}),
    ...(!flags.c && !flags.stdin && rest.length > 0 ? { file: rest[0] } : {}),
    stdin: flags.stdin,
    interactive: flags.interactive,
    login: flags.login,
    options,
    args: flags.c || !flags.stdin ? rest.slice(1) : rest,
    ...(bad === undefined ? {} : { bad }),
    ...(flags.c && rest.length === 0 ? { bad: "-c requires an argument" } : {}),
    ...(flags.c && rest.length > 1 ? { file: undefined } : {}),
  };
}

/** Runs a script file or the text of -c. */
export function* runInvocation(shell: Shell, invocation: Invocation): Run {
  for (const option of invocation.options) shell.options.add(option);
  if (invocation.command !== undefined) {
    if (invocation.args.length > 0) shell.name = invocation.args[0]!;
    shell.positional = invocation.args.slice(1);
    return yield* guarded(shell, () => runSource(shell, invocation.command!));
  }
  const file = invocation.file!;
  shell.positional = [...invocation.args];
  let text: string;
  try {
    text = yield* shell.process.slurp(file);
  } catch (caught) {
    const why = strerror(errnoOf(caught));
    if (shell.bash) yield* shell.error(`${shell.name}: ${file}: ${why}\n`);
    else if (shell.dialect === "dash") yield* shell.error(`${shell.name}: 0: cannot open ${file}: No such file\n`);
    else yield* shell.error(`${shell.name}: can't open '${file}': ${why}\n`);
    return shell.dialect === "bash" ? 127 : 2;
  }
  shell.name = file;
  shell.script = true;
  return yield* guarded(shell, () => runSource(shell, text));
}
