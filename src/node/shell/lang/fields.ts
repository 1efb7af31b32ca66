import { escapePattern } from "./pattern.ts";
import type { Shell } from "./state.ts";

/** One field in the making: its text, and the same with quoted characters escaped for globbing. */
export interface Field {
  text: string;
  pattern: string;
  /** Something quoted is in it, so that it stays even when empty. */
  quoted: boolean;
}

/** Collects the fields of one word. */
export class Fields {
  readonly done: Field[] = [];
  current: Field | undefined;
  /** The last split ended on a separator: what follows begins a new field. */
  private broken = false;

  private open(): Field {
    if (this.broken && this.current !== undefined) this.close();
    this.broken = false;
    this.current ??= { text: "", pattern: "", quoted: false };
    return this.current;
  }

  literal(text: string): void {
    if (text === "") return;
    const field = this.open();
    field.text += text;
    field.pattern += text;
  }

  quoted(text: string): void {
    const field = this.open();
    field.text += text;
    field.pattern += escapePattern(text);
    field.quoted = true;
  }

  /** Ends the present field, if there is one. */
  close(): void {
    if (this.current !== undefined) this.done.push(this.current);
    this.current = undefined;
    this.broken = false;
  }

  /** The result of an unquoted expansion, split at IFS. */
  split(text: string, ifs: string): void {
    if (ifs === "") {
      this.literal(text);
      return;
    }
    const white = (c: string): boolean => (c === " " || c === "\t" || c === "\n") && ifs.includes(c);
    let i = 0;
    while (i < text.length) {
      let end = i;
      while (end < text.length && !ifs.includes(text[end]!)) end++;
      if (end > i) this.literal(text.slice(i, end));
      if (end >= text.length) return;
      let hard = false;
      while (end < text.length && (white(text[end]!) || (!hard && ifs.includes(text[end]!)))) {
        if (!white(text[end]!)) {
          hard = true;
          // Two separators in a row, or one at the start, make an empty field.
          if (this.current === undefined || this.broken) this.open();
        }
        end++;
      }
      if (this.current !== undefined) this.broken = true;
      if (hard && this.broken) this.close();
      i = end;
    }
  }
}

/** Adds an expansion's result as its quoting asks. */
export function deliver(shell: Shell, text: string, fields: Fields, split: boolean, quoted: boolean): void {
  if (quoted) fields.quoted(text);
  else if (split) fields.split(text, shell.variables.get("IFS")?.value ?? " \t\n");
  else fields.literal(text);
}
