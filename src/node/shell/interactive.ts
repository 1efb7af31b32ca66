import type { Process, Run } from "../runtime/machine/process.ts";
import { userName } from "./applets/lib.ts";
import { execute, guarded } from "./lang/interpreter.ts";
import { nextCommand, scanScript } from "./lang/parser.ts";
import { incomplete, isSyntaxFailure, printSyntaxError } from "./lang/script.ts";
import { isControl, type Shell } from "./lang/state.ts";
import { LineEditor } from "./line-editor.ts";

/** The read, run, repeat of a shell on a terminal. */
export function* interact(shell: Shell): Run {
  shell.interactive = true;
  const { process } = shell;
  const tty = process.container.machine.terminalOf(process);
  for (const signal of ["INT", "QUIT", "TERM", "TSTP"] as const) process.handlers.set(signal, "catch");
  if (tty !== undefined) tty.foreground = process.group;
  const editor = new LineEditor(process, tty);
  return yield* guarded(shell, () => loop(shell, editor));
}

function* loop(shell: Shell, editor: LineEditor): Run {
  for (;;) {
    const source = yield* readCommand(shell, editor);
    if (source === undefined) {
      yield* shell.process.write(1, shell.bash ? "exit\n" : shell.dialect === "dash" ? "\n" : "");
      return shell.status;
    }
    if (source.trim() === "") continue;
    for (const line of shell.bash ? [source.trimEnd().replace(/\n/g, "; ")] : source.trimEnd().split("\n"))
      editor.remember(line);
    yield* runLine(shell, source);
  }
}

function* runLine(shell: Shell, source: string): Run<void> {
  const scanner = scanScript(source, shell.bash);
  try {
    for (let command = nextCommand(scanner); command !== undefined; command = nextCommand(scanner))
      yield* execute(shell, command);
  } catch (caught) {
    if (isSyntaxFailure(caught)) {
      yield* printSyntaxError(shell, caught, scanner);
      shell.status = 2;
    } else if (isControl(caught) && caught.control !== "exit")
      shell.status = "status" in caught ? caught.status : shell.status;
    else throw caught;
  } finally {
    const tty = shell.process.machine.terminalOf(shell.process);
    if (tty !== undefined) tty.foreground = shell.process.group;
    shell.process.pending.length = 0;
  }
}

/** Lines until they make a whole command; undefined at the end of the input. */
function* readCommand(shell: Shell, editor: LineEditor): Run<string | undefined> {
  let source = "";
  for (;;) {
    const line = yield* editor.read(source === "" ? prompt(shell) : (shell.get("PS2") ?? "> "));
    if (line === "interrupted") {
      source = "";
      shell.status = 130;
      continue;
    }
    if (line === undefined) return source === "" ? undefined : source;
    source += `${line.text}\n`;
    if (!incomplete(shell, source)) return source;
  }
}

/** PS1 with its escapes; by default what each image shows. */
function prompt(shell: Shell): string {
  const { process } = shell;
  const root = process.who.uid === 0;
  const custom = shell.get("PS1");
  if (custom === undefined) {
    if (shell.dialect === "dash") return root ? "# " : "$ ";
    if (shell.dialect === "ash") return `${directory(shell, process)} ${root ? "#" : "$"} `;
    return process.container.flavor.distribution === "centos"
      ? escapes(shell, "[\\u@\\h \\W]\\$ ")
      : escapes(shell, "\\u@\\h:\\w\\$ ");
  }
  return escapes(shell, custom);
}

function directory(shell: Shell, process: Process): string {
  const home = shell.get("HOME") ?? "/root";
  if (home === "/") return process.cwd;
  return process.cwd === home
    ? "~"
    : process.cwd.startsWith(`${home}/`)
      ? `~${process.cwd.slice(home.length)}`
      : process.cwd;
}

function escapes(shell: Shell, text: string): string {
  const { process } = shell;
  const user = userName(process, process.who.uid);
  const name = /^\d+$/.test(user) ? "I have no name!" : user;
  const values: Readonly<Record<string, string>> = {
    u: name,
    h: process.container.spec.hostname.split(".")[0]!,
    H: process.container.spec.hostname,
    w: directory(shell, process),
    W: directory(shell, process).split("/").pop() || "/",
    $: process.who.uid === 0 ? "#" : "$",
    n: "\n",
    e: "\x1b",
    a: "\x07",
    s: shell.dialect,
    "[": "",
    "]": "",
  };
  return text.replace(/\\([\s\S])/g, (whole, c: string) => (Object.hasOwn(values, c) ? values[c]! : whole));
}
