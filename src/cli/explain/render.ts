import type { SchemaNode } from "./schema-node.ts";
import { indentLines, wordWrap } from "./word-wrap.ts";

/** What is explained. */
export interface Explained {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly root: SchemaNode;
  readonly path: readonly string[];
  readonly recursive: boolean;
}

const DESCRIPTION_WIDTH = 76;
const LINE_WIDTH = 78;
const SHORT_ENUM = 4;

const joined = (node: SchemaNode): string => node.descriptions.map((d) => `${d}\n`).join("");

/** The node at a path, where it is, and how far the path goes. */
function resolve(root: SchemaNode, path: readonly string[]): SchemaNode | string {
  let node = root;
  for (const name of path) {
    const next = node.fields().get(name);
    // kubectl names the last part of the path, whichever is the one that is not there.
    if (next === undefined) return path.at(-1)!;
    node = next;
  }
  return node;
}

const enumValue = (value: string): string => (value === "" ? '""' : value);

function shortEnum(node: SchemaNode, indent: number): string {
  if (node.enum.length === 0) return "";
  const shown = node.enum.slice(0, SHORT_ENUM).map(enumValue).join(", ");
  return `\n${" ".repeat(indent)}enum: ${shown}${node.enum.length > SHORT_ENUM ? ", ...." : ""}`;
}

const sortedFields = (node: SchemaNode): [string, SchemaNode][] =>
  [...node.fields()].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));

function fieldLine(name: string, node: SchemaNode, owner: SchemaNode, indent: number): string {
  const required = owner.required.includes(name) ? " -required-" : "";
  return `${" ".repeat(indent)}${name}\t<${node.typeName}>${required}${shortEnum(node, indent)}\n`;
}

/** Every field below a node, by name and type alone; a type within itself is not entered again. */
function fieldTree(owner: SchemaNode, level: number, seen: readonly string[]): string {
  return sortedFields(owner)
    .map(([name, node]) => {
      const type = node.typeName.replace(/^(\[\]|map\[string\])+/, "");
      const isKnown = type !== "Object" && seen.includes(type);
      const below = isKnown ? "" : fieldTree(node, level + 1, [...seen, type]);
      return fieldLine(name, node, owner, level * 2) + below;
    })
    .join("");
}

function fieldList(owner: SchemaNode): string {
  return sortedFields(owner)
    .map(([name, node]) => {
      const text = node.descriptions[0]?.trim() || "<no description>";
      return `${fieldLine(name, node, owner, 2)}${indentLines(wordWrap(text, LINE_WIDTH - 2), 4)}\n\n`;
    })
    .join("");
}

/** `kubectl explain`'s text, and the name of a field that does not exist. Mirrors kubectl/pkg/explain/v2 plaintext.tmpl. */
export function renderPlain(e: Explained): { readonly text: string; readonly missing?: string } {
  const header = `${e.group === "" ? "" : `GROUP:      ${e.group}\n`}KIND:       ${e.kind}\nVERSION:    ${e.version}\n\n`;
  const node = resolve(e.root, e.path);
  if (typeof node === "string") return { text: header, missing: node };
  const last = e.path.at(-1);
  const values = node.enum.length === 0 ? "" : `ENUM:\n${node.enum.map((v) => `    ${enumValue(v)}`).join("\n")}`;
  const field = last === undefined ? "" : `FIELD: ${last} <${node.typeName}>\n${values}\n\n`;
  const description = indentLines(wordWrap(joined(node) || "<empty>", DESCRIPTION_WIDTH), 4);
  const below = e.recursive ? fieldTree(node, 1, []) : fieldList(node);
  return { text: `${header}${field}DESCRIPTION:\n${description}\n${below === "" ? "\n" : `FIELDS:\n${below}\n`}` };
}

/** The older text, of --output=plaintext-openapiv2. Mirrors kubectl/pkg/explain's model printer. */
export function renderOld(e: Explained): { readonly text: string; readonly missing?: string } {
  const version = e.group === "" ? e.version : `${e.group}/${e.version}`;
  const header = `KIND:     ${e.kind}\nVERSION:  ${version}\n\n`;
  const node = resolve(e.root, e.path);
  if (typeof node === "string") return { text: "", missing: node };
  const old = (n: SchemaNode): string => (n.fields().size > 0 ? n.typeName.replace(/[^\][]+$/, "Object") : n.typeName);
  const last = e.path.at(-1);
  const isStruct = node.fields().size > 0;
  const field = last === undefined ? "" : `${isStruct ? "RESOURCE:" : "FIELD:   "} ${last} <${old(node)}>\n\n`;
  const indented = (text: string): string => indentLines(wordWrap(text, 75), 5).replace(/^ +$/gm, "");
  const describe = (n: SchemaNode): string => indented(n.descriptions.join("\n\n") || "<empty>");
  const requiredMark = (owner: SchemaNode, name: string): string =>
    owner.required.includes(name) ? " -required-" : "";
  const fields = sortedFields(node).map(([name, child]) => {
    const text = child.descriptions[0];
    const described = text === undefined ? "" : `${indented(text)}\n`;
    return `   ${name}\t<${old(child)}>${requiredMark(node, name)}\n${described}\n`;
  });
  const names = (owner: SchemaNode, level: number, seen: readonly string[]): string =>
    sortedFields(owner)
      .map(([name, child]) => {
        const type = child.typeName.replace(/^(\[\]|map\[string\])+/, "");
        const known = type !== "Object" && seen.includes(type);
        const line = `${" ".repeat(level * 3)}${name}\t<${old(child)}>${requiredMark(owner, name)}\n`;
        return line + (known ? "" : names(child, level + 1, [...seen, type]));
      })
      .join("");
  const below = e.recursive ? names(node, 1, []) : fields.join("");
  return {
    text: `${header}${field}DESCRIPTION:\n${describe(node)}\n${isStruct ? `\nFIELDS:\n${below}` : ""}`,
  };
}
