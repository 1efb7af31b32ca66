/** A node of the parser's tree. */
export interface CelNode {
  readonly op: string;
  readonly args: any;
  readonly start: number;
  readonly end: number;
}

const isCelNode = (value: unknown): value is CelNode =>
  typeof value === "object" && value !== null && typeof (value as CelNode).op === "string";

/** "a.b.c" of such a chain of names; undefined where something else is in it. Mirrors cel-go containers.ToQualifiedName. */
export function qualifiedName(node: CelNode): string | undefined {
  if (node.op === "id") return node.args;
  if (node.op !== ".") return undefined;
  const prefix = qualifiedName(node.args[0]);
  return prefix === undefined ? undefined : `${prefix}.${node.args[1]}`;
}

/** Where messages about a node point: at its operator, dot, bracket or parenthesis, as cel-go's parser has it. */
export function positionOf(node: CelNode, source: string): number {
  switch (node.op) {
    case "call":
      return find(source, node.start + node.args[0].length, "(");
    case "rcall":
      return find(source, find(source, node.args[1].end, ".") + 1 + node.args[0].length, "(");
    case ".":
    case ".?":
      return find(source, node.args[0].end, ".");
    case "[]":
    case "[?]":
      return find(source, node.args[0].end, "[");
    case "?:":
      return find(source, node.args[0].end, "?");
    default: {
      const left = Array.isArray(node.args) && node.args.length === 2 ? node.args[0] : undefined;
      return node.op !== "list" && node.op !== "map" && isCelNode(left) ? find(source, left.end, node.op) : node.start;
    }
  }
}

/** The next `token`; what stands before it are blanks, names and closing parentheses. */
function find(source: string, from: number, token: string): number {
  const at = source.indexOf(token, from);
  return at < 0 ? from : at;
}
