/** A JSONPath expression ready to be evaluated. */
export interface CompiledJsonPath {
  /** The results of each node of the expression. */
  find(object: unknown): unknown[][];
}

/** ".a", "a" and "{.a}" as "{.a}". Throws kubectl's error for anything else. Mirrors get.RelaxedJSONPathExpression. */
export function relaxedJsonPath(text: string): string {
  if (text === "") return text;
  const match = /^\{\.?([^{}]+)\}$|^\.?([^{}]+)$/.exec(text);
  if (match === null)
    throw new Error("unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'");
  return `{.${match[1] ?? match[2]}}`;
}

/** Parses an expression. Throws what the parser says of it. */
export function compileJsonPath(expression: string): CompiledJsonPath {
  throw new Error(`JSONPath is not there yet in this version of drykube: ${expression}`);
}
