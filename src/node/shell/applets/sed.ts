import { errnoOf, strerror } from "../../runtime/machine/errno.ts";
import type { Process, Run } from "../../runtime/machine/process.ts";
import { searchRegex } from "../lang/regex.ts";
import { type Applet, badOption, complain, isGnu, parseOptions, print, usage } from "./lib.ts";
import { type Address, parseSed, type SedCommand } from "./sed-script.ts";

interface State {
  readonly process: Process;
  readonly commands: readonly SedCommand[];
  readonly quiet: boolean;
  readonly output: (text: string) => Run<void>;
  readonly lines: readonly string[];
  /** Index of the current line. */
  at: number;
  pattern: string;
  hold: string;
  readonly active: Map<SedCommand, number>;
  readonly appended: string[];
  /** The file's last line lacks its newline. */
  readonly unfinished: boolean;
  quit: number | undefined;
}

export const sed: Applet = function* (process, args): Run {
  const options = parseOptions(
    args.map((arg) => (/^-i./.test(arg) ? "-i" : arg)),
    "ne:f:iErsuz",
    {
      quiet: "n",
      silent: "n",
      "expression=": "e",
      "file=": "f",
      "in-place": "i",
      "in-place=": "i",
      "regexp-extended": "E",
    },
  );
  if (options.bad !== undefined) return yield* badOption(process, "sed", options.bad);
  const rest = [...options.rest];
  const scripts = [...options.values("e")];
  for (const file of options.values("f")) scripts.push(yield* process.slurp(file));
  if (scripts.length === 0 && rest.length > 0) scripts.push(rest.shift()!);
  if (scripts.length === 0)
    return yield* usage(
      process,
      "sed",
      "no script specified",
      "sed [-i[SFX]] [-nrE] [-f FILE]... [-e CMD]... [FILE]...",
    );
  const commands = parseSed(scripts.join("\n"), options.has("E") || options.has("r"));
  if (typeof commands === "string") {
    yield* complain(
      process,
      "sed",
      isGnu(process) ? `-e expression #1, char ${scripts[0]!.length}: ${commands}` : commands,
    );
    return 1;
  }
  const quiet = options.has("n");
  if (options.has("i")) return yield* inPlace(process, commands, quiet, rest);
  let text = "";
  let status = 0;
  for (const file of rest.length === 0 ? ["-"] : rest) {
    try {
      text += file === "-" ? yield* process.readAll(0) : yield* process.slurp(file);
    } catch (caught) {
      yield* complain(process, "sed", sedFailure(process, file, errnoOf(caught)));
      status = isGnu(process) ? 2 : 1;
    }
  }
  const quit = yield* runSed(process, commands, quiet, text, (out) => print(process, out));
  return quit ?? status;
};

function sedFailure(process: Process, file: string, errno: Parameters<typeof strerror>[0]): string {
  return isGnu(process) ? `can't read ${file}: ${strerror(errno)}` : `${file}: ${strerror(errno)}`;
}

function* inPlace(process: Process, commands: readonly SedCommand[], quiet: boolean, files: readonly string[]): Run {
  for (const file of files) {
    try {
      let out = "";
      const text = yield* process.slurp(file);
      const mount = process.container.fs.find(file, process.cwd, process.who);
      yield* runSed(process, commands, quiet, text, (piece) => {
        out += piece;
        return process.pause();
      });
      if (mount.node?.mount !== undefined) {
        yield* complain(
          process,
          "sed",
          isGnu(process)
            ? `cannot rename ${file}: Device or resource busy`
            : `can't create temp file '${file}XXXXXX': Device or resource busy`,
        );
        return 4;
      }
      process.container.fs.write(file, out, process.cwd, process.who);
    } catch (caught) {
      const errno = errnoOf(caught);
      yield* complain(
        process,
        "sed",
        errno === "EROFS"
          ? `couldn't open temporary file ./sedXXXXXX: ${strerror(errno)}`
          : sedFailure(process, file, errno),
      );
      return errno === "EROFS" ? 4 : 1;
    }
  }
  return 0;
}

function* runSed(
  process: Process,
  commands: readonly SedCommand[],
  quiet: boolean,
  text: string,
  output: (text: string) => Run<void>,
): Run<number | undefined> {
  const unfinished = text !== "" && !text.endsWith("\n");
  const lines = text === "" ? [] : text.split("\n");
  if (!unfinished && text !== "") lines.pop();
  const state: State = {
    process,
    commands,
    quiet,
    output,
    lines,
    at: 0,
    pattern: "",
    hold: "",
    active: new Map(),
    appended: [],
    unfinished,
    quit: undefined,
  };
  for (; state.at < lines.length && state.quit === undefined; state.at++) {
    state.pattern = lines[state.at]!;
    if (process.tick()) yield* process.pause();
    const show = yield* cycle(state);
    if (show && !quiet) yield* emit(state, state.pattern);
    for (const extra of state.appended.splice(0)) yield* output(extra);
  }
  return state.quit;
}

function* emit(state: State, text: string): Run<void> {
  const last = state.at === state.lines.length - 1 && state.unfinished;
  yield* state.output(last ? text : `${text}\n`);
}

/** Runs all commands on the pattern space; false where it is not to be printed. */
function* cycle(state: State): Run<boolean> {
  let replaced = false;
  for (let i = 0; i < state.commands.length; i++) {
    const command = state.commands[i]!;
    if (state.process.tick()) yield* state.process.pause();
    if (!selected(state, command)) {
      if (command.name === "{") i = command.jump!;
      continue;
    }
    if (command.name === "s") {
      const done = substitute(state, command);
      replaced ||= done;
      if (done && command.print) yield* emit(state, state.pattern);
      if (done && command.file !== undefined)
        state.process.container.fs.write(command.file, `${state.pattern}\n`, state.process.cwd, state.process.who);
      continue;
    }
    if (
      command.name === "b" ||
      ((command.name === "t" || command.name === "T") && replaced === (command.name === "t"))
    ) {
      replaced = false;
      i = command.jump ?? state.commands.length;
      continue;
    }
    const result = yield* simple(state, command);
    if (result === "delete") return false;
    if (result === "end") return true;
    if (result === "restart") {
      i = -1;
    }
  }
  return true;
}

function* simple(state: State, command: SedCommand): Run<"delete" | "end" | "restart" | undefined> {
  const { text = "" } = command;
  switch (command.name) {
    case "d":
      return "delete";
    case "D": {
      const newline = state.pattern.indexOf("\n");
      if (newline < 0) return "delete";
      state.pattern = state.pattern.slice(newline + 1);
      return "restart";
    }
    case "p":
      yield* emit(state, state.pattern);
      return undefined;
    case "P":
      yield* emit(state, state.pattern.split("\n")[0]!);
      return undefined;
    case "q":
    case "Q":
      state.quit = Number(text) || 0;
      return command.name === "q" ? "end" : "delete";
    case "a":
      state.appended.push(`${text}\n`);
      return undefined;
    case "i":
      yield* state.output(`${text}\n`);
      return undefined;
    case "c":
      if (command.to === undefined || !state.active.has(command)) yield* state.output(`${text}\n`);
      return "delete";
    case "=":
      yield* state.output(`${state.at + 1}\n`);
      return undefined;
    case "n":
    case "N":
      return yield* nextLine(state, command.name === "N");
    case "y":
      state.pattern = [...state.pattern].map((c) => command.map!.get(c) ?? c).join("");
      return undefined;
    case "r": {
      const node = state.process.container.fs.peek(text, state.process.cwd, state.process.who);
      if (node?.type === "file") state.appended.push(node.content);
      return undefined;
    }
    case "w":
      state.process.container.fs.write(text, `${state.pattern}\n`, state.process.cwd, state.process.who);
      return undefined;
    default:
      hold(state, command.name);
      return undefined;
  }
}

function* nextLine(state: State, append: boolean): Run<"delete" | "end" | undefined> {
  if (state.at + 1 >= state.lines.length) return append || state.quiet ? "end" : "end";
  if (!append && !state.quiet) yield* emit(state, state.pattern);
  state.at++;
  state.pattern = append ? `${state.pattern}\n${state.lines[state.at]}` : state.lines[state.at]!;
  return undefined;
}

function hold(state: State, name: string): void {
  if (name === "h") state.hold = state.pattern;
  else if (name === "H") state.hold += `\n${state.pattern}`;
  else if (name === "g") state.pattern = state.hold;
  else if (name === "G") state.pattern += `\n${state.hold}`;
  else if (name === "x") [state.pattern, state.hold] = [state.hold, state.pattern];
  if (state.hold.length > 1 << 20) state.hold = state.hold.slice(-(1 << 20));
}

function matchesAddress(state: State, address: Address): boolean {
  if (address.kind === "line") return address.first === state.at + 1;
  if (address.kind === "last") return state.at === state.lines.length - 1;
  if (address.kind === "step")
    return state.at + 1 >= address.first && (state.at + 1 - address.first) % Math.max(1, address.step) === 0;
  return address.kind === "regex" && searchRegex(address.regex, state.pattern, 0) !== undefined;
}

function selected(state: State, command: SedCommand): boolean {
  return inRange(state, command) !== command.negate;
}

function inRange(state: State, command: SedCommand): boolean {
  const { from, to } = command;
  if (from === undefined) return true;
  if (to === undefined) return matchesAddress(state, from);
  const number = state.at + 1;
  const end = state.active.get(command);
  if (end !== undefined) {
    const over = to.kind === "regex" ? matchesAddress(state, to) : number >= end;
    if (over) state.active.delete(command);
    return to.kind === "regex" || number <= end;
  }
  if (!matchesAddress(state, from)) return false;
  const last =
    to.kind === "line"
      ? to.first
      : to.kind === "plus"
        ? number + to.count
        : to.kind === "last"
          ? state.lines.length
          : Number.POSITIVE_INFINITY;
  if (last > number) state.active.set(command, last);
  return true;
}

/** s///: true where something was replaced. */
function substitute(state: State, command: SedCommand): boolean {
  const { pattern } = state;
  let out = "";
  let at = 0;
  let count = 0;
  let done = false;
  while (at <= pattern.length) {
    const match = searchRegex(command.regex!, pattern, at);
    if (match === undefined) break;
    count++;
    out += pattern.slice(at, match.start);
    if (count >= command.nth!) {
      out += command.replacement!(match.groups.map((g) => (g === undefined ? "" : pattern.slice(g[0], g[1]))));
      done = true;
    } else out += pattern.slice(match.start, match.end);
    if (match.end === match.start) {
      out += pattern[match.end] ?? "";
      at = match.end + 1;
    } else at = match.end;
    if (done && !command.global) break;
    if (out.length > 1 << 22) break;
  }
  if (done) state.pattern = out + pattern.slice(at);
  return done;
}
