import type { Assignment, ParameterOperator, Part, Word } from "./ast.ts";
import { looking, nest, peek, type Scanner, syntaxError, unexpected } from "./scanner.ts";

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const META = " \t\r\n;&|<>()";

/** The name at the position, taken; "" where there is none. */
export function takeName(s: Scanner): string {
  NAME.lastIndex = s.position;
  const name = NAME.exec(s.source)?.[0] ?? "";
  s.position += name.length;
  return name;
}

/** A word at the position; undefined where an operator or the end stands there. `stop`: further characters that end it. */
export function takeWord(s: Scanner, stop = ""): Word | undefined {
  const parts: Part[] = [];
  let text = "";
  const flush = (): void => {
    if (text !== "") parts.push({ t: "lit", v: text });
    text = "";
  };
  for (;;) {
    const c = peek(s);
    if (stop === "" && s.bash && parts.length === 0 && text === "" && looking(s, "<(")) {
      s.position += 2;
      parts.push({ t: "file", body: nest(s, () => s.substitution(s, ")")) });
      continue;
    }
    if (c === "" || (stop === "" ? META.includes(c) : stop.includes(c))) break;
    if (c === "\\" && peek(s, 1) === "\n") {
      s.position += 2;
      s.line++;
      continue;
    }
    const part = takePart(s, c, false);
    if (part === undefined) {
      text += c;
      s.position++;
    } else {
      flush();
      parts.push(part);
    }
    if (c === "\n") s.line++;
  }
  flush();
  return parts.length === 0 ? undefined : parts;
}

/** A quoted or expanded part that begins with `c`; undefined where `c` stands for itself. */
function takePart(s: Scanner, c: string, quoted: boolean): Part | undefined {
  if (c === "\\") return takeEscape(s, quoted);
  if (c === "$") return takeDollar(s, quoted);
  if (c === "`") return takeBackquote(s, quoted);
  if (quoted) return undefined;
  if (c === "'") return { t: "str", v: takeSingle(s) };
  if (c === '"') {
    s.position++;
    const parts = takeQuoted(s, '"');
    s.position++;
    return { t: "dq", parts };
  }
  return undefined;
}

function takeEscape(s: Scanner, quoted: boolean): Part {
  const next = peek(s, 1);
  s.position += 2;
  if (next === "") {
    s.position--;
    return { t: "str", v: "\\" };
  }
  if (next === "\n") {
    s.line++;
    return { t: "str", v: "" };
  }
  return { t: "str", v: quoted && !'$`"\\'.includes(next) ? `\\${next}` : next };
}

function takeSingle(s: Scanner): string {
  const end = s.source.indexOf("'", s.position + 1);
  if (end < 0) throw syntaxError(s, "Unterminated quoted string", true);
  const text = s.source.slice(s.position + 1, end);
  s.position = end + 1;
  s.line += text.split("\n").length - 1;
  return text;
}

/** The parts up to an unquoted `close` (not taken); "" reads to the end of the source (here-documents). */
export function takeQuoted(s: Scanner, close: string): Word {
  const parts: Part[] = [];
  let text = "";
  for (;;) {
    const c = peek(s);
    if (c === "" && close === "") break;
    if (c === "") throw syntaxError(s, "Unterminated quoted string", true);
    if (c === close) break;
    const part = takePart(s, c, true);
    if (part !== undefined) {
      // In a here-document \" is two characters.
      const literal = part.t === "str" && close === "" && part.v === '"' ? '\\"' : undefined;
      if (text !== "") parts.push({ t: "str", v: text });
      text = "";
      parts.push(literal === undefined ? part : { t: "str", v: literal });
    } else {
      text += c;
      if (c === "\n") s.line++;
      s.position++;
    }
  }
  if (text !== "" || parts.length === 0) parts.push({ t: "str", v: text });
  return parts;
}

function takeDollar(s: Scanner, quoted: boolean): Part | undefined {
  const next = peek(s, 1);
  if (next === "(" && peek(s, 2) === "(") {
    const arith = takeArithmetic(s);
    if (arith !== undefined) return arith;
  }
  if (next === "(") {
    s.position += 2;
    const body = nest(s, () => s.substitution(s, ")"));
    return { t: "cmd", body };
  }
  if (next === "{") return nest(s, () => takeBraced(s, quoted));
  if (next === "'" && !quoted && s.bash) {
    s.position++;
    return { t: "str", v: takeAnsi(s) };
  }
  if (next === '"' && !quoted && s.bash) {
    s.position++;
    return takePart(s, '"', false);
  }
  s.position++;
  const name = takeName(s);
  if (name !== "") return { t: "param", name };
  if (next !== "" && "@*#?$!-0123456789".includes(next)) {
    s.position++;
    return { t: "param", name: next };
  }
  s.position--;
  return undefined;
}

/** $(( … )); undefined where it is a subshell in a command substitution after all. */
function takeArithmetic(s: Scanner): Part | undefined {
  const end = arithmeticEnd(s.source, s.position + 3);
  if (end < 0) return undefined;
  const expr = subWord(s, s.source.slice(s.position + 3, end));
  s.position = end + 2;
  return { t: "arith", expr };
}

/** Where "))" closes an arithmetic expression that starts at `from`; -1 where it does not. */
export function arithmeticEnd(source: string, from: number): number {
  let depth = 0;
  for (let i = from; i < source.length; i++) {
    const c = source[i];
    if (c === "(") depth++;
    else if (c === ")") {
      if (depth === 0) return source[i + 1] === ")" ? i : -1;
      depth--;
    }
  }
  return -1;
}

/** The parts of an isolated piece of source, as between double quotes. */
export function subWord(s: Scanner, source: string): Word {
  const inner: Scanner = { ...s, source, position: 0, heredocs: [] };
  return nest(inner, () => takeQuoted(inner, ""));
}

function takeBackquote(s: Scanner, quoted: boolean): Part {
  let body = "";
  let i = s.position + 1;
  for (; s.source[i] !== "`"; i++) {
    if (i >= s.source.length) throw syntaxError(s, "EOF in backquote substitution", true);
    const next = s.source[i + 1] ?? "";
    if (s.source[i] === "\\" && ("`$\\".includes(next) || (quoted && next === '"')) && next !== "") {
      body += next;
      i++;
    } else body += s.source[i];
  }
  s.position = i + 1;
  const inner: Scanner = { ...s, source: body, position: 0, heredocs: [] };
  return { t: "cmd", body: nest(inner, () => s.substitution(inner, "")) };
}

const OPERATORS: readonly ParameterOperator[] = [
  "##",
  "%%",
  "//",
  "/#",
  "/%",
  "^^",
  ",,",
  "#",
  "%",
  "/",
  "^",
  ",",
  "@",
];

function takeBraced(s: Scanner, quoted: boolean): Part {
  const start = s.position;
  s.position += 2;
  const bad = () => syntaxError(s, "Bad substitution");
  const length = peek(s) === "#" && !"}:-=?+%/".includes(peek(s, 1)) ? true : undefined;
  const indirect = peek(s) === "!" && peek(s, 1) !== "}" ? true : undefined;
  if (length || indirect) s.position++;
  const name = takeParameterName(s);
  if (name === "") throw bad();
  let index: Word | undefined;
  if (peek(s) === "[" && s.bash) {
    const close = s.source.indexOf("]", s.position);
    if (close < 0) throw bad();
    index = subWord(s, s.source.slice(s.position + 1, close));
    s.position = close + 1;
  }
  const base = {
    t: "param" as const,
    name,
    ...(length && { length }),
    ...(indirect && { indirect }),
    ...(index && { index }),
  };
  if (peek(s) === "}") {
    s.position++;
    return base;
  }
  if (peek(s) === "") throw syntaxError(s, "Missing '}'", true);
  const part = takeOperation(s, base, quoted);
  if (peek(s) !== "}") {
    if (peek(s) === "") throw syntaxError(s, "Missing '}'", true);
    s.position = start;
    throw bad();
  }
  s.position++;
  return part;
}

function takeParameterName(s: Scanner): string {
  const name = takeName(s);
  if (name !== "") return name;
  let digits = "";
  while (/[0-9]/.test(peek(s))) digits += s.source[s.position++];
  if (digits !== "") return digits;
  return "@*#?$!-".includes(peek(s)) && peek(s) !== "" ? s.source[s.position++]! : "";
}

function takeOperation(s: Scanner, base: Part & { t: "param" }, quoted: boolean): Part {
  const colon = peek(s) === ":" && "-=?+".includes(peek(s, 1)) && peek(s, 1) !== "";
  if (colon || "-=?+".includes(peek(s))) {
    if (colon) s.position++;
    const op = s.source[s.position++] as ParameterOperator;
    return { ...base, op, colon, word: takeOperand(s, quoted, "}") };
  }
  if (peek(s) === ":") {
    s.position++;
    const word = takeOperand(s, true, ":}");
    if (peek(s) !== ":") return { ...base, op: ":", word };
    s.position++;
    return { ...base, op: ":", word, word2: takeOperand(s, true, "}") };
  }
  const op = OPERATORS.find((o) => looking(s, o));
  if (op === undefined) throw syntaxError(s, "Bad substitution");
  s.position += op.length;
  if (!op.startsWith("/")) return { ...base, op, word: takeOperand(s, false, "}") };
  const word = takeOperand(s, false, "/}");
  if (peek(s) !== "/") return { ...base, op, word, word2: [] };
  s.position++;
  return { ...base, op, word, word2: takeOperand(s, false, "}") };
}

function takeOperand(s: Scanner, quoted: boolean, stop: string): Word {
  if (!quoted) return takeWord(s, stop) ?? [];
  const parts: Part[] = [];
  for (;;) {
    const c = peek(s);
    if (c === "") throw syntaxError(s, "Missing '}'", true);
    if (stop.includes(c)) return parts;
    const part = c === '"' ? takePart(s, c, false) : takePart(s, c, true);
    if (part !== undefined) parts.push(part);
    else {
      parts.push({ t: "str", v: c });
      s.position++;
    }
  }
}

const ANSI: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  a: "\x07",
  b: "\b",
  e: "\x1b",
  E: "\x1b",
  f: "\f",
  v: "\v",
  "\\": "\\",
  "'": "'",
  '"': '"',
  "?": "?",
};

function takeAnsi(s: Scanner): string {
  let out = "";
  s.position++;
  for (;;) {
    const c = peek(s);
    if (c === "") throw syntaxError(s, "Unterminated quoted string", true);
    s.position++;
    if (c === "'") return out;
    if (c !== "\\") {
      out += c;
      continue;
    }
    const rest = s.source.slice(s.position, s.position + 4);
    const numeric = /^(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3}))/.exec(rest);
    if (numeric !== null) {
      out += String.fromCharCode(
        (numeric[1] ? Number.parseInt(numeric[1], 16) : Number.parseInt(numeric[2]!, 8)) & 255,
      );
      s.position += numeric[0].length;
    } else {
      const known = Object.hasOwn(ANSI, peek(s)) ? ANSI[peek(s)] : undefined;
      out += known ?? `\\${peek(s)}`;
      s.position++;
    }
  }
}

/** name=value, name+=value, name[i]=value or name=(…) at the position; undefined (and nothing taken) where none stands there. */
export function takeAssignment(s: Scanner): Assignment | undefined {
  const start = s.position;
  const name = takeName(s);
  let index: Word | undefined;
  if (name !== "" && peek(s) === "[" && s.bash) {
    const close = s.source.indexOf("]", s.position);
    if (close > 0 && /^\]\+?=/.test(s.source.slice(close, close + 3))) {
      index = subWord(s, s.source.slice(s.position + 1, close));
      s.position = close + 1;
    }
  }
  const append = s.bash && peek(s) === "+" && peek(s, 1) === "=";
  if (append) s.position++;
  if (name === "" || peek(s) !== "=") {
    s.position = start;
    return undefined;
  }
  s.position++;
  if (peek(s) === "(" && s.bash) return { name, append, value: [], array: takeArray(s) };
  return { name, append, ...(index && { index }), value: takeWord(s) ?? [] };
}

function takeArray(s: Scanner): Word[] {
  s.position++;
  const words: Word[] = [];
  for (;;) {
    const c = peek(s);
    if (c === "") throw unexpected(s, undefined);
    if (c === "\n") s.line++;
    if (/\s/.test(c)) s.position++;
    else if (c === ")") {
      s.position++;
      return words;
    } else {
      const word = takeWord(s);
      if (word === undefined) throw unexpected(s, c);
      words.push(word);
    }
  }
}
