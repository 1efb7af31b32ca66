import { goRune } from "../codec/go-text.ts";
import { unquoteGo } from "./unquote.ts";

/** A template that does not parse, or does not fit its data; the message is that of client-go/util/jsonpath. */
export class JsonPathError extends Error {
  override readonly name = "JsonPathError";
}

/** A bound of `[start:end:step]`. An end that was derived from the start belongs to a plain index. */
export interface SliceBound {
  readonly known: boolean;
  readonly value: number;
  readonly derived?: boolean;
}

export type JsonPathNode =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "field"; readonly name: string }
  | { readonly kind: "slice"; readonly bounds: readonly [SliceBound, SliceBound, SliceBound] }
  | { readonly kind: "filter"; readonly left: JsonPathList; readonly right: JsonPathList; readonly operator: string }
  | { readonly kind: "literal"; readonly value: number | boolean }
  | { readonly kind: "wildcard" }
  | { readonly kind: "recursive" }
  | { readonly kind: "union"; readonly lists: readonly JsonPathList[] }
  | { readonly kind: "identifier"; readonly name: string };

/** The nodes of one action, each applied to what the one before it found. */
export interface JsonPathList {
  readonly kind: "list";
  readonly nodes: JsonPathNode[];
}

/** A parsed template: text and actions in turn. */
export interface JsonPathTemplate {
  readonly nodes: readonly (JsonPathNode | JsonPathList)[];
}

// Nested filters and unions are templates of their own.
const maxDepth = 100;

const isEndOfLine = (c: string): boolean => c === "\r" || c === "\n";
const isTerminator = (c: string): boolean => c === "" || " \t\r\n.,[]$@{}".includes(c);
const isAlphaNumeric = (c: string): boolean => c !== "" && /^[\p{L}\p{Nd}_]$/u.test(c);
const isDigit = (c: string): boolean => c !== "" && /^\p{Nd}$/u.test(c);

/** Mirrors client-go/util/jsonpath/parser.go. */
class Parser {
  readonly #input: string;
  readonly #depth: number;
  #position = 0;
  #start = 0;

  constructor(input: string, depth: number) {
    if (depth > maxDepth) throw new JsonPathError("template is nested too deeply");
    this.#input = input;
    this.#depth = depth;
  }

  // One character, "" at the end.
  #peek(): string {
    const point = this.#input.codePointAt(this.#position);
    return point === undefined ? "" : String.fromCodePoint(point);
  }

  #next(): string {
    const c = this.#peek();
    this.#position += c.length;
    return c;
  }

  #take(): string {
    const text = this.#input.slice(this.#start, this.#position);
    this.#start = this.#position;
    return text;
  }

  #skip(length: number): void {
    this.#position += length;
    this.#take();
  }

  template(): JsonPathTemplate {
    const nodes: (JsonPathNode | JsonPathList)[] = [];
    while (this.#position < this.#input.length) {
      const brace = this.#input.indexOf("{", this.#position);
      this.#position = brace < 0 ? this.#input.length : brace;
      const text = this.#take();
      if (text !== "") nodes.push({ kind: "text", text });
      if (brace < 0) break;
      this.#skip(1);
      const list: JsonPathList = { kind: "list", nodes: [] };
      nodes.push(list);
      this.#action(list.nodes);
    }
    return { nodes };
  }

  #action(nodes: JsonPathNode[]): void {
    for (;;) {
      const rest = this.#input.startsWith.bind(this.#input);
      if (rest("}", this.#position)) {
        this.#skip(1);
        return;
      }
      if (rest("[?(", this.#position)) this.#filter(nodes);
      else if (rest("..", this.#position)) this.#recursive(nodes);
      else this.#step(nodes);
    }
  }

  #step(nodes: JsonPathNode[]): void {
    const c = this.#peek();
    if (c === "" || isEndOfLine(c)) throw new JsonPathError("unclosed action");
    if (c === "+" || c === "-" || isDigit(c)) this.#number(nodes);
    else if (isAlphaNumeric(c)) this.#identifier(nodes);
    else this.#symbol(nodes, this.#next());
  }

  #symbol(nodes: JsonPathNode[], c: string): void {
    if (c === " " || c === "@" || c === "$") this.#take();
    else if (c === "[") this.#array(nodes);
    else if (c === '"' || c === "'") this.#quote(nodes, c);
    else if (c === ".") this.#field(nodes);
    else throw new JsonPathError(`unrecognized character in action: ${goRune(c)}`);
  }

  #identifier(nodes: JsonPathNode[]): void {
    while (!isTerminator(this.#peek())) this.#next();
    const name = this.#take();
    if (name === "true" || name === "false") nodes.push({ kind: "literal", value: name === "true" });
    else nodes.push({ kind: "identifier", name });
  }

  #recursive(nodes: JsonPathNode[]): void {
    if (nodes[nodes.length - 1]?.kind === "recursive") throw new JsonPathError("invalid multiple recursive descent");
    this.#skip(2);
    nodes.push({ kind: "recursive" });
    if (isAlphaNumeric(this.#peek())) this.#field(nodes);
  }

  #number(nodes: JsonPathNode[]): void {
    if (/^[+-]$/.test(this.#peek())) this.#next();
    while (this.#peek() === "." || isDigit(this.#peek())) this.#next();
    const text = this.#take();
    const value = /^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)$/.test(text) ? Number(text) : Number.NaN;
    if (!Number.isFinite(value)) throw new JsonPathError(`cannot parse number ${text}`);
    nodes.push({ kind: "literal", value });
  }

  #field(nodes: JsonPathNode[]): void {
    this.#take();
    while (!isTerminator(this.#peek())) if (this.#next() === "\\") this.#next();
    const name = this.#take();
    if (name === "*") nodes.push({ kind: "wildcard" });
    else nodes.push({ kind: "field", name: name.replaceAll("\\", "") });
  }

  #quote(nodes: JsonPathNode[], end: string): void {
    for (;;) {
      const c = this.#next();
      if (c === "" || c === "\n") throw new JsonPathError("unterminated quoted string");
      if (c === end && this.#input[this.#position - 2] !== "\\") break;
    }
    const quoted = this.#take();
    const text = unquoteGo(quoted);
    if (text === undefined) throw new JsonPathError(`unquote string ${quoted} error invalid syntax`);
    nodes.push({ kind: "text", text });
  }

  #nested(text: string): JsonPathList {
    const first = new Parser(`{${text}}`, this.#depth + 1).template().nodes[0]!;
    return first as JsonPathList;
  }

  #array(nodes: JsonPathNode[]): void {
    for (let c = this.#next(); c !== "]"; c = this.#next())
      if (c === "" || c === "\n") throw new JsonPathError("unterminated array");
    let text = this.#take().slice(1, -1);
    if (text === "*") text = ":";
    const parts = text.split(",");
    if (parts.length > 1) {
      nodes.push({ kind: "union", lists: parts.map((part) => this.#nested(`[${part.replace(/^ +| +$/g, "")}]`)) });
      return;
    }
    const key = /^'([^']*)'$/.exec(text);
    if (key !== null) nodes.push(...this.#nested(`.${key[1]}`).nodes);
    else nodes.push({ kind: "slice", bounds: sliceBounds(text) });
  }

  #filter(nodes: JsonPathNode[]): void {
    this.#skip(3);
    this.#toFilterEnd();
    if (this.#next() !== "]") throw new JsonPathError("unclosed array expect ]");
    const text = this.#take().slice(0, -2);
    const comparison = /^([^!<>=]+)([!<>=]+)([^\n]+?)$/.exec(text);
    if (comparison === null) {
      nodes.push({ kind: "filter", left: this.#nested(text), right: { kind: "list", nodes: [] }, operator: "exists" });
      return;
    }
    const [, left, operator, right] = comparison as unknown as [string, string, string, string];
    nodes.push({ kind: "filter", left: this.#nested(left), right: this.#nested(right), operator });
  }

  // A ")" ends the filter unless it stands between the first pair of quotes.
  #toFilterEnd(): void {
    let pair = "";
    let closed = false;
    for (;;) {
      const c = this.#next();
      if (c === "" || c === "\n") throw new JsonPathError("unterminated filter");
      if (c === '"' || c === "'") {
        if (pair === "") pair = c;
        else if (c === pair && this.#input[this.#position - 2] !== "\\") closed = true;
      } else if (c === ")" && (pair !== "") === closed) return;
    }
  }
}

function sliceBounds(text: string): [SliceBound, SliceBound, SliceBound] {
  const match = /^(-?[0-9]*)(:-?[0-9]*)?(:-?[0-9]*)?$/.exec(text);
  if (match === null) throw new JsonPathError(`invalid array index ${text}`);
  const bound = (part: string | undefined): SliceBound => {
    if (part === undefined || part === "") return { known: false, value: 0 };
    const value = /^-?[0-9]+$/.test(part) ? Number(part) : Number.NaN;
    if (!Number.isSafeInteger(value)) throw new JsonPathError(`array index ${part} is not a number`);
    return { known: true, value };
  };
  const start = bound(match[1]);
  const end =
    match[2] === undefined ? { known: true, value: start.value + 1, derived: true } : bound(match[2].slice(1));
  return [start, end, bound(match[3]?.slice(1))];
}

/** Reads a template as `-o jsonpath=` takes it. Throws {@link JsonPathError}. */
export function parseJsonPath(text: string): JsonPathTemplate {
  return new Parser(text, 0).template();
}

/** The template that a path without braces means, as --sort-by, custom columns and `wait --for=jsonpath` take it. Throws {@link JsonPathError}. Mirrors get.RelaxedJSONPathExpression. */
export function relaxedJsonPath(path: string): string {
  if (path === "") return path;
  const match = /^\{\.?([^{}]+)\}$|^\.?([^{}]+)$/.exec(path);
  if (match === null)
    throw new JsonPathError(
      "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'",
    );
  return `{.${match[1] || match[2]}}`;
}
