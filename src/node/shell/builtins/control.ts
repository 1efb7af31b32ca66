import { errnoOf, strerror } from "../../runtime/machine/errno.ts";
import { launchFor } from "../../runtime/machine/launch.ts";
import type { Run } from "../../runtime/machine/process.ts";
import { type Control, isControl, type Shell } from "../lang/state.ts";
import { print } from "./io.ts";

/** break and continue. */
export function* leaveLoop(shell: Shell, argv: string[]): Run {
  const levels = argv[1] === undefined ? 1 : Number(argv[1]);
  if (shell.loopDepth === 0) {
    if (shell.bash) yield* shell.complain(`${argv[0]}: only meaningful in a \`for', \`while', or \`until' loop`);
    return 0;
  }
  if (!Number.isInteger(levels) || levels < 1) {
    yield* shell.complain(
      `${argv[0]}: ${shell.bash ? `${argv[1]}: numeric argument required` : `Illegal number: ${argv[1]}`}`,
    );
    throw { control: "abort", status: 2 } satisfies Control;
  }
  throw { control: argv[0] as "break" | "continue", levels: Math.min(levels, shell.loopDepth) } satisfies Control;
}

function* statusArgument(shell: Shell, argv: string[]): Run {
  if (argv[1] === undefined) return shell.status;
  if (/^[-+]?\d+$/.test(argv[1])) return Number(argv[1]) & 255;
  yield* shell.complain(
    `${argv[0]}: ${shell.bash ? `${argv[1]}: numeric argument required` : `Illegal number: ${argv[1]}`}`,
  );
  throw { control: "exit", status: 2 } satisfies Control;
}

export function* exit(shell: Shell, argv: string[]): Run {
  throw { control: "exit", status: yield* statusArgument(shell, argv) } satisfies Control;
}

export function* leaveFunction(shell: Shell, argv: string[]): Run {
  throw { control: "return", status: yield* statusArgument(shell, argv) } satisfies Control;
}

export function* evaluate(shell: Shell, argv: string[]): Run {
  const text = argv.slice(1).join(" ");
  if (shell.functionDepth >= 150) throw { control: "abort", status: 2 } satisfies Control;
  shell.functionDepth++;
  try {
    return yield* shell.engine.runText(shell, text);
  } finally {
    shell.functionDepth--;
  }
}

/** bash's time, for a simple command. */
export function* time(shell: Shell, argv: string[]): Run {
  const started = shell.process.time;
  const args = argv.slice(argv[1] === "-p" ? 2 : 1);
  const found = args.length === 0 ? undefined : shell.engine.builtin(shell, args[0]!);
  const status =
    args.length === 0
      ? 0
      : found === undefined
        ? yield* shell.engine.external(shell, args, false)
        : yield* found(shell, args);
  const spent = (shell.process.time - started) / 1000;
  const clock = `${Math.floor(spent / 60)}m${(spent % 60).toFixed(3)}s`;
  yield* shell.error(`\nreal\t${clock}\nuser\t0m0.000s\nsys\t0m0.000s\n`);
  return status;
}

/** . and source. */
export function* source(shell: Shell, argv: string[]): Run {
  const name = argv[1];
  if (name === undefined) {
    yield* shell.complain(`${argv[0]}: filename argument required`);
    return 2;
  }
  let text: string;
  try {
    text = yield* shell.process.slurp(name);
  } catch (caught) {
    const why = strerror(errnoOf(caught));
    if (shell.bash) yield* shell.complain(`${name}: ${why}`);
    else
      yield* shell.complain(
        shell.dialect === "dash" ? `.: cannot open ${name}: No such file` : `.: can't open '${name}': ${why}`,
      );
    if (shell.bash || shell.interactive) return 1;
    throw { control: "abort", status: 2 } satisfies Control;
  }
  const { positional } = shell;
  if (argv.length > 2) shell.positional = argv.slice(2);
  try {
    return yield* shell.engine.runText(shell, text);
  } catch (caught) {
    if (!isControl(caught) || caught.control !== "return") throw caught;
    return caught.status;
  } finally {
    shell.positional = positional;
  }
}

export function* exec(shell: Shell, argv: string[]): Run {
  const args = argv[1] === "-a" ? argv.slice(3) : argv.slice(1).filter((arg, i) => i > 0 || arg !== "--");
  if (args.length === 0) return 0;
  const status = yield* shell.engine.external(shell, args, true);
  throw { control: "exit", status } satisfies Control;
}

export function* command(shell: Shell, argv: string[]): Run {
  if (argv[1] === "-v" || argv[1] === "-V") {
    for (const name of shell.dialect === "dash" ? argv.slice(2, 3) : argv.slice(2))
      if ((yield* describe(shell, name, argv[1] === "-V" ? "type" : "command")) !== 0) return shell.bash ? 1 : 127;
    return 0;
  }
  const args = argv.slice(argv[1] === "-p" || argv[1] === "--" ? 2 : 1);
  if (args.length === 0) return 0;
  const found = shell.engine.builtin(shell, args[0]!);
  return found === undefined ? yield* shell.engine.external(shell, args, false) : yield* found(shell, args);
}

export function* builtin(shell: Shell, argv: string[]): Run {
  const found = shell.engine.builtin(shell, argv[1] ?? "");
  if (found !== undefined) return yield* found(shell, argv.slice(1));
  yield* shell.complain(`builtin: ${argv[1]}: not a shell builtin`);
  return 1;
}

export function* type(shell: Shell, argv: string[]): Run {
  let status = 0;
  const names = argv.slice(1);
  const mode = names[0] === "-t" || names[0] === "-p" ? names.shift()! : "type";
  for (const name of names)
    if ((yield* describe(shell, name, mode)) !== 0) {
      if (mode === "type") yield* missing(shell, name);
      status = shell.bash ? 1 : 127;
    }
  return status;
}

function* missing(shell: Shell, name: string): Run<void> {
  if (shell.bash) yield* shell.complain(`type: ${name}: not found`);
  else yield* shell.process.write(1, `${name}: not found\n`);
}

const KEYWORDS = new Set("if then else elif fi do done case esac while until for in { } !".split(" "));

function* describe(shell: Shell, name: string, mode: string): Run {
  const is = (kind: string, words: string): Run =>
    print(shell, "type", mode === "command" ? `${name}\n` : mode === "-t" ? `${kind}\n` : `${name} is ${words}\n`);
  if (KEYWORDS.has(name)) return yield* is("keyword", "a shell keyword");
  if (shell.functions.has(name)) return yield* is("function", "a function");
  if (shell.engine.builtin(shell, name) !== undefined) return yield* is("builtin", "a shell builtin");
  const found = launchFor(shell.process, [name], shell.get("PATH"));
  if (!("path" in found) || (!("program" in found) && found.errno !== "ENOEXEC")) return 1;
  return yield* print(
    shell,
    "type",
    mode === "command" || mode === "-p" ? `${found.path}\n` : mode === "-t" ? "file\n" : `${name} is ${found.path}\n`,
  );
}
