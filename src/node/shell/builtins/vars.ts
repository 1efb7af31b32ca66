import type { Run } from "../../runtime/machine/process.ts";
import { arithmetic } from "../lang/expand-arithmetic.ts";
import { assignArray, readOnly } from "../lang/parameters.ts";
import type { Control, OptionName, Shell, Variable } from "../lang/state.ts";
import { print } from "./io.ts";

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

function splitAssignment(arg: string): { name: string; value?: string; append: boolean } {
  const match = /^([^=+]*)(\+?)=([\s\S]*)$/.exec(arg);
  return match === null
    ? { name: arg, append: false }
    : { name: match[1]!, value: match[3]!, append: match[2] === "+" };
}

/** Values in single quotes, as export -p prints them. */
function quoted(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}

function* badName(shell: Shell, command: string, name: string): Run {
  yield* shell.complain(
    `${command}: ${shell.bash ? `\`${name}': not a valid identifier` : `${name}: bad variable name`}`,
  );
  if (!shell.bash && !shell.interactive) throw { control: "abort", status: 2 } satisfies Control;
  return 1;
}

/** Declares variables; `change` sets their attributes. */
function* declareAll(
  shell: Shell,
  command: string,
  args: readonly string[],
  change: (variable: Variable) => void,
): Run {
  let status = 0;
  for (const arg of args) {
    const { name, value, append } = splitAssignment(arg);
    if (!NAME.test(name)) {
      status = yield* badName(shell, command, name);
      continue;
    }
    let variable = shell.variables.get(name);
    if (value !== undefined && variable?.readonly) yield* readOnly(shell, name);
    if (variable === undefined) {
      variable = { value: "", exported: false, readonly: false };
      shell.variables.set(name, variable);
      if (value === undefined && command !== "export" && command !== "readonly") variable.value = "";
    }
    change(variable);
    if (value === undefined) continue;
    if (value.startsWith("\0")) assignArray(shell, name, value.slice(1).split("\0"), append);
    else if (variable.integer) variable.value = String(yield* arithmetic(shell, [{ t: "str", v: value }]));
    else shell.set(name, append ? variable.value + value : value);
    change(shell.variables.get(name)!);
  }
  return status;
}

export function* exportCommand(shell: Shell, argv: string[]): Run {
  const args = argv.slice(1).filter((arg) => arg !== "-p" && arg !== "--");
  const off = args[0] === "-n";
  if (args.length === 0) {
    let text = "";
    for (const [name, variable] of [...shell.variables].sort())
      if (variable.exported)
        text += shell.bash
          ? `declare -x ${name}="${variable.value.replace(/["\\$`]/g, "\\$&")}"\n`
          : `export ${name}=${quoted(variable.value)}\n`;
    return yield* print(shell, "export", text);
  }
  return yield* declareAll(shell, "export", off ? args.slice(1) : args, (variable) => {
    variable.exported = !off;
  });
}

export function* readonlyCommand(shell: Shell, argv: string[]): Run {
  const args = argv.slice(1).filter((arg) => arg !== "-p");
  if (args.length === 0) {
    let text = "";
    for (const [name, variable] of shell.variables)
      if (variable.readonly) text += `readonly ${name}=${quoted(variable.value)}\n`;
    return yield* print(shell, "readonly", text);
  }
  return yield* declareAll(shell, "readonly", args, (variable) => {
    variable.readonly = true;
  });
}

function makeLocal(shell: Shell, name: string): void {
  const frame = shell.locals[shell.locals.length - 1];
  if (frame === undefined || frame.has(name)) return;
  const old = shell.variables.get(name);
  frame.set(name, old);
  if (old === undefined) return;
  shell.variables.delete(name);
  if (shell.dialect === "dash") shell.variables.set(name, { ...old });
}

export function* local(shell: Shell, argv: string[]): Run {
  if (shell.functionDepth === 0) {
    yield* shell.complain(shell.bash ? "local: can only be used in a function" : "local: not in a function");
    return 1;
  }
  const args = argv.slice(1).filter((arg) => !/^-[a-zA-Z]+$/.test(arg));
  const flags = argv
    .slice(1)
    .filter((arg) => /^-[a-zA-Z]+$/.test(arg))
    .join("");
  for (const arg of args) makeLocal(shell, splitAssignment(arg).name);
  const plain = args.filter((arg) => arg.includes("=") || shell.bash);
  return yield* declareAll(shell, "local", plain, (variable) => attributes(variable, flags));
}

function attributes(variable: Variable, flags: string): void {
  if (flags.includes("x")) variable.exported = true;
  if (flags.includes("r")) variable.readonly = true;
  if (flags.includes("i")) variable.integer = true;
  if (flags.includes("A")) variable.associative = true;
  if (/[aA]/.test(flags)) variable.elements ??= new Map();
}

export function* declare(shell: Shell, argv: string[]): Run {
  const flags = argv
    .slice(1)
    .filter((arg) => /^[-+][a-zA-Z]+$/.test(arg))
    .join("");
  const args = argv.slice(1).filter((arg) => !/^[-+][a-zA-Z]+$/.test(arg));
  if (flags.includes("p")) {
    for (const name of args) {
      const variable = shell.variables.get(name);
      if (variable === undefined) {
        yield* shell.complain(`declare: ${name}: not found`);
        return 1;
      }
      const attribute = `${variable.exported ? "x" : ""}${variable.readonly ? "r" : ""}` || "-";
      yield* print(shell, "declare", `declare -${attribute} ${name}="${variable.value}"\n`);
    }
    return 0;
  }
  if (shell.functionDepth > 0 && !flags.includes("g"))
    for (const arg of args) makeLocal(shell, splitAssignment(arg).name);
  return yield* declareAll(shell, "declare", args, (variable) => attributes(variable, flags));
}

export function* unset(shell: Shell, argv: string[]): Run {
  let functions = false;
  for (const arg of argv.slice(1)) {
    if (arg === "-f" || arg === "-v") functions = arg === "-f";
    else if (functions) shell.functions.delete(arg);
    else {
      const element = /^([A-Za-z_][A-Za-z0-9_]*)\[(.+)\]$/.exec(arg);
      const variable = shell.variables.get(element?.[1] ?? arg);
      if (variable?.readonly) {
        yield* shell.complain(`unset: ${arg}: ${shell.bash ? "cannot unset: readonly variable" : "is read only"}`);
        return 1;
      }
      if (element !== null) variable?.elements?.delete(element[2]!);
      else if (variable !== undefined) shell.variables.delete(arg);
      else shell.functions.delete(arg);
    }
  }
  return 0;
}

const LONG: Readonly<Record<string, OptionName>> = {
  errexit: "e",
  nounset: "u",
  xtrace: "x",
  noglob: "f",
  noexec: "n",
  verbose: "v",
  noclobber: "C",
  allexport: "a",
  monitor: "m",
  pipefail: "pipefail",
};

export function* set(shell: Shell, argv: string[]): Run {
  if (argv.length === 1) {
    let text = "";
    for (const [name, variable] of [...shell.variables].sort()) text += `${name}=${quoted(variable.value)}\n`;
    return yield* print(shell, "set", text);
  }
  let i = 1;
  for (; i < argv.length; i++) {
    const arg = argv[i]!;
    if (arg === "--") {
      shell.positional = argv.slice(i + 1);
      return 0;
    }
    if (!/^[-+]./.test(arg)) break;
    const on = arg[0] === "-";
    for (const c of arg.slice(1)) {
      const name = c === "o" ? argv[++i] : c;
      const option =
        name !== undefined && name.length > 1
          ? Object.hasOwn(LONG, name)
            ? LONG[name]
            : undefined
          : (name as OptionName);
      if (option === undefined || (option.length === 1 && !"euxfnvCamhbkpt".includes(option))) {
        yield* shell.complain(
          `set: ${shell.bash ? `${name}: invalid option name` : `Illegal option ${arg} ${name ?? ""}`.trim()}`,
        );
        if (!shell.bash) throw { control: "abort", status: 2 } satisfies Control;
        return 1;
      }
      if (on) shell.options.add(option);
      else shell.options.delete(option);
    }
  }
  if (i < argv.length) shell.positional = argv.slice(i);
  return 0;
}

export function* shift(shell: Shell, argv: string[]): Run {
  const count = argv[1] === undefined ? 1 : Number(argv[1]);
  if (!Number.isInteger(count) || count < 0 || count > shell.positional.length) {
    if (shell.dialect === "dash") {
      yield* shell.complain("shift: can't shift that many");
      throw { control: "abort", status: 2 } satisfies Control;
    }
    return 1;
  }
  shell.positional = shell.positional.slice(count);
  return 0;
}

export function* letCommand(shell: Shell, argv: string[]): Run {
  let value = 0n;
  for (const arg of argv.slice(1)) value = yield* arithmetic(shell, [{ t: "str", v: arg }]);
  return value === 0n ? 1 : 0;
}

export function* getopts(shell: Shell, argv: string[]): Run {
  const [, spec = "", name = ""] = argv;
  const args = argv.length > 3 ? argv.slice(3) : shell.positional;
  let index = Number(shell.get("OPTIND") ?? 1) || 1;
  if (index === 1 && shell.optionIndex < 0) shell.optionIndex = 0;
  const arg = args[index - 1];
  if (shell.optionIndex === 0 && (arg === undefined || !/^-./.test(arg) || arg === "--")) {
    if (arg === "--") shell.set("OPTIND", String(index + 1));
    shell.set(name, "?");
    return 1;
  }
  const letter = arg![shell.optionIndex + 1] ?? "";
  const at = letter === ":" ? -1 : spec.indexOf(letter);
  let rest = arg!.slice(shell.optionIndex + 2);
  shell.variables.delete("OPTARG");
  let result = letter;
  if (at < 0 || letter === "") {
    result = "?";
    if (spec.startsWith(":")) shell.set("OPTARG", letter);
    else
      yield* shell.error(shell.bash ? `${shell.name}: illegal option -- ${letter}\n` : `Illegal option -${letter}\n`);
  } else if (spec[at + 1] === ":") {
    if (rest === "") rest = args[index++] ?? "\0";
    if (rest === "\0") {
      result = spec.startsWith(":") ? ":" : "?";
      if (spec.startsWith(":")) shell.set("OPTARG", letter);
      else
        yield* shell.error(
          shell.bash ? `${shell.name}: option requires an argument -- ${letter}\n` : `No arg for -${letter} option\n`,
        );
    } else shell.set("OPTARG", rest);
    rest = "";
  }
  if (rest === "") {
    index++;
    shell.optionIndex = 0;
  } else shell.optionIndex++;
  shell.set("OPTIND", String(index));
  shell.set(name, result);
  return 0;
}
