import { goQuote } from "../field-error.ts";
import { unquoteGo } from "../jsonpath/unquote.ts";
import { GoTemplateError } from "./error.ts";
import { type Item, type ItemKind, itemText, lexTemplate } from "./lex.ts";
import { type Branch, type Command, type GoTemplate, type Node, nodeText, type Operand, type Pipe } from "./nodes.ts";
import { parseNumber } from "./number.ts";

const maxDepth = 200;
const operandKinds = new Set<ItemKind>([
  "bool",
  "char constant",
  "dot",
  "field",
  "identifier",
  "number",
  "nil",
  "raw string",
  "string",
  "variable",
  "(",
]);

type Ended = { readonly list: Node[]; readonly end: "end" | "else" };

/** Mirrors text/template/parse/parse.go. */
class Parser {
  readonly #items: readonly Item[];
  readonly #functions: ReadonlySet<string>;
  readonly defined = new Map<string, readonly Node[]>();
  #position = 0;
  #variables: string[] = ["$"];
  #rangeDepth = 0;
  #depth = 0;
  #actionLine = 0;
  // The line of the latest token read afresh: where text/template says that an error is.
  #line = 1;

  constructor(text: string, functions: ReadonlySet<string>) {
    this.#items = lexTemplate(text);
    this.#functions = functions;
  }

  #fail(message: string): GoTemplateError {
    return new GoTemplateError(`template: output:${this.#line}: ${message}`);
  }

  #peek(): Item {
    const item = this.#items[Math.min(this.#position, this.#items.length - 1)]!;
    this.#line = item.line;
    return item;
  }

  #next(): Item {
    const item = this.#peek();
    this.#position++;
    return item;
  }

  #peekSolid(): Item {
    while (this.#peek().kind === "space") this.#position++;
    return this.#peek();
  }

  #nextSolid(): Item {
    this.#peekSolid();
    return this.#next();
  }

  #unexpected(item: Item, context: string): GoTemplateError {
    if (item.kind !== "error") return this.#fail(`unexpected ${itemText(item)} in ${context}`);
    if (this.#actionLine === 0 || this.#actionLine === item.line) return this.#fail(item.text);
    const where = item.text.endsWith(" action") ? "" : " in action";
    return this.#fail(`${item.text}${where} started at output:${this.#actionLine}`);
  }

  #expect(kinds: readonly ItemKind[], context: string): Item {
    const item = this.#nextSolid();
    if (!kinds.includes(item.kind)) throw this.#unexpected(item, context);
    return item;
  }

  template(): Node[] {
    const root: Node[] = [];
    while (this.#peek().kind !== "EOF") {
      if (this.#peek().kind === "left delim") {
        const at = this.#position;
        this.#position++;
        if (this.#nextSolid().kind === "define") {
          this.#definition();
          continue;
        }
        this.#position = at;
      }
      const node = this.#textOrAction();
      if (typeof node === "string") throw this.#fail(`unexpected {{${node}}}`);
      root.push(node);
    }
    return root;
  }

  #definition(): void {
    const context = "define clause";
    const name = this.#unquote(this.#expect(["string", "raw string"], context));
    this.#expect(["right delim"], context);
    const variables = this.#variables;
    this.#variables = ["$"];
    const { list, end } = this.#list();
    if (end !== "end") throw this.#fail(`unexpected {{${end}}} in ${context}`);
    this.#variables = variables;
    this.#define(name, list);
  }

  // An empty definition does not replace one that says something.
  #define(name: string, list: readonly Node[]): void {
    const isEmpty = (nodes: readonly Node[]): boolean => nodes.every((n) => n.kind === "text" && n.text.trim() === "");
    const before = this.defined.get(name);
    if (before === undefined || isEmpty(before)) this.defined.set(name, list);
    else if (!isEmpty(list)) throw this.#fail(`template: multiple definition of template ${goQuote(name)}`);
  }

  #list(): Ended {
    if (++this.#depth > maxDepth) throw this.#fail("template is nested too deeply");
    const list: Node[] = [];
    while (this.#peekSolid().kind !== "EOF") {
      const node = this.#textOrAction();
      if (typeof node === "string") {
        this.#depth--;
        return { list, end: node };
      }
      list.push(node);
    }
    throw this.#fail("unexpected EOF");
  }

  #textOrAction(): Node | "end" | "else" {
    const item = this.#nextSolid();
    if (item.kind === "text") return { kind: "text", position: item.position, text: item.text };
    if (item.kind !== "left delim") throw this.#unexpected(item, "input");
    this.#actionLine = item.line;
    const node = this.#action();
    this.#actionLine = 0;
    return node;
  }

  #action(): Node | "end" | "else" {
    const item = this.#nextSolid();
    switch (item.kind) {
      case "if":
      case "with":
      case "range":
        return this.#control(item, item.kind);
      case "else":
        // "{{else if" is "{{else}}{{if", with one end for both.
        if (!["if", "with"].includes(this.#peekSolid().kind)) this.#expect(["right delim"], "else");
        return "else";
      case "end":
        this.#expect(["right delim"], "end");
        return "end";
      case "break":
      case "continue":
        return this.#jump(item, item.kind);
      case "template":
        return this.#templateCall();
      case "block":
        return this.#block();
      default:
        this.#position--;
        return { kind: "action", position: this.#peek().position, pipe: this.#pipeline("command", "right delim") };
    }
  }

  #jump(item: Item, kind: "break" | "continue"): Node {
    const next = this.#nextSolid();
    if (next.kind !== "right delim") throw this.#unexpected(next, `{{${kind}}}`);
    if (this.#rangeDepth === 0) throw this.#fail(`{{${kind}}} outside {{range}}`);
    return { kind, position: item.position };
  }

  #control(item: Item, kind: Branch["kind"]): Branch {
    const variables = this.#variables.length;
    const pipe = this.#pipeline(kind, "right delim");
    if (kind === "range") this.#rangeDepth++;
    const { list, end } = this.#list();
    if (kind === "range") this.#rangeDepth--;
    let otherwise: readonly Node[] | undefined;
    if (end === "else") {
      const next = this.#peek();
      if (next.kind === kind && kind !== "range") {
        this.#position++;
        if (++this.#depth > maxDepth) throw this.#fail("template is nested too deeply");
        otherwise = [this.#control(next, kind)];
        this.#depth--;
      } else {
        const rest = this.#list();
        if (rest.end !== "end") throw this.#fail(`expected end; found {{${rest.end}}}`);
        otherwise = rest.list;
      }
    }
    this.#variables.length = variables;
    return { kind, position: item.position, pipe, list, otherwise };
  }

  #templateName(context: string): { readonly name: string; readonly position: number } {
    const item = this.#nextSolid();
    if (item.kind !== "string" && item.kind !== "raw string") throw this.#unexpected(item, context);
    return { name: this.#unquote(item), position: item.position };
  }

  #templateCall(): Node {
    const context = "template clause";
    const named = this.#templateName(context);
    if (this.#nextSolid().kind === "right delim") return { kind: "template", ...named, pipe: undefined };
    this.#position--;
    return { kind: "template", ...named, pipe: this.#pipeline(context, "right delim") };
  }

  #block(): Node {
    const context = "block clause";
    const { name, position } = this.#templateName(context);
    const pipe = this.#pipeline(context, "right delim");
    const variables = this.#variables;
    this.#variables = ["$"];
    const { list, end } = this.#list();
    if (end !== "end") throw this.#fail(`unexpected {{${end}}} in ${context}`);
    this.#variables = variables;
    this.#define(name, list);
    return { kind: "template", position, name, pipe };
  }

  #pipeline(context: string, end: ItemKind): Pipe {
    if (++this.#depth > maxDepth) throw this.#fail("template is nested too deeply");
    const { position } = this.#peekSolid();
    const { declares, assign } = this.#declarations(context);
    const commands: Command[] = [];
    for (let item = this.#nextSolid(); item.kind !== end; item = this.#nextSolid()) {
      if (!operandKinds.has(item.kind)) throw this.#unexpected(item, context);
      this.#position--;
      commands.push(this.#command());
    }
    if (commands.length === 0) throw this.#fail(`missing value for ${context}`);
    commands.slice(1).forEach((command, i) => {
      if (["bool", "dot", "nil", "number", "string"].includes(command.args[0]!.kind))
        throw this.#fail(`non executable command in pipeline stage ${i + 2}`);
    });
    this.#depth--;
    return { kind: "pipe", position, assign, declares, commands };
  }

  #declarations(context: string): { declares: string[]; assign: boolean } {
    const declares: string[] = [];
    while (this.#peekSolid().kind === "variable") {
      const at = this.#position;
      const variable = this.#next().text;
      const next = this.#peekSolid();
      if (next.kind === "=" || next.kind === ":=") {
        this.#position++;
        declares.push(variable);
        this.#variables.push(variable);
        return { declares, assign: next.kind === "=" };
      }
      if (next.kind !== "char" || next.text !== ",") {
        this.#position = at;
        break;
      }
      this.#position++;
      declares.push(variable);
      this.#variables.push(variable);
      if (context !== "range" || declares.length >= 2) throw this.#fail(`too many declarations in ${context}`);
      if (!["variable", "right delim", ")"].includes(this.#peekSolid().kind))
        throw this.#fail("range can only initialize variables");
    }
    return { declares, assign: false };
  }

  #command(): Command {
    const { position } = this.#peekSolid();
    const args: Operand[] = [];
    for (;;) {
      this.#peekSolid();
      const operand = this.#operand();
      if (operand !== undefined) args.push(operand);
      const item = this.#next();
      if (item.kind === "space") continue;
      if (item.kind === "right delim" || item.kind === ")") this.#position--;
      else if (item.kind !== "|") throw this.#unexpected(item, "operand");
      break;
    }
    if (args.length === 0) throw this.#fail("empty command");
    return { kind: "command", position, args };
  }

  #operand(): Operand | undefined {
    const term = this.#term();
    if (term === undefined || this.#peek().kind !== "field") return term;
    const { position } = this.#peek();
    const names: string[] = [];
    while (this.#peek().kind === "field") names.push(this.#next().text.slice(1));
    if (term.kind === "field" || term.kind === "variable")
      return { kind: term.kind, position, names: [...term.names, ...names] };
    if (["bool", "string", "number", "nil", "dot"].includes(term.kind))
      throw this.#fail(`unexpected . after term ${goQuote(nodeText(term))}`);
    return { kind: "chain", position, of: term, names };
  }

  #term(): Operand | undefined {
    const item = this.#nextSolid();
    const { position, text } = item;
    switch (item.kind) {
      case "identifier":
        if (!this.#functions.has(text)) throw this.#fail(`function ${goQuote(text)} not defined`);
        return { kind: "identifier", position, name: text };
      case "dot":
      case "nil":
        return { kind: item.kind, position };
      case "variable":
        if (!this.#variables.includes(text)) throw this.#fail(`undefined variable ${goQuote(text)}`);
        return { kind: "variable", position, names: [text] };
      case "field":
        return { kind: "field", position, names: [text.slice(1)] };
      case "bool":
        return { kind: "bool", position, value: text === "true" };
      case "number":
      case "char constant":
        return { kind: "number", position, text, ...this.#number(text) };
      case "string":
      case "raw string":
        return { kind: "string", position, quoted: text, value: this.#unquote(item) };
      case "(":
        return this.#pipeline("parenthesized pipeline", ")");
      default:
        this.#position--;
        return undefined;
    }
  }

  #number(text: string): { value: number; float: boolean } {
    const result = parseNumber(text);
    if (typeof result === "string") throw this.#fail(result);
    return result;
  }

  #unquote(item: Item): string {
    if (item.kind === "raw string") return item.text.slice(1, -1).replaceAll("\r", "");
    const text = unquoteGo(item.text);
    if (text === undefined) throw this.#fail("invalid syntax");
    return text;
  }
}

/** Reads a template whose functions are called as in `functions`. Throws {@link GoTemplateError}. Mirrors template.New("output").Parse. */
export function parseGoTemplate(text: string, functions: ReadonlySet<string>): GoTemplate {
  const parser = new Parser(text, functions);
  const root = parser.template();
  return { text, root, defined: parser.defined };
}
