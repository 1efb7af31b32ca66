import { launchFor } from "../../runtime/machine/launch.ts";
import { type OpenFile, Pipe } from "../../runtime/machine/open-file.ts";
import { type Process, type Run, statusCode } from "../../runtime/machine/process.ts";
import { complain } from "../applets/lib.ts";
import { searchRegex } from "../lang/regex.ts";
import { callBuiltin } from "./builtins.ts";
import { Records } from "./records.ts";
import type { AwkProgram, Expression, Rule, Statement } from "./syntax.ts";
import { compareValues, isTrue, toNumber, toText, type Value } from "./values.ts";

type Leave = { readonly leave: "next" | "nextfile" | "break" | "continue" | "exit" | "return"; readonly value?: Value };

const leaving = (caught: unknown): Leave | undefined =>
  typeof caught === "object" && caught !== null && "leave" in caught ? (caught as Leave) : undefined;

type Cells = Map<string, Value>;

/** Runs an awk program on a process. */
export class Interpreter {
  readonly process: Process;
  readonly globals = new Map<string, Value>();
  readonly arrays = new Map<string, Cells>();
  readonly records: Records;
  private readonly program: AwkProgram;
  private readonly frames: { values: Map<string, Value>; arrays: Map<string, Cells> }[] = [];
  private readonly open = new Set<Rule>();
  private readonly outputs = new Map<string, { file: OpenFile; child?: Process }>();
  private exitCode = 0;
  seed = 0;
  randomCount = 0;

  constructor(process: Process, program: AwkProgram, files: readonly string[]) {
    this.process = process;
    this.program = program;
    for (const [name, value] of Object.entries({
      FS: " ",
      OFS: " ",
      ORS: "\n",
      RS: "\n",
      SUBSEP: "\x1c",
      NR: 0,
      FNR: 0,
      FILENAME: "",
      CONVFMT: "%.6g",
      OFMT: "%.6g",
      RSTART: 0,
      RLENGTH: -1,
      ARGC: files.length + 1,
    }))
      this.globals.set(name, value);
    this.arrays.set("ENVIRON", new Map([...process.env].map(([name, value]) => [name, { input: value }])));
    this.arrays.set("ARGV", new Map(["awk", ...files].map((file, i) => [String(i), { input: file }])));
    this.records = new Records(this, files);
  }

  /** BEGIN, the records, END; answers the exit code. */
  *run(): Run {
    const { rules } = this.program;
    let over = yield* this.phase(() => this.section(rules, "BEGIN"));
    if (!over && rules.some((rule) => rule.kind !== "BEGIN")) over = yield* this.phase(() => this.main(rules));
    if (!over) yield* this.phase(() => this.section(rules, "END"));
    yield* this.closeAll();
    return this.exitCode || this.records.status;
  }

  /** True: the program asked to exit. (END still runs after an exit in the main part, as POSIX asks.) */
  private *phase(run: () => Run<void>): Run<boolean> {
    try {
      yield* run();
      return false;
    } catch (caught) {
      const leave = leaving(caught);
      if (typeof caught === "string") {
        yield* complain(this.process, "awk", caught);
        this.exitCode = 2;
        return true;
      }
      if (leave === undefined) throw caught;
      if (leave.leave === "exit" && leave.value !== undefined) this.exitCode = toNumber(leave.value) & 255;
      return leave.leave === "exit";
    }
  }

  private *section(rules: readonly Rule[], kind: "BEGIN" | "END"): Run<void> {
    for (const rule of rules) if (rule.kind === kind && rule.body !== undefined) yield* this.execute(rule.body);
  }

  private *main(rules: readonly Rule[]): Run<void> {
    try {
      while (yield* this.records.next()) {
        try {
          for (const rule of rules) if (rule.kind === "pattern" && (yield* this.selects(rule))) yield* this.act(rule);
        } catch (caught) {
          const leave = leaving(caught)?.leave;
          if (leave === "nextfile") this.records.skipFile();
          else if (leave !== "next") throw caught;
        }
      }
    } catch (caught) {
      const leave = leaving(caught);
      if (leave?.leave !== "exit") throw caught;
      if (leave.value !== undefined) this.exitCode = toNumber(leave.value) & 255;
    }
  }

  private *act(rule: Rule): Run<void> {
    if (rule.body !== undefined) yield* this.execute(rule.body);
    else yield* this.write(this.records.text + toText(this.get("ORS")));
  }

  private *selects(rule: Rule): Run<boolean> {
    if (rule.pattern === undefined) return true;
    if (rule.until === undefined) return isTrue(yield* this.evaluate(rule.pattern));
    if (!this.open.has(rule)) {
      if (!isTrue(yield* this.evaluate(rule.pattern))) return false;
      this.open.add(rule);
    }
    if (isTrue(yield* this.evaluate(rule.until))) this.open.delete(rule);
    return true;
  }

  get(name: string): Value {
    const frame = this.frames[this.frames.length - 1];
    if (frame?.values.has(name)) return frame.values.get(name)!;
    if (name === "NF") return this.records.count;
    return this.globals.get(name) ?? { input: "" };
  }

  set(name: string, value: Value): void {
    const frame = this.frames[this.frames.length - 1];
    if (frame?.values.has(name)) frame.values.set(name, value);
    else if (name === "NF") this.records.setCount(toNumber(value));
    else this.globals.set(name, value);
  }

  array(name: string): Cells {
    const frame = this.frames[this.frames.length - 1];
    const local = frame?.arrays.get(name);
    if (local !== undefined) return local;
    const made: Cells = this.arrays.get(name) ?? new Map();
    if (frame?.values.has(name)) frame.arrays.set(name, new Map());
    else this.arrays.set(name, made);
    return frame?.arrays.get(name) ?? made;
  }

  *key(index: readonly Expression[]): Run<string> {
    const parts: string[] = [];
    for (const part of index) parts.push(toText(yield* this.evaluate(part)));
    return parts.join(toText(this.get("SUBSEP")));
  }

  *execute(s: Statement): Run<void> {
    if (this.process.tick()) yield* this.process.pause();
    switch (s.t) {
      case "block":
        for (const inner of s.body) yield* this.execute(inner);
        return;
      case "expression":
        yield* this.evaluate(s.value);
        return;
      case "print":
        return yield* this.print(s);
      case "if":
        if (isTrue(yield* this.evaluate(s.test))) yield* this.execute(s.yes);
        else if (s.no !== undefined) yield* this.execute(s.no);
        return;
      case "while":
        return yield* this.loop(s.first, () => this.evaluate(s.test), s.body, undefined);
      case "for": {
        const { init, test, step } = s;
        if (init !== undefined) yield* this.execute(init);
        return yield* this.loop(false, test === undefined ? undefined : () => this.evaluate(test), s.body, step);
      }
      case "forIn":
        return yield* this.forIn(s);
      case "delete":
        if (s.index === undefined) this.array(s.name).clear();
        else this.array(s.name).delete(yield* this.key(s.index));
        return;
      case "exit":
      case "return":
        throw { leave: s.t, ...(s.value && { value: yield* this.evaluate(s.value) }) } satisfies Leave;
      default:
        throw { leave: s.t } satisfies Leave;
    }
  }

  /** Runs a loop's body; true: the loop is over. */
  private *body(body: Statement): Run<boolean> {
    try {
      yield* this.execute(body);
    } catch (caught) {
      const leave = leaving(caught)?.leave;
      if (leave !== "break" && leave !== "continue") throw caught;
      return leave === "break";
    }
    return false;
  }

  private *loop(
    first: boolean,
    test: (() => Run<Value>) | undefined,
    body: Statement,
    step: Statement | undefined,
  ): Run<void> {
    for (let skip = first; ; skip = false) {
      if (!skip && test !== undefined && !isTrue(yield* test())) return;
      if (yield* this.body(body)) return;
      if (step !== undefined) yield* this.execute(step);
      if (this.process.tick()) yield* this.process.pause();
    }
  }

  private *forIn(s: Statement & { t: "forIn" }): Run<void> {
    for (const key of [...this.array(s.array).keys()]) {
      this.set(s.name, { input: key });
      if (yield* this.body(s.body)) return;
    }
  }

  private *print(s: Statement & { t: "print" }): Run<void> {
    const values: Value[] = [];
    for (const arg of s.args) values.push(yield* this.evaluate(arg));
    let text: string;
    if (s.format) text = toText(yield* callBuiltin(this, "sprintf", s.args, values));
    else {
      const format = toText(this.get("OFMT"));
      const cells = values.length === 0 ? [this.records.text] : values.map((value) => toText(value, format));
      text = cells.join(toText(this.get("OFS"))) + toText(this.get("ORS"));
    }
    if (s.to === undefined) return yield* this.write(text);
    yield* this.redirect(s.to.operator, toText(yield* this.evaluate(s.to.target)), text);
  }

  *write(text: string): Run<void> {
    yield* this.process.write(1, text);
  }

  private *redirect(operator: string, target: string, text: string): Run<void> {
    const name = `${operator === "|" ? "|" : ""}${target}`;
    let output = this.outputs.get(name);
    if (output === undefined) {
      output =
        operator === "|" ? this.command(target) : { file: this.process.open(target, operator === ">" ? "w" : "a") };
      this.outputs.set(name, output);
    }
    this.process.attach(8, output.file);
    yield* this.process.write(8, text);
    output.file.refs++;
    this.process.close(8);
    output.file.refs--;
  }

  /** A command that reads what is printed to it. */
  private command(text: string): { file: OpenFile; child: Process } {
    const [reader, writer] = new Pipe().ends();
    const found = launchFor(this.process, ["sh", "-c", text]);
    if (!("program" in found)) throw `can't open pipe ${text}`;
    const child = this.process.fork(found.program, found.argv);
    child.attach(0, reader);
    writer.refs = 1;
    return { file: writer, child };
  }

  /** close(name); with no name all. */
  *closeAll(name?: string): Run {
    let status = -1;
    for (const [key, output] of [...this.outputs]) {
      if (name !== undefined && key !== name && key !== `|${name}`) continue;
      this.outputs.delete(key);
      output.file.close(this.process.time);
      status = output.child === undefined ? 0 : statusCode((yield* this.process.wait(output.child))!);
    }
    if (name !== undefined && this.records.close(name)) status = 0;
    return status;
  }

  *evaluate(e: Expression): Run<Value> {
    switch (e.t) {
      case "number":
      case "string":
        return e.value;
      case "regex":
        return searchRegex(e.regex, this.records.text, 0) === undefined ? 0 : 1;
      case "variable":
        return this.get(e.name);
      case "field":
        return this.records.field(this.fieldNumber(toNumber(yield* this.evaluate(e.index))));
      case "element":
        return this.element(e.name, yield* this.key(e.index));
      case "in":
        return this.array(e.name).has(yield* this.key(e.index)) ? 1 : 0;
      case "group":
        return e.items.length === 1 ? yield* this.evaluate(e.items[0]!) : yield* this.key(e.items);
      case "assign":
        return yield* this.assign(e);
      case "step": {
        const old = toNumber(yield* this.evaluate(e.target));
        yield* this.store(e.target, old + e.by);
        return e.before ? old + e.by : old;
      }
      case "unary": {
        const value = yield* this.evaluate(e.operand);
        return e.operator === "!" ? (isTrue(value) ? 0 : 1) : e.operator === "-" ? -toNumber(value) : toNumber(value);
      }
      case "ternary":
        return yield* this.evaluate(isTrue(yield* this.evaluate(e.test)) ? e.yes : e.no);
      case "match":
        return yield* this.match(e);
      case "binary":
        return yield* this.binary(e);
      case "getline":
        return yield* this.records.getline(e);
      case "call":
        return e.own ? yield* this.callOwn(e) : yield* callBuiltin(this, e.name, e.args);
    }
  }

  private element(name: string, key: string): Value {
    const cells = this.array(name);
    const value = cells.get(key);
    if (value !== undefined) return value;
    if (cells.size > 100_000) throw "too many array elements";
    cells.set(key, { input: "" });
    return { input: "" };
  }

  private fieldNumber(n: number): number {
    if (n < 0 || n > 32_767) throw `attempt to access field ${n}`;
    return Math.trunc(n);
  }

  private *match(e: Expression & { t: "match" }): Run<Value> {
    const text = toText(yield* this.evaluate(e.left));
    const regex = yield* this.records.regexOf(e.right);
    return (searchRegex(regex, text, 0) !== undefined) !== e.negate ? 1 : 0;
  }

  private *assign(e: Expression & { t: "assign" }): Run<Value> {
    let value = yield* this.evaluate(e.value);
    if (e.operator !== "") value = arithmetic(e.operator, toNumber(yield* this.evaluate(e.target)), toNumber(value));
    yield* this.store(e.target, value);
    return value;
  }

  *store(target: Expression, value: Value): Run<void> {
    if (typeof value === "string" && value.length > 4 << 20) throw "string too long";
    if (target.t === "variable") this.set(target.name, value);
    else if (target.t === "field")
      this.records.setField(this.fieldNumber(toNumber(yield* this.evaluate(target.index))), toText(value));
    else if (target.t === "element") this.array(target.name).set(yield* this.key(target.index), value);
  }

  private *binary(e: Expression & { t: "binary" }): Run<Value> {
    const left = yield* this.evaluate(e.left);
    if (e.operator === "&&") return isTrue(left) && isTrue(yield* this.evaluate(e.right)) ? 1 : 0;
    if (e.operator === "||") return isTrue(left) || isTrue(yield* this.evaluate(e.right)) ? 1 : 0;
    const right = yield* this.evaluate(e.right);
    if (e.operator === " ") {
      const format = toText(this.get("CONVFMT"));
      return toText(left, format) + toText(right, format);
    }
    const order = { "<": -1, "<=": -1, "==": 0, "!=": 0, ">=": 1, ">": 1 }[e.operator];
    if (order === undefined) return arithmetic(e.operator, toNumber(left), toNumber(right));
    const c = compareValues(left, right);
    const met = { "<": c < 0, "<=": c <= 0, "==": c === 0, "!=": c !== 0, ">=": c >= 0, ">": c > 0 }[e.operator];
    return met ? 1 : 0;
  }

  private *callOwn(e: Expression & { t: "call" }): Run<Value> {
    const fn = this.program.functions.get(e.name);
    if (fn === undefined) throw `function ${e.name} not defined`;
    if (this.frames.length > 150) throw "function calls nested too deeply";
    const frame = { values: new Map<string, Value>(), arrays: new Map<string, Cells>() };
    for (const [i, name] of fn.parameters.entries()) {
      const arg = e.args[i];
      const passed = arg?.t === "variable" ? this.passedArray(arg.name) : undefined;
      if (passed !== undefined) frame.arrays.set(name, passed);
      frame.values.set(name, arg === undefined ? { input: "" } : yield* this.evaluate(arg));
    }
    this.frames.push(frame);
    try {
      yield* this.execute(fn.body);
    } catch (caught) {
      const leave = leaving(caught);
      if (leave?.leave !== "return") throw caught;
      return leave.value ?? { input: "" };
    } finally {
      this.frames.pop();
    }
    return { input: "" };
  }

  /** Arrays go by reference; a name that is no variable yet may become one. */
  private passedArray(name: string): Cells | undefined {
    const frame = this.frames[this.frames.length - 1];
    if (frame?.arrays.has(name)) return frame.arrays.get(name);
    if (frame?.values.has(name) || this.globals.has(name) || name === "NF") return undefined;
    return this.array(name);
  }
}

function arithmetic(operator: string, a: number, b: number): number {
  if ((operator === "/" || operator === "%") && b === 0)
    throw operator === "/" ? "division by zero" : "division by zero in %";
  if (operator === "+") return a + b;
  if (operator === "-") return a - b;
  if (operator === "*") return a * b;
  if (operator === "/") return a / b;
  return operator === "%" ? a % b : a ** b;
}
