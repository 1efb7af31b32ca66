import type { JsonObject } from "../machinery/object.ts";

/** One line of a document: how deep it is indented, and what it says. */
interface Line {
  readonly indent: number;
  readonly text: string;
}

const NOT_SIMPLE = Symbol("not simple");

/** Plain scalars that YAML 1.1 might read as something else than a text; these go to the full parser. */
const AMBIGUOUS = /^(?:[-+.]?[0-9].*|[-+]?\.(?:inf|nan)|y|n|yes|no|on|off|~)$/i;

function scalar(text: string): unknown {
  if (text === "") return null;
  if (text === '""' || text === "''") return "";
  const double = /^"([^"\\]*)"$/.exec(text);
  if (double !== null) return double[1];
  const single = /^'([^']*)'$/.exec(text);
  if (single !== null) return single[1];
  if (text === "{}") return {};
  if (text === "[]") return [];
  if (text === "true") return true;
  if (text === "false") return false;
  if (text === "null") return null;
  if (/^[\w/.~@$(%^;][^#\n]*$/.test(text) && !text.includes(": ") && !text.endsWith(":") && !AMBIGUOUS.test(text))
    return text;
  throw NOT_SIMPLE;
}

const KEY = /^([A-Za-z_][\w./-]*):(?: +(.*))?$/;

class Reader {
  private readonly lines: readonly Line[];
  private at = 0;
  constructor(lines: readonly Line[]) {
    this.lines = lines;
  }

  document(): unknown {
    const value = this.lines.length === 0 ? null : this.node(this.lines[0]!.indent);
    if (this.at < this.lines.length) throw NOT_SIMPLE;
    return value;
  }

  private node(indent: number): unknown {
    return this.lines[this.at]!.text.startsWith("- ") || this.lines[this.at]!.text === "-"
      ? this.list(indent)
      : this.map(indent);
  }

  /** What stands under a key: a deeper node, a list at the key's own depth, or nothing. */
  private below(indent: number): unknown {
    const next = this.lines[this.at];
    if (next === undefined || next.indent < indent) return null;
    if (next.indent > indent) return this.node(next.indent);
    return next.text.startsWith("- ") ? this.list(indent) : null;
  }

  private map(indent: number): JsonObject {
    const map: JsonObject = {};
    for (let line = this.lines[this.at]; line !== undefined && line.indent === indent; line = this.lines[this.at]) {
      const match = KEY.exec(line.text);
      if (match === null || match[1] === "__proto__" || Object.hasOwn(map, match[1]!)) throw NOT_SIMPLE;
      this.at++;
      map[match[1]!] = match[2] === undefined || match[2] === "" ? this.below(indent) : scalar(match[2]);
    }
    return this.closed(indent, map);
  }

  private list(indent: number): unknown[] {
    const list: unknown[] = [];
    const lines = this.lines as Line[];
    for (let line = lines[this.at]; line?.indent === indent && line.text.startsWith("- "); line = lines[this.at]) {
      const body = line.text.slice(2).trimStart();
      if (KEY.test(body) || body.startsWith("- ")) {
        const deeper = indent + line.text.length - body.length;
        lines[this.at] = { indent: deeper, text: body };
        list.push(this.node(deeper));
      } else {
        this.at++;
        list.push(scalar(body));
      }
    }
    return list;
  }

  private closed<T>(indent: number, value: T): T {
    if ((this.lines[this.at]?.indent ?? -1) > indent) throw NOT_SIMPLE;
    return value;
  }
}

/**
 * Reads the plain YAML that kubeconfig files are written in (block maps and lists, unquoted or plainly quoted scalars)
 * without loading a YAML parser, which would be a good part of a command's start-up. Undefined: use the full parser.
 */
export function parseSimpleYaml(text: string): unknown {
  const lines: Line[] = [];
  for (const raw of text.split("\n")) {
    const line = raw.trimEnd();
    const body = line.trimStart();
    if (body === "" || body.startsWith("#")) continue;
    if (body.includes("\t") || body === "---" || body === "..." || body.startsWith("%")) return undefined;
    lines.push({ indent: line.length - body.length, text: body });
  }
  try {
    return new Reader(lines).document();
  } catch (error) {
    if (error === NOT_SIMPLE) return undefined;
    throw error;
  }
}
