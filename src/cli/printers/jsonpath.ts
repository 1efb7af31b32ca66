import { findJsonPath } from "../../machinery/jsonpath/evaluate.ts";
import { parseJsonPath } from "../../machinery/jsonpath/parse.ts";

/** A JSONPath expression ready to be evaluated; what is missing is not found rather than an error. */
export interface CompiledJsonPath {
  /** The results of each action of the expression. */
  find(object: unknown): readonly unknown[][];
}

/** Parses an expression. Throws what the parser says of it. */
export function compileJsonPath(expression: string): CompiledJsonPath {
  const template = parseJsonPath(expression);
  return { find: (object) => findJsonPath(template, object, { allowMissingKeys: true }).map((values) => [...values]) };
}
