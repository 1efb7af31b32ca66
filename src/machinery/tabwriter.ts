/** How columns are laid out: widths in characters, always padded with blanks. */
export interface TabWriterOptions {
  readonly minWidth: number;
  readonly padding: number;
  /** Columns never get narrower than in an earlier flush, so that rows that come later (a watch) stay aligned. */
  readonly rememberWidths?: boolean;
}

/** What kubectl's tables use. Mirrors cli-runtime printers.GetNewTabWriter. */
export const tableTabs: TabWriterOptions = { minWidth: 6, padding: 3, rememberWidths: true };

/** What `kubectl describe` uses. Mirrors describe.tabbedString. */
export const describeTabs: TabWriterOptions = { minWidth: 0, padding: 2 };

type Line = readonly string[];

function runeCount(text: string): number {
  if (/^[\x00-\x7f]*$/.test(text)) return text.length;
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/**
 * Aligns text in columns: a tab ends a cell, consecutive lines that have a cell in a column make its block,
 * and what follows a line's last tab belongs to no column. Mirrors text/tabwriter, with RememberWidths of liggitt/tabwriter.
 */
export class TabWriter {
  readonly #options: TabWriterOptions;
  #pending = "";
  #remembered: number[] = [];

  constructor(options: TabWriterOptions) {
    this.#options = options;
  }

  /** Takes more text; nothing comes out before {@link flush}. */
  write(text: string): void {
    this.#pending += text;
  }

  /** Everything written since the last flush, aligned. */
  flush(): string {
    const text = this.#pending;
    this.#pending = "";
    if (text === "") return "";
    const lines = text.split(/[\n\f]/).map((line) => line.split(/[\t\v]/));
    const last = lines.pop()!;
    const out: string[] = [];
    let start = 0;
    for (let i = 0; i < lines.length; i++) {
      // A line without a tab ends every column: upstream flushes there.
      if (lines[i]!.length > 1) continue;
      this.#format(lines.slice(start, i + 1), [], out);
      start = i + 1;
    }
    const rest = lines.slice(start);
    const unfinished = last.length > 1 || last[0] !== "";
    if (unfinished) rest.push(last);
    this.#format(rest, [], out);
    return unfinished ? out.join("").slice(0, -1) : out.join("");
  }

  // `widths` are those of the columns to the left of the one that is laid out here.
  #format(lines: readonly Line[], widths: readonly number[], out: string[]): void {
    const column = widths.length;
    const hasCell = (line: Line): boolean => column < line.length - 1;
    let printed = 0;
    for (let i = 0; i < lines.length; ) {
      if (!hasCell(lines[i]!)) {
        i++;
        continue;
      }
      writeLines(lines.slice(printed, i), widths, out);
      const begin = i;
      let width = this.#options.minWidth;
      for (; i < lines.length && hasCell(lines[i]!); i++)
        width = Math.max(width, runeCount(lines[i]![column]!) + this.#options.padding);
      this.#format(lines.slice(begin, i), [...widths, this.#remember(column, width, widths)], out);
      printed = i;
    }
    writeLines(lines.slice(printed), widths, out);
  }

  #remember(column: number, width: number, widths: readonly number[]): number {
    if (!this.#options.rememberWidths) return width;
    for (let i = this.#remembered.length; i < column; i++) this.#remembered.push(widths[i]!);
    this.#remembered[column] = Math.max(width, this.#remembered[column] ?? 0);
    return this.#remembered[column]!;
  }
}

function writeLines(lines: readonly Line[], widths: readonly number[], out: string[]): void {
  for (const line of lines) {
    line.forEach((cell, i) => {
      out.push(cell);
      // Empty columns as wide as nothing (minWidth 0, padding) still get their padding.
      if (i < widths.length) out.push(" ".repeat(Math.max(0, widths[i]! - runeCount(cell))));
    });
    out.push("\n");
  }
}

/** `text` aligned in one go. */
export function alignTabs(text: string, options: TabWriterOptions): string {
  const writer = new TabWriter(options);
  writer.write(text);
  return writer.flush();
}
