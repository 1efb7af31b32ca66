/**
 * Shell patterns: * ? [...] with backslash for the literal. Matching is linear in text times pattern, whatever the
 * pattern, so that a script cannot hang the simulation.
 */

type Token =
  | { readonly t: "char"; readonly c: string }
  | { readonly t: "any" | "star" }
  | { readonly t: "set"; readonly negate: boolean; readonly ranges: readonly (readonly [string, string])[] };

const CLASSES: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  alpha: [
    ["a", "z"],
    ["A", "Z"],
  ],
  digit: [["0", "9"]],
  alnum: [
    ["a", "z"],
    ["A", "Z"],
    ["0", "9"],
  ],
  upper: [["A", "Z"]],
  lower: [["a", "z"]],
  space: [
    [" ", " "],
    ["\t", "\r"],
  ],
  blank: [
    [" ", " "],
    ["\t", "\t"],
  ],
  punct: [
    ["!", "/"],
    [":", "@"],
    ["[", "`"],
    ["{", "~"],
  ],
  xdigit: [
    ["0", "9"],
    ["a", "f"],
    ["A", "F"],
  ],
  cntrl: [
    ["\x00", "\x1f"],
    ["\x7f", "\x7f"],
  ],
  print: [[" ", "~"]],
  graph: [["!", "~"]],
};

/** The ranges of a character class name such as "alpha"; undefined for an unknown one. */
export function classRanges(name: string): readonly (readonly [string, string])[] | undefined {
  return Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined;
}

const compiled = new Map<string, readonly Token[]>();

function compile(pattern: string): readonly Token[] {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  const tokens: Token[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i]!;
    if (c === "\\" && i + 1 < pattern.length) tokens.push({ t: "char", c: pattern[++i]! });
    else if (c === "?") tokens.push({ t: "any" });
    else if (c === "*") {
      if (tokens[tokens.length - 1]?.t !== "star") tokens.push({ t: "star" });
    } else if (c === "[") {
      const set = compileSet(pattern, i);
      if (set === undefined) tokens.push({ t: "char", c });
      else {
        tokens.push(set.token);
        i = set.end;
      }
    } else tokens.push({ t: "char", c });
  }
  if (compiled.size > 500) compiled.clear();
  compiled.set(pattern, tokens);
  return tokens;
}

function compileSet(pattern: string, from: number): { token: Token; end: number } | undefined {
  let i = from + 1;
  const negate = pattern[i] === "!" || pattern[i] === "^";
  if (negate) i++;
  const ranges: (readonly [string, string])[] = [];
  for (let first = true; ; first = false) {
    let c = pattern[i];
    if (c === undefined) return undefined;
    if (c === "]" && !first) return { token: { t: "set", negate, ranges }, end: i };
    const name = c === "[" && pattern[i + 1] === ":" ? /^\[:([a-z]+):\]/.exec(pattern.slice(i, i + 12)) : null;
    if (name !== null) {
      ranges.push(...(classRanges(name[1]!) ?? []));
      i += name[0].length;
      continue;
    }
    if (c === "\\" && i + 1 < pattern.length) c = pattern[++i]!;
    if (pattern[i + 1] === "-" && pattern[i + 2] !== undefined && pattern[i + 2] !== "]") {
      ranges.push([c, pattern[i + 2]!]);
      i += 3;
    } else {
      ranges.push([c, c]);
      i++;
    }
  }
}

function accepts(token: Token, c: string): boolean {
  if (token.t === "char") return token.c === c;
  if (token.t === "set") return token.ranges.some(([low, high]) => low <= c && c <= high) !== token.negate;
  return true;
}

/** Whether `text` as a whole matches. */
export function matches(pattern: string, text: string): boolean {
  const tokens = compile(pattern);
  let p = 0;
  let i = 0;
  let star = -1;
  let mark = 0;
  while (i < text.length) {
    const token = tokens[p];
    if (token?.t === "star") {
      star = p++;
      mark = i;
    } else if (token !== undefined && accepts(token, text[i]!)) {
      p++;
      i++;
    } else if (star >= 0) {
      p = star + 1;
      i = ++mark;
    } else return false;
  }
  while (tokens[p]?.t === "star") p++;
  return p === tokens.length;
}

/** Whether a pattern has anything that is not literal. */
export function isPattern(pattern: string): boolean {
  return /[*?[]/.test(pattern) && compile(pattern).some((token) => token.t !== "char");
}

/** The pattern that matches `text` alone. */
export function escapePattern(text: string): string {
  return text.replace(/[\\*?[\]]/g, "\\$&");
}

/** The text without a matching beginning ("#", "##") or end ("%", "%%"), shortest or longest. */
export function strip(text: string, pattern: string, where: "#" | "##" | "%" | "%%"): string {
  const length = text.length;
  for (let k = 0; k <= length; k++) {
    const n = where.length === 1 ? k : length - k;
    if (where[0] === "#" && matches(pattern, text.slice(0, n))) return text.slice(n);
    if (where[0] === "%" && matches(pattern, text.slice(length - n))) return text.slice(0, length - n);
  }
  return text;
}

/** ${text/pattern/replacement}: the first longest match, all with "//", at the start with "/#", at the end with "/%". */
export function replace(text: string, pattern: string, replacement: string, mode: "/" | "//" | "/#" | "/%"): string {
  if (pattern === "") return text;
  let out = "";
  let i = 0;
  while (i <= text.length) {
    const end = longest(text, pattern, i, mode);
    if (end === undefined || (end === i && end < text.length && mode === "//")) out += text[i++] ?? "";
    else {
      out += replacement;
      i = end;
      if (mode !== "//") break;
      if (i >= text.length) break;
    }
    if (mode === "/#") break;
  }
  return out + text.slice(i);
}

function longest(text: string, pattern: string, from: number, mode: string): number | undefined {
  for (let end = text.length; end >= from; end--) {
    if (matches(pattern, text.slice(from, end))) return end;
    if (mode === "/%") break;
  }
  return undefined;
}
