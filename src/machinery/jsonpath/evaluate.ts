import { goFloat, goSyntax, goValueText, sortedKeys } from "../codec/go-text.ts";
import { compactJson, toJson } from "../codec/json.ts";
import { goQuote } from "../field-error.ts";
import {
  JsonPathError,
  type JsonPathList,
  type JsonPathNode,
  type JsonPathTemplate,
  type SliceBound,
} from "./parse.ts";

/** How a template is executed. */
export interface JsonPathOptions {
  /** Whether a field that is not there yields nothing instead of an error. */
  readonly allowMissingKeys?: boolean;
  /** Whether each action prints a JSON list of what it found: `-o jsonpath-as-json`. */
  readonly asJson?: boolean;
}

type Values = readonly unknown[];
const isMap = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function goTypeName(value: unknown): string {
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return Number.isInteger(value) ? "int64" : "float64";
  return isMap(value) ? "map[string]interface {}" : "[]interface {}";
}

// What is in a value; of a string, its bytes, as upstream's reflection has it.
function contents(value: unknown): Values {
  if (Array.isArray(value)) return value;
  if (typeof value === "string") return [...Buffer.from(value)];
  return isMap(value) ? sortedKeys(value).map((k) => value[k]) : [];
}

// The kinds that text/template's comparison functions tell apart.
function basicKind(value: unknown): "bool" | "int" | "float" | "string" {
  if (typeof value === "boolean") return "bool";
  if (typeof value === "string") return "string";
  if (typeof value === "number") return Number.isInteger(value) ? "int" : "float";
  throw new JsonPathError("invalid type for comparison");
}

function compare(operator: string, left: unknown, right: unknown): boolean {
  if (!["==", "!=", "<", "<=", ">", ">="].includes(operator))
    throw new JsonPathError(`unrecognized filter operator ${operator}`);
  const kind = basicKind(left);
  if (kind !== basicKind(right)) throw new JsonPathError("incompatible types for comparison");
  if (operator === "==") return left === right;
  if (operator === "!=") return left !== right;
  if (kind === "bool") throw new JsonPathError("invalid type for comparison");
  const [a, b] =
    kind === "string"
      ? [Buffer.compare(Buffer.from(left as string), Buffer.from(right as string)), 0]
      : [left as number, right as number];
  if (operator === "<") return a < b;
  if (operator === "<=") return a <= b;
  return operator === ">" ? a > b : a >= b;
}

/** Each "{range}" without an "{end}" doubles the work, upstream's too: what goes on for longer than any list is refused. */
const MAX_OPEN_RANGES = 500_000;

/** One execution of a template. Mirrors client-go/util/jsonpath/jsonpath.go. */
class Execution {
  readonly #nodes: JsonPathTemplate["nodes"];
  readonly #allowMissingKeys: boolean;
  // Counters rather than a tree: "{range}" and "{end}" are found while the actions are walked.
  #beginRange = 0;
  #inRange = 0;
  #endRange = 0;
  #lastEnd = -1;
  #openRanges = 0;

  constructor(template: JsonPathTemplate, allowMissingKeys: boolean) {
    this.#nodes = template.nodes;
    this.#allowMissingKeys = allowMissingKeys;
  }

  // The results of the actions from `from` on, one list each.
  find(data: unknown, from: number): Values[] {
    const results: Values[] = [];
    for (let i = from; i < this.#nodes.length; i++) {
      const found = this.#walk([data], this.#nodes[i]!);
      if (this.#endRange > 0 && this.#endRange <= this.#inRange) {
        this.#endRange--;
        this.#lastEnd = i;
        break;
      }
      if (this.#beginRange === 0) {
        results.push(found);
        continue;
      }
      this.#beginRange--;
      this.#inRange++;
      // A null that is ranged over is no value at all.
      for (const value of found) results.push(...this.find(value ?? undefined, i + 1));
      // Where there is nothing to range over, the end must be found all the same.
      if (found.length === 0) this.find(undefined, i + 1);
      this.#inRange--;
      if (this.#lastEnd > i) i = this.#lastEnd;
      else if (++this.#openRanges > MAX_OPEN_RANGES) throw new JsonPathError("too many ranges without an end");
    }
    return results;
  }

  #walk(values: Values, node: JsonPathNode | JsonPathList): Values {
    switch (node.kind) {
      case "list":
        return node.nodes.reduce((current: Values, next) => this.#walk(current, next), values);
      case "text":
        return [node.text];
      case "literal":
        return values.map(() => node.value);
      case "field":
        return this.#field(values, node.name);
      case "slice":
        return values.flatMap((value) => slice(value, node.bounds));
      case "wildcard":
        return values.flatMap(contents);
      case "recursive":
        return descend(values);
      case "union":
        return node.lists.flatMap((list) => this.#walk(values, list));
      case "filter":
        return values.flatMap((value) => this.#filter(value, node));
      default:
        return this.#identifier(values, node.name);
    }
  }

  #field(values: Values, name: string): Values {
    if (values.length === 0) return [];
    const found = values.filter((v) => isMap(v) && Object.hasOwn(v, name) && v[name] !== undefined);
    if (found.length === 0 && !this.#allowMissingKeys) throw new JsonPathError(`${name} is not found`);
    return found.map((v) => (v as { readonly [key: string]: unknown })[name]);
  }

  #identifier(values: Values, name: string): Values {
    if (name === "range") {
      this.#beginRange++;
      return values;
    }
    if (name !== "end") throw new JsonPathError(`unrecognized identifier ${name}`);
    if (this.#inRange === 0) throw new JsonPathError("not in range, nothing to end");
    this.#endRange++;
    return [];
  }

  #filter(value: unknown, node: JsonPathNode & { kind: "filter" }): Values {
    if (!Array.isArray(value))
      throw new JsonPathError(`${goValueText(value)} is not array or slice and cannot be filtered`);
    return value.filter((item) => {
      if (node.operator === "exists") return this.#exists(item, node.left);
      const left = this.#walk([item], node.left);
      if (left.length === 0) return false;
      if (left.length > 1) throw new JsonPathError("can only compare one element at a time");
      const right = this.#walk([item], node.right);
      if (right.length === 0) return false;
      if (right.length > 1) throw new JsonPathError("can only compare one element at a time");
      return compare(node.operator, left[0], right[0]);
    });
  }

  #exists(item: unknown, list: JsonPathList): boolean {
    try {
      return this.#walk([item], list).length > 0;
    } catch (error) {
      // A field that is missing is the answer, not a fault.
      if (error instanceof JsonPathError) return false;
      throw error;
    }
  }
}

function slice(value: unknown, bounds: readonly [SliceBound, SliceBound, SliceBound]): Values {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw new JsonPathError(`${goTypeName(value)} is not array or slice`);
  const { length } = value;
  let start = bounds[0].known ? bounds[0].value : 0;
  if (start < 0) start += length;
  let end = bounds[1].known ? bounds[1].value : length;
  if (end < 0 || (end === 0 && bounds[1].derived)) end += length;
  if (start === end) return [];
  const outside = (index: number): JsonPathError =>
    new JsonPathError(`array index out of bounds: index ${index}, length ${length}`);
  if (start >= length || start < 0) throw outside(start);
  if (end > length || end < 0) throw outside(end - 1);
  if (start > end) throw new JsonPathError(`starting index ${start} is greater than ending index ${end}`);
  const step = bounds[2].known ? bounds[2].value : 1;
  if (step <= 0) throw new JsonPathError("step must be > 0");
  return value.slice(start, end).filter((_, i) => i % step === 0);
}

// Everything below the values that has something in it, themselves first.
function descend(values: Values): Values {
  const found: unknown[] = [];
  const pending = [...values].reverse();
  while (pending.length > 0) {
    const value = pending.pop();
    const inner = contents(value);
    if (inner.length === 0) continue;
    found.push(value);
    if (typeof value === "string") continue;
    for (let i = inner.length - 1; i >= 0; i--) pending.push(inner[i]);
  }
  return found;
}

/** What each action of a template finds in `data`. Throws {@link JsonPathError}. Mirrors JSONPath.FindResults. */
export function findJsonPath(template: JsonPathTemplate, data: unknown, options: JsonPathOptions = {}): Values[] {
  return new Execution(template, options.allowMissingKeys ?? false).find(data, 0);
}

/** A value as a template prints it: strings bare, maps and lists as JSON. */
export function jsonPathText(value: unknown): string {
  if (value === undefined) return "<no value>";
  if (typeof value === "object") return compactJson(value);
  return typeof value === "number" ? goFloat(value) : goValueText(value);
}

/** The text that a template makes of `data`. Throws {@link JsonPathError}. Mirrors JSONPath.Execute. */
export function executeJsonPath(template: JsonPathTemplate, data: unknown, options: JsonPathOptions = {}): string {
  return findJsonPath(template, data, options)
    .map((values) => (options.asJson ? toJson(values) : values.map(jsonPathText).join(" ")))
    .join("");
}

/** What kubectl says where executing the template `text` failed with `error`. Mirrors cli-runtime printers/jsonpath.go. */
export function jsonPathFailure(text: string, error: JsonPathError, data: unknown): string {
  return `error executing jsonpath ${goQuote(text)}: Error executing template: ${error.message}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t${text}\n\tobject given to jsonpath engine was:\n\t\t${goSyntax(data)}\n\n\n`;
}
