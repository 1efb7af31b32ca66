/** Where a scalar goes: the column of its first character, the indentation of its further lines, and whether it is a key, which stays on one line. */
export interface ScalarContext {
  readonly column: number;
  readonly indent: number;
  readonly key: boolean;
}

// Lines are folded at the first blank beyond this column.
const bestWidth = 80;

const isBreak = (c: string | undefined): boolean => c !== undefined && /^[\n\r\x85\u2028\u2029]$/.test(c);
const isBlank = (c: string | undefined): boolean => c === " " || c === "\t";
// go-yaml counts neither tabs nor what lies beyond the basic plane as printable.
const isPrintable = (c: string): boolean => /^[\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]$/.test(c);

/** Which styles can carry a text. Mirrors yaml_emitter_analyze_scalar. */
interface Analysis {
  readonly plain: boolean;
  readonly single: boolean;
  readonly block: boolean;
}

function hasIndicators(runes: readonly string[]): boolean {
  const first = runes[0]!;
  const blankFollows = (i: number): boolean => i + 1 >= runes.length || isBlank(runes[i + 1]);
  const start = runes.slice(0, 3).join("");
  if (start === "---" || start === "..." || "#,[]{}&*!|>'\"%@`".includes(first)) return true;
  if ("?:-".includes(first) && blankFollows(0)) return true;
  return runes.some((c, i) => {
    if (i === 0) return false;
    if (c === ":") return blankFollows(i);
    const before = runes[i - 1]!;
    return c === "#" && (isBlank(before) || isBreak(before));
  });
}

function analyze(runes: readonly string[]): Analysis {
  const [first, last] = [runes[0], runes[runes.length - 1]];
  const special = runes.some((c) => !isPrintable(c));
  const breaks = runes.some((c) => isBreak(c));
  const breakSpace = runes.some((c, i) => c === " " && isBreak(runes[i - 1]));
  const spaceBreak = runes.some((c, i) => isBreak(c) && runes[i - 1] === " ");
  const edges = first === " " || last === " ";
  return {
    plain: !edges && !breaks && !special && !hasIndicators(runes),
    single: !breakSpace && !spaceBreak && !special,
    block: last !== " " && !spaceBreak && !special,
  };
}

/** Text that grows character by character and knows its column. */
class Line {
  text = "";
  column: number;
  readonly #indent: number;

  constructor(context: ScalarContext) {
    this.column = context.column;
    this.#indent = context.indent;
  }

  put(text: string): void {
    this.text += text;
    this.column += [...text].length;
  }

  lineBreak(as = "\n"): void {
    this.text += as;
    this.column = 0;
  }

  indent(): void {
    this.put(" ".repeat(Math.max(0, this.#indent - this.column)));
  }

  fold(): void {
    this.lineBreak();
    this.indent();
  }
}

function writePlain(runes: readonly string[], context: ScalarContext): string {
  const line = new Line(context);
  let afterSpace = false;
  runes.forEach((c, i) => {
    const fold = c === " " && !context.key && !afterSpace && line.column > bestWidth && runes[i + 1] !== " ";
    if (fold) line.fold();
    else line.put(c);
    afterSpace = c === " ";
  });
  return line.text;
}

function writeSingle(runes: readonly string[], context: ScalarContext): string {
  const line = new Line(context);
  line.put("'");
  let afterSpace = false;
  let afterBreak = false;
  runes.forEach((c, i) => {
    if (c === " ") {
      const inside = i > 0 && i < runes.length - 1;
      const fold = !context.key && !afterSpace && line.column > bestWidth && inside && runes[i + 1] !== " ";
      if (fold) line.fold();
      else line.put(c);
      afterSpace = true;
      return;
    }
    if (isBreak(c)) line.lineBreak(c);
    else {
      if (afterBreak) line.indent();
      line.put(c === "'" ? "''" : c);
      afterSpace = false;
    }
    afterBreak = isBreak(c);
  });
  return `${line.text}'`;
}

const namedEscapes = new Map([
  [0x00, "0"],
  [0x07, "a"],
  [0x08, "b"],
  [0x09, "t"],
  [0x0a, "n"],
  [0x0b, "v"],
  [0x0c, "f"],
  [0x0d, "r"],
  [0x1b, "e"],
  [0x22, '"'],
  [0x5c, "\\"],
  [0x85, "N"],
  [0xa0, "_"],
  [0x2028, "L"],
  [0x2029, "P"],
]);

function escaped(c: string): string {
  const code = c.codePointAt(0)!;
  const name = namedEscapes.get(code);
  if (name !== undefined) return `\\${name}`;
  const [letter, width] = code <= 0xff ? ["x", 2] : code <= 0xffff ? ["u", 4] : ["U", 8];
  return `\\${letter}${code
    .toString(16)
    .toUpperCase()
    .padStart(width as number, "0")}`;
}

function writeDouble(runes: readonly string[], context: ScalarContext): string {
  const line = new Line(context);
  line.put('"');
  let afterSpace = false;
  runes.forEach((c, i) => {
    const inside = i > 0 && i < runes.length - 1;
    if (!isPrintable(c) || isBreak(c) || c === '"' || c === "\\") line.put(escaped(c));
    else if (c === " " && !context.key && !afterSpace && line.column > bestWidth && inside) {
      line.fold();
      if (runes[i + 1] === " ") line.put("\\");
    } else line.put(c);
    afterSpace = c === " ";
  });
  return `${line.text}"`;
}

function chomping(runes: readonly string[]): string {
  const last = runes.length - 1;
  if (!isBreak(runes[last])) return "-";
  return last === 0 || isBreak(runes[last - 1]) ? "+" : "";
}

function writeLiteral(runes: readonly string[], context: ScalarContext): string {
  const hint = runes[0] === " " || isBreak(runes[0]) ? "2" : "";
  const lines = runes.join("").split("\n");
  const margin = " ".repeat(context.indent);
  const text = lines.map((line) => (line === "" ? "" : margin + line)).join("\n");
  return `|${hint}${chomping(runes)}\n${text}`;
}

// Most texts: no need to look at every character.
function isPlainlyPlain(text: string, context: ScalarContext): boolean {
  if (/^[A-Za-z0-9_/][A-Za-z0-9_./@+=-]*$/.test(text)) return true;
  return (
    context.column + text.length <= bestWidth && /^[A-Za-z0-9_/](?:[A-Za-z0-9_./@+=-]| (?=[A-Za-z0-9]))*$/.test(text)
  );
}

/** A string as go-yaml v2 writes it: literal where it has line ends, else plain, or in the quotes that it needs. Mirrors encode.go stringv and yaml_emitter_select_scalar_style. */
export function writeScalar(text: string, ambiguous: boolean, context: ScalarContext): string {
  if (text === "") return '""';
  if (!ambiguous && isPlainlyPlain(text, context)) return text;
  const runes = [...text];
  const can = analyze(runes);
  if (runes.includes("\n"))
    return can.block && !context.key ? writeLiteral(runes, context) : writeDouble(runes, context);
  if (ambiguous) return writeDouble(runes, context);
  if (can.plain) return writePlain(runes, context);
  return can.single ? writeSingle(runes, context) : writeDouble(runes, context);
}
