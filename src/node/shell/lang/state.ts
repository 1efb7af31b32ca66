import type { Process, Run } from "../../runtime/machine/process.ts";
import type { Command, Word } from "./ast.ts";
import type { Fields } from "./fields.ts";

export type Dialect = "ash" | "dash" | "bash";

export interface Variable {
  value: string;
  /** Elements of an array by index or key; value is then element 0's. */
  elements?: Map<string, string>;
  associative?: boolean;
  exported: boolean;
  readonly: boolean;
  integer?: boolean;
}

export interface Job {
  readonly number: number;
  readonly processes: readonly Process[];
  readonly text: string;
}

/** How commands leave the normal order. Thrown. */
export type Control =
  | { readonly control: "break" | "continue"; readonly levels: number }
  | { readonly control: "return" | "exit"; readonly status: number }
  /** An error that ends a non-interactive shell; its message has been printed. */
  | { readonly control: "abort"; readonly status: number };

export type OptionName = "e" | "u" | "x" | "f" | "n" | "v" | "C" | "a" | "m" | "pipefail" | "noclobber";

/** The parts of the interpreter that call each other, so that their modules need not import in a circle. */
export interface Engine {
  expandString(shell: Shell, word: Word): Run<string>;
  expandPattern(shell: Shell, word: Word): Run<string>;
  expandInto(shell: Shell, word: Word, fields: Fields, split: boolean): Run<void>;
  substitute(shell: Shell, body: Command): Run<string>;
  /** Runs a text as commands in this shell (eval, trap, a sourced file). */
  runText(shell: Shell, text: string): Run;
  execute(shell: Shell, command: Command): Run;
  /** Runs a program, in a child or (`replace`) in this very process. */
  external(shell: Shell, argv: string[], replace: boolean): Run;
  /** The built-in command of a name. */
  builtin(shell: Shell, name: string): ((shell: Shell, argv: string[]) => Run) | undefined;
}

/** The state of one shell; a subshell is a copy on its own process. */
export class Shell {
  readonly engine: Engine;
  readonly dialect: Dialect;
  process: Process;
  /** $0 */
  name: string;
  /** Whether it runs a script file, for the wording of errors. */
  script = false;
  interactive = false;
  readonly variables: Map<string, Variable>;
  readonly functions: Map<string, Command>;
  readonly traps: Map<string, string>;
  readonly options: Set<OptionName>;
  positional: string[] = [];
  status = 0;
  lastBackground: number | undefined;
  jobs: Job[] = [];
  line = 1;
  /** Variables that functions have made local, innermost last. */
  readonly locals: Map<string, Variable | undefined>[] = [];
  functionDepth = 0;
  loopDepth = 0;
  /** More than 0: a failing command does not end the shell under `set -e`. */
  tested = 0;
  /** The status of the last command substitution of an assignment. */
  substitution: number | undefined;
  readonly startedAt: number;
  subshell = false;
  optionIndex = 0;

  constructor(engine: Engine, dialect: Dialect, process: Process, name: string) {
    this.engine = engine;
    this.dialect = dialect;
    this.process = process;
    this.name = name;
    this.variables = new Map();
    this.functions = new Map();
    this.traps = new Map();
    this.options = new Set();
    this.startedAt = process.time;
  }

  get bash(): boolean {
    return this.dialect === "bash";
  }

  /** A copy for a subshell that runs on `process`. */
  fork(process: Process): Shell {
    const copy = new Shell(this.engine, this.dialect, process, this.name);
    for (const [name, variable] of this.variables)
      copy.variables.set(name, { ...variable, ...(variable.elements && { elements: new Map(variable.elements) }) });
    for (const [name, body] of this.functions) copy.functions.set(name, body);
    for (const option of this.options) copy.options.add(option);
    for (const [signal, action] of this.traps) if (action === "") copy.traps.set(signal, action);
    copy.positional = this.positional;
    copy.status = this.status;
    copy.lastBackground = this.lastBackground;
    copy.line = this.line;
    copy.script = this.script;
    copy.functionDepth = this.functionDepth;
    copy.loopDepth = this.loopDepth;
    copy.tested = this.tested;
    copy.subshell = true;
    return copy;
  }

  /** A variable's value; undefined where unset. */
  get(name: string): string | undefined {
    return this.variables.get(name)?.value ?? this.computed(name);
  }

  private computed(name: string): string | undefined {
    if (name === "LINENO") return String(this.line);
    if (name === "PPID") return String(this.process.parent?.pid ?? 0);
    if (name === "RANDOM" && this.dialect !== "dash") {
      const { container, machine } = this.process;
      return String(
        Math.floor(machine.chance(`RANDOM/${container.spec.id}/${this.process.pid}/${container.steps}`) * 32_768),
      );
    }
    if (name === "SECONDS" && this.bash) return String(Math.floor((this.process.time - this.startedAt) / 1000));
    if (name === "EPOCHSECONDS" && this.bash) return String(Math.floor(this.process.time / 1000));
    if (name === "UID" && this.bash) return String(this.process.who.uid);
    if (name === "EUID" && this.bash) return String(this.process.who.uid);
    if (name === "HOSTNAME" && this.dialect !== "dash") return this.process.container.spec.hostname;
    return undefined;
  }

  /** Sets a variable; false where it is read-only. */
  set(name: string, value: string): boolean {
    const old = this.variables.get(name);
    if (old?.readonly === true) return false;
    if (old === undefined) this.variables.set(name, { value, exported: this.options.has("a"), readonly: false });
    else {
      old.value = value;
      if (old.elements !== undefined) old.elements.set("0", value);
    }
    return true;
  }

  /** The environment that programs get. */
  environment(): Map<string, string> {
    const env = new Map<string, string>();
    for (const [name, variable] of this.variables) if (variable.exported) env.set(name, variable.value);
    return env;
  }

  /** The beginning of an error message, as each shell words it. */
  prefix(): string {
    if (this.dialect === "dash") return `${this.name}: ${this.line}: `;
    if (this.dialect === "bash")
      return this.interactive ? `${this.name.split("/").pop()}: ` : `${this.name}: line ${this.line}: `;
    return this.script ? `${this.name}: line ${this.line}: ` : `${this.name}: `;
  }

  /** Prints an error on stderr. */
  *complain(text: string): Run<void> {
    yield* this.error(`${this.prefix()}${text}\n`);
  }

  /** Writes to stderr, if there is one. */
  *error(text: string): Run<void> {
    if (this.process.files.has(2)) yield* this.process.write(2, text);
  }
}

/** Whether something caught is a Control. */
export function isControl(caught: unknown): caught is Control {
  return typeof caught === "object" && caught !== null && "control" in caught;
}
