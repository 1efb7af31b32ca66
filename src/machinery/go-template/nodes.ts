import { goQuote } from "../field-error.ts";

/** A command's argument. `position` is where it stands in the template. */
export type Operand =
  | { readonly kind: "bool"; readonly position: number; readonly value: boolean }
  | {
      readonly kind: "number";
      readonly position: number;
      readonly text: string;
      readonly value: number;
      readonly float: boolean;
    }
  | { readonly kind: "string"; readonly position: number; readonly quoted: string; readonly value: string }
  | { readonly kind: "dot" | "nil"; readonly position: number }
  | { readonly kind: "field" | "variable"; readonly position: number; readonly names: readonly string[] }
  | { readonly kind: "identifier"; readonly position: number; readonly name: string }
  | { readonly kind: "chain"; readonly position: number; readonly of: Operand; readonly names: readonly string[] }
  | Pipe;

export interface Command {
  readonly kind: "command";
  readonly position: number;
  readonly args: readonly Operand[];
}

export interface Pipe {
  readonly kind: "pipe";
  readonly position: number;
  readonly assign: boolean;
  readonly declares: readonly string[];
  readonly commands: readonly Command[];
}

export interface Branch {
  readonly kind: "if" | "with" | "range";
  readonly position: number;
  readonly pipe: Pipe;
  readonly list: readonly Node[];
  readonly otherwise: readonly Node[] | undefined;
}

export interface TemplateCall {
  readonly kind: "template";
  readonly position: number;
  readonly name: string;
  readonly pipe: Pipe | undefined;
}

export type Node =
  | { readonly kind: "text"; readonly position: number; readonly text: string }
  | { readonly kind: "action"; readonly position: number; readonly pipe: Pipe }
  | { readonly kind: "break"; readonly position: number }
  | { readonly kind: "continue"; readonly position: number }
  | Branch
  | TemplateCall;

/** A parsed template and those that it defines. */
export interface GoTemplate {
  readonly text: string;
  readonly root: readonly Node[];
  readonly defined: ReadonlyMap<string, readonly Node[]>;
}

/** A node as text/template writes it in messages. */
export function nodeText(node: Operand | Command | TemplateCall): string {
  switch (node.kind) {
    case "bool":
      return String(node.value);
    case "number":
      return node.text;
    case "string":
      return node.quoted;
    case "dot":
      return ".";
    case "nil":
      return "nil";
    case "field":
      return node.names.map((n) => `.${n}`).join("");
    case "variable":
      return node.names.join(".");
    case "identifier":
      return node.name;
    case "chain":
      return `${argText(node.of)}${node.names.map((n) => `.${n}`).join("")}`;
    case "command":
      return node.args.map(argText).join(" ");
    case "template":
      return `{{template ${goQuote(node.name)}${node.pipe === undefined ? "" : ` ${nodeText(node.pipe)}`}}}`;
    default: {
      const commands = node.commands.map(nodeText).join(" | ");
      return node.declares.length === 0
        ? commands
        : `${node.declares.join(", ")} ${node.assign ? "=" : ":="} ${commands}`;
    }
  }
}

const argText = (arg: Operand): string => (arg.kind === "pipe" ? `(${nodeText(arg)})` : nodeText(arg));
