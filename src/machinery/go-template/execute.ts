import { goQuote } from "../field-error.ts";
import { GoTemplateError } from "./error.ts";
import { FunctionError, type GoFunction, templateFunctions } from "./functions.ts";
import {
  type Branch,
  type Command,
  type GoTemplate,
  type Node,
  nodeText,
  type Operand,
  type Pipe,
  type TemplateCall,
} from "./nodes.ts";
import { type GoValue, goInt, goOf, kindOf, staticType, truth, unboxed, valueText } from "./values.ts";

/** How a template is executed. */
export interface GoTemplateOptions {
  /** Whether a key that is not there is nothing instead of an error. */
  readonly allowMissingKeys?: boolean;
}

type Value = GoValue | undefined;
type Located = Operand | Command | TemplateCall;

// A template of a line can loop for ever or fill the memory: upstream's would.
const maxSteps = 5_000_000;
const maxOutput = 256 * 1024 * 1024;
const maxDepth = 200;

interface Variable {
  readonly name: string;
  value: Value;
}

// What goes before "after" in the pipeline.
const noFinal = Symbol("no final value");
type Final = Value | typeof noFinal;

/** Mirrors text/template/exec.go. */
class Execution {
  readonly #template: GoTemplate;
  readonly #missingIsError: boolean;
  readonly #out: string[] = [];
  #name = "output";
  #variables: Variable[] = [];
  #at: Located | undefined;
  #steps = 0;
  #size = 0;
  #depth = 0;

  constructor(template: GoTemplate, options: GoTemplateOptions) {
    this.#template = template;
    this.#missingIsError = options.allowMissingKeys === false;
  }

  run(data: unknown): string {
    const dot = goOf(data);
    this.#variables = [{ name: "$", value: dot }];
    try {
      this.#walk(dot, this.#template.root);
    } catch (error) {
      if (error instanceof GoTemplateError) error.output = this.#out.join("");
      throw error;
    }
    return this.#out.join("");
  }

  #fail(message: string): GoTemplateError {
    const node = this.#at;
    if (node === undefined) return new GoTemplateError(`template: ${this.#name}: ${message}`);
    const before = this.#template.text.slice(0, node.position);
    const lines = before.split("\n");
    const column = Buffer.byteLength(lines[lines.length - 1]!);
    return new GoTemplateError(
      `template: output:${lines.length}:${column}: executing ${goQuote(this.#name)} at <${nodeText(node)}>: ${message}`,
    );
  }

  #step(): void {
    if (++this.#steps > maxSteps) throw this.#fail(`exceeded ${maxSteps} steps`);
  }

  #write(text: string): void {
    this.#size += text.length;
    if (this.#size > maxOutput) throw this.#fail(`exceeded ${maxOutput} bytes of output`);
    this.#out.push(text);
  }

  // Tells how the list was left: at its end, or by a break or continue.
  #walk(dot: Value, nodes: readonly Node[]): "break" | "continue" | undefined {
    for (const node of nodes) {
      this.#step();
      if (node.kind === "text") this.#write(node.text);
      else if (node.kind === "action") this.#action(dot, node.pipe);
      else if (node.kind === "break" || node.kind === "continue") return node.kind;
      else if (node.kind === "template") this.#call(dot, node);
      else {
        const left = node.kind === "range" ? this.#range(dot, node) : this.#branch(dot, node);
        if (left !== undefined) return left;
      }
    }
    return undefined;
  }

  #action(dot: Value, pipe: Pipe): void {
    const value = this.#pipe(dot, pipe);
    if (pipe.declares.length === 0) this.#write(value === undefined ? "<no value>" : valueText(value));
  }

  #scoped<T>(inner: () => T): T {
    const mark = this.#variables.length;
    const result = inner();
    this.#variables.length = mark;
    return result;
  }

  #branch(dot: Value, node: Branch): "break" | "continue" | undefined {
    return this.#scoped(() => {
      const value = this.#pipe(dot, node.pipe);
      if (truth(value)) return this.#walk(node.kind === "with" ? value : dot, node.list);
      return node.otherwise === undefined ? undefined : this.#walk(dot, node.otherwise);
    });
  }

  #range(dot: Value, node: Branch): "break" | "continue" | undefined {
    return this.#scoped(() => {
      const value = unboxed(this.#pipe(dot, node.pipe));
      let ran = false;
      for (const [key, element] of this.#elements(value, node.pipe)) {
        ran = true;
        if (this.#iterate(node, key, element) === "break") break;
      }
      return ran || node.otherwise === undefined ? undefined : this.#walk(dot, node.otherwise);
    });
  }

  *#elements(value: Value, pipe: Pipe): Generator<[Value, Value]> {
    const kind = kindOf(value);
    if (kind === "nil") return;
    if (kind === "slice") {
      for (const [i, element] of (value!.value as readonly unknown[]).entries()) yield [goInt(i), goOf(element, true)];
    } else if (kind === "map") {
      const object = value!.value as { readonly [key: string]: unknown };
      const keys = Object.keys(object).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      for (const key of keys) yield [goOf(key), goOf(object[key], true)];
    } else if (kind === "int") {
      if (pipe.declares.length > 1)
        throw this.#fail(`can't use ${valueText(value)} to iterate over more than one variable`);
      for (let i = 0; i < (value!.value as number); i++) yield [undefined, { ...value!, value: i }];
    } else {
      throw this.#fail(`range can't iterate over ${valueText(value)}`);
    }
  }

  #iterate(node: Branch, key: Value, element: Value): "break" | "continue" | undefined {
    const { declares, assign } = node.pipe;
    const mark = this.#variables.length;
    if (assign) {
      if (declares.length > 1) this.#assign(declares[0]!, key);
      this.#assign(declares[declares.length - 1]!, element);
    } else if (declares.length > 0) {
      // The pipeline has declared them: of two the last is the element.
      this.#variables[mark - 1]!.value = element;
      if (declares.length > 1) this.#variables[mark - 2]!.value = key;
    }
    this.#step();
    const left = this.#walk(element, node.list);
    this.#variables.length = mark;
    return left;
  }

  #call(dot: Value, node: TemplateCall): void {
    this.#at = node;
    const root = this.#template.defined.get(node.name);
    if (root === undefined) throw this.#fail(`template ${goQuote(node.name)} not defined`);
    // Upstream's bound is 100000: its stack is deeper.
    if (this.#depth === maxDepth) throw this.#fail(`exceeded maximum template depth (${maxDepth})`);
    const inner = node.pipe === undefined ? undefined : this.#pipe(dot, node.pipe);
    const { variables, name } = { variables: this.#variables, name: this.#name };
    this.#variables = [{ name: "$", value: inner }];
    this.#name = node.name;
    this.#depth++;
    this.#walk(inner, root);
    this.#depth--;
    this.#variables = variables;
    this.#name = name;
  }

  #lookup(name: string): Variable {
    for (let i = this.#variables.length - 1; i >= 0; i--)
      if (this.#variables[i]!.name === name) return this.#variables[i]!;
    throw this.#fail(`undefined variable: ${name}`);
  }

  #assign(name: string, value: Value): void {
    this.#lookup(name).value = value;
  }

  #pipe(dot: Value, pipe: Pipe): Value {
    this.#at = pipe;
    let value: Final = noFinal;
    for (const command of pipe.commands) value = unboxed(this.#command(dot, command, value));
    const result = value as Value;
    for (const name of pipe.declares) {
      if (pipe.assign) this.#assign(name, result);
      else this.#variables.push({ name, value: result });
    }
    return result;
  }

  #command(dot: Value, command: Command, final: Final): Value {
    this.#step();
    const word = command.args[0]!;
    const hasArgs = command.args.length > 1 || final !== noFinal;
    switch (word.kind) {
      case "field":
      case "variable":
      case "chain":
        return this.#fields(dot, word, hasArgs);
      case "identifier":
        return this.#function(dot, word.name, word, command, command.args.slice(1), final);
      case "pipe":
        this.#notFunction(word, hasArgs);
        return this.#pipe(dot, word);
      default:
        this.#at = word;
        this.#notFunction(word, hasArgs);
        if (word.kind === "nil") throw this.#fail("nil is not a command");
        return this.#constant(dot, word);
    }
  }

  #notFunction(word: Operand, hasArgs: boolean): void {
    if (hasArgs) throw this.#fail(`can't give argument to non-function ${nodeText(word)}`);
  }

  #constant(dot: Value, word: Operand): Value {
    if (word.kind === "dot") return dot;
    if (word.kind === "number") return { value: word.value, type: word.float ? "float64" : "int", boxed: false };
    return word.kind === "bool" || word.kind === "string" ? goOf(word.value) : undefined;
  }

  #fields(dot: Value, node: Operand & { kind: "field" | "variable" | "chain" }, hasArgs: boolean): Value {
    this.#at = node;
    let receiver = dot;
    let names = node.names;
    if (node.kind === "variable") {
      receiver = this.#lookup(names[0]!).value;
      names = names.slice(1);
      if (names.length === 0) this.#notFunction({ ...node, names: node.names }, hasArgs);
    } else if (node.kind === "chain") {
      if (node.of.kind === "nil") throw this.#fail(`indirection through explicit nil in ${nodeText(node)}`);
      receiver = this.#argument(dot, node.of, "any");
    }
    names.forEach((name, i) => {
      receiver = this.#field(receiver, name, hasArgs && i === names.length - 1);
    });
    return receiver;
  }

  #field(receiver: Value, name: string, hasArgs: boolean): Value {
    if (receiver === undefined) {
      if (this.#missingIsError) throw this.#fail(`nil data; no entry for key ${goQuote(name)}`);
      return undefined;
    }
    if (kindOf(receiver) === "nil") throw this.#fail(`nil pointer evaluating interface {}.${name}`);
    if (kindOf(receiver) !== "map") throw this.#fail(`can't evaluate field ${name} in type ${staticType(receiver)}`);
    if (hasArgs) throw this.#fail(`${name} is not a method but has arguments`);
    const object = receiver.value as { readonly [key: string]: unknown };
    if (Object.hasOwn(object, name)) return goOf(object[name], true);
    if (this.#missingIsError) throw this.#fail(`map has no entry for key ${goQuote(name)}`);
    return undefined;
  }

  #function(dot: Value, name: string, word: Operand, command: Located, args: readonly Operand[], final: Final): Value {
    this.#at = word;
    const fn = templateFunctions.get(name)!;
    const fixed = fn.variadic ? fn.parameters.length - 1 : fn.parameters.length;
    const given = args.length + (final === noFinal ? 0 : 1);
    if (fn.variadic && given < fixed)
      throw this.#fail(`wrong number of args for ${name}: want at least ${fixed} got ${args.length}`);
    if (!fn.variadic && given !== fixed)
      throw this.#fail(`wrong number of args for ${name}: want ${fixed} got ${given}`);
    if (name === "and" || name === "or") return this.#shortCircuit(dot, name, args, final);
    const parameter = (i: number): GoFunction["parameters"][number] =>
      fn.parameters[Math.min(i, fn.parameters.length - 1)]!;
    const values = args.map((arg, i) => this.#argument(dot, arg, parameter(i)));
    if (final !== noFinal) values.push(this.#checked(final, parameter(args.length)));
    try {
      return fn.run(values, args.map(nodeText));
    } catch (error) {
      if (!(error instanceof FunctionError)) throw error;
      this.#at = command;
      throw this.#fail(`error calling ${name}: ${error.message}`);
    }
  }

  #shortCircuit(dot: Value, name: string, args: readonly Operand[], final: Final): Value {
    let value: Value;
    for (const arg of args) {
      value = this.#argument(dot, arg, "value");
      if (truth(value) === (name === "or")) return value;
    }
    return final === noFinal ? value : final;
  }

  #argument(dot: Value, arg: Operand, type: GoFunction["parameters"][number]): Value {
    this.#at = arg;
    switch (arg.kind) {
      case "dot":
        return this.#checked(dot, type);
      case "nil":
        if (type === "string") throw this.#fail("cannot assign nil to string");
        return undefined;
      case "field":
      case "variable":
      case "chain":
        return this.#checked(this.#fields(dot, arg, false), type);
      case "pipe":
        return this.#checked(this.#pipe(dot, arg), type);
      case "identifier":
        return this.#checked(this.#function(dot, arg.name, arg, arg, [], noFinal), type);
      default:
        if (type === "string" && arg.kind !== "string") throw this.#fail(`expected string; found ${nodeText(arg)}`);
        return this.#constant(dot, arg);
    }
  }

  #checked(value: Value, type: GoFunction["parameters"][number]): Value {
    if (type !== "string") return value;
    if (value === undefined) throw this.#fail("invalid value; expected string");
    if (value.type !== "string") {
      const got = kindOf(value) === "nil" ? "interface {}" : value.type;
      throw this.#fail(`wrong type for value; expected string; got ${got}`);
    }
    return value;
  }
}

/** The text that a template makes of `data`. Throws {@link GoTemplateError}, whose `output` is what was written by then. */
export function executeGoTemplate(template: GoTemplate, data: unknown, options: GoTemplateOptions = {}): string {
  return new Execution(template, options).run(data);
}
