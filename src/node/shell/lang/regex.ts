/**
 * POSIX basic and extended regular expressions with GNU's additions, matched by bounded backtracking: a pattern that
 * would take for ever finds nothing instead. User text never becomes a JavaScript RegExp.
 */
import { classRanges } from "./pattern.ts";

type Ranges = readonly (readonly [string, string])[];

type Node =
  | { readonly t: "char"; readonly c: string }
  | { readonly t: "any" | "bol" | "eol" | "wordStart" | "wordEnd" | "boundary" | "notBoundary" }
  | { readonly t: "set"; readonly negate: boolean; readonly ranges: Ranges }
  | { readonly t: "group"; readonly index: number; readonly body: Node }
  | { readonly t: "back"; readonly index: number }
  | { readonly t: "repeat"; readonly min: number; readonly max: number; readonly body: Node; readonly lazy: boolean }
  | { readonly t: "seq"; readonly items: readonly Node[] }
  | { readonly t: "alt"; readonly choices: readonly Node[] };

export interface Regex {
  readonly root: Node;
  readonly groups: number;
  readonly ignoreCase: boolean;
}

export interface RegexMatch {
  readonly start: number;
  readonly end: number;
  /** [start, end) of the whole match and of each group; undefined where a group took no part. */
  readonly groups: readonly (readonly [number, number] | undefined)[];
}

interface Options {
  readonly extended: boolean;
  readonly ignoreCase?: boolean;
  /** Lazy quantifiers, (?:…), as Perl has them. */
  readonly perl?: boolean;
}

interface Source {
  readonly text: string;
  readonly options: Options;
  at: number;
  groups: number;
  depth: number;
}

const SHORTHANDS: Readonly<Record<string, { negate: boolean; ranges: Ranges }>> = {
  w: {
    negate: false,
    ranges: [
      ["a", "z"],
      ["A", "Z"],
      ["0", "9"],
      ["_", "_"],
    ],
  },
  W: {
    negate: true,
    ranges: [
      ["a", "z"],
      ["A", "Z"],
      ["0", "9"],
      ["_", "_"],
    ],
  },
  s: {
    negate: false,
    ranges: [
      [" ", " "],
      ["\t", "\r"],
    ],
  },
  S: {
    negate: true,
    ranges: [
      [" ", " "],
      ["\t", "\r"],
    ],
  },
};

const PERL_SHORTHANDS: typeof SHORTHANDS = {
  d: { negate: false, ranges: [["0", "9"]] },
  D: { negate: true, ranges: [["0", "9"]] },
};

/** Compiles a pattern. The answer is a text for a bad one, as regcomp words it: "Unmatched ( or \\(". */
export function compileRegex(pattern: string, options: Options): Regex | string {
  const source: Source = { text: pattern, options, at: 0, groups: 0, depth: 0 };
  try {
    const root = alternatives(source);
    if (source.at < pattern.length) return "Unmatched ) or \\)";
    return { root, groups: source.groups, ignoreCase: options.ignoreCase === true };
  } catch (caught) {
    if (typeof caught === "string") return caught;
    throw caught;
  }
}

/** Whether an operator such as "(" stands here, bare or escaped as the syntax asks; its length, or 0. */
function operator(s: Source, c: string): number {
  if (s.options.extended) return s.text[s.at] === c ? 1 : 0;
  return s.text[s.at] === "\\" && s.text[s.at + 1] === c ? 2 : 0;
}

function alternatives(s: Source): Node {
  if (++s.depth > 100) throw "Regular expression too big";
  const choices = [sequence(s)];
  for (let n = operator(s, "|"); n > 0; n = operator(s, "|")) {
    s.at += n;
    choices.push(sequence(s));
  }
  s.depth--;
  return choices.length === 1 ? choices[0]! : { t: "alt", choices };
}

function sequence(s: Source): Node {
  const items: Node[] = [];
  while (s.at < s.text.length && operator(s, "|") === 0) {
    if (operator(s, ")") > 0 && s.depth > 1) break;
    if (operator(s, ")") > 0 && !s.options.extended) break;
    const node = quantified(s, atom(s, items.length === 0));
    items.push(node);
  }
  return items.length === 1 ? items[0]! : { t: "seq", items };
}

function atom(s: Source, first: boolean): Node {
  const open = operator(s, "(");
  if (open > 0) return group(s, open);
  const c = s.text[s.at++]!;
  const { extended } = s.options;
  if (c === ".") return { t: "any" };
  if (c === "[") return set(s);
  if (c === "^" && (extended || first)) return { t: "bol" };
  if (
    c === "$" &&
    (extended || s.at === s.text.length || s.text.startsWith("\\)", s.at) || s.text.startsWith("\\|", s.at))
  )
    return { t: "eol" };
  if (c === "*" && !first && extended) throw "Invalid preceding regular expression";
  if (c === "\\") return escaped(s);
  return { t: "char", c };
}

function group(s: Source, open: number): Node {
  s.at += open;
  const plain = s.options.perl && s.text.startsWith("?:", s.at);
  if (plain) s.at += 2;
  const index = plain ? 0 : ++s.groups;
  const body = alternatives(s);
  const close = operator(s, ")");
  if (close === 0) throw "Unmatched ( or \\(";
  s.at += close;
  return plain ? body : { t: "group", index, body };
}

function escaped(s: Source): Node {
  const c = s.text[s.at++];
  if (c === undefined) throw "Trailing backslash";
  if (/[1-9]/.test(c)) {
    if (Number(c) > s.groups) throw "Invalid back reference";
    return { t: "back", index: Number(c) };
  }
  const marks = { "<": "wordStart", ">": "wordEnd", b: "boundary", B: "notBoundary" } as const;
  if (Object.hasOwn(marks, c)) return { t: marks[c as keyof typeof marks] };
  const table = Object.hasOwn(SHORTHANDS, c)
    ? SHORTHANDS
    : s.options.perl && Object.hasOwn(PERL_SHORTHANDS, c)
      ? PERL_SHORTHANDS
      : undefined;
  if (table !== undefined) return { t: "set", ...table[c]! };
  const plain = { n: "\n", t: "\t", r: "\r" }[c];
  return { t: "char", c: plain ?? c };
}

function set(s: Source): Node {
  const negate = s.text[s.at] === "^";
  if (negate) s.at++;
  const ranges: (readonly [string, string])[] = [];
  for (let first = true; ; first = false) {
    const c = s.text[s.at];
    if (c === undefined) throw "Unmatched [, [^, [:, [., or [=";
    if (c === "]" && !first) break;
    const name = c === "[" ? /^\[:([a-z]+):\]/.exec(s.text.slice(s.at, s.at + 12)) : null;
    if (name !== null) {
      const known = classRanges(name[1]!);
      if (known === undefined) throw "Invalid character class name";
      ranges.push(...known);
      s.at += name[0].length;
      continue;
    }
    s.at++;
    if (c === "\\" && s.options.perl) {
      const node = escaped(s);
      if (node.t === "set") ranges.push(...node.ranges);
      else if (node.t === "char") ranges.push([node.c, node.c]);
      continue;
    }
    const to = s.text[s.at + 1];
    if (s.text[s.at] === "-" && to !== undefined && to !== "]") {
      if (to < c) throw "Invalid range end";
      ranges.push([c, to]);
      s.at += 2;
    } else ranges.push([c, c]);
  }
  s.at++;
  return { t: "set", negate, ranges };
}

function quantified(s: Source, node: Node): Node {
  let result = node;
  for (;;) {
    const range = quantifier(s);
    if (range === undefined) return result;
    const lazy = s.options.perl === true && s.text[s.at] === "?";
    if (lazy) s.at++;
    if (result.t === "bol") return result;
    result = { t: "repeat", ...range, body: result, lazy };
  }
}

function quantifier(s: Source): { min: number; max: number } | undefined {
  const INFINITE = Number.POSITIVE_INFINITY;
  if (s.text[s.at] === "*") {
    s.at++;
    return { min: 0, max: INFINITE };
  }
  for (const [c, min, max] of [
    ["+", 1, INFINITE],
    ["?", 0, 1],
  ] as const) {
    const n = operator(s, c);
    if (n > 0) {
      s.at += n;
      return { min, max };
    }
  }
  const open = operator(s, "{");
  if (open === 0) return undefined;
  const match = /^(\d*)(,?)(\d*)(\\?\})/.exec(s.text.slice(s.at + open, s.at + open + 24));
  if (match === null || match[1] === "") {
    if (s.options.extended) return undefined;
    throw "Invalid content of \\{\\}";
  }
  s.at += open + match[0].length;
  const min = Number(match[1]);
  const max = match[2] === "" ? min : match[3] === "" ? INFINITE : Number(match[3]);
  if (min > 32_767 || (max !== INFINITE && max > 32_767)) throw "Regular expression too big";
  if (max < min) throw "Invalid content of \\{\\}";
  return { min, max };
}

interface Matching {
  readonly text: string;
  readonly ignoreCase: boolean;
  readonly groups: ([number, number] | undefined)[];
  steps: number;
  depth: number;
}

const MAX_STEPS = 200_000;
const MAX_DEPTH = 2_000;

const isWord = (c: string | undefined): boolean => c !== undefined && /[A-Za-z0-9_]/.test(c);

/** The first match at or after `from`; undefined where there is none, or finding it would take too long. */
export function searchRegex(regex: Regex, text: string, from: number): RegexMatch | undefined {
  const state: Matching = { text, ignoreCase: regex.ignoreCase, groups: [], steps: 0, depth: 0 };
  for (let start = from; start <= text.length; start++) {
    state.groups.length = 0;
    let end = -1;
    const found = step(state, regex.root, start, (at) => {
      end = at;
      return true;
    });
    if (found) {
      const groups = Array.from({ length: regex.groups + 1 }, (_, i) =>
        i === 0 ? ([start, end] as [number, number]) : state.groups[i],
      );
      return { start, end, groups };
    }
    if (state.steps > MAX_STEPS) return undefined;
    if (regex.root.t === "bol" || (regex.root.t === "seq" && regex.root.items[0]?.t === "bol")) return undefined;
  }
  return undefined;
}

type Next = (at: number) => boolean;

function step(m: Matching, node: Node, at: number, next: Next): boolean {
  if (++m.steps > MAX_STEPS || m.depth > MAX_DEPTH) return false;
  m.depth++;
  const result = stepInner(m, node, at, next);
  m.depth--;
  return result;
}

function stepInner(m: Matching, node: Node, at: number, next: Next): boolean {
  switch (node.t) {
    case "char":
    case "any":
    case "set":
      return at < m.text.length && single(m, node, at) && next(at + 1);
    case "seq":
      return inSequence(m, node.items, 0, at, next);
    case "alt":
      return node.choices.some((choice) => step(m, choice, at, next));
    case "group":
      return inGroup(m, node.index, node.body, at, next);
    case "back": {
      const span = m.groups[node.index];
      if (span === undefined) return false;
      const text = m.text.slice(span[0], span[1]);
      return m.text.startsWith(text, at) && next(at + text.length);
    }
    case "repeat":
      return node.body.t === "char" || node.body.t === "any" || node.body.t === "set"
        ? repeatSingle(m, node, at, next)
        : repeat(m, node, 0, at, next);
    default:
      return assertion(m, node.t, at) && next(at);
  }
}

function assertion(m: Matching, kind: string, at: number): boolean {
  if (kind === "bol") return at === 0 || m.text[at - 1] === "\n";
  if (kind === "eol") return at === m.text.length || m.text[at] === "\n";
  const before = isWord(m.text[at - 1]);
  const after = isWord(m.text[at]);
  if (kind === "wordStart") return !before && after;
  if (kind === "wordEnd") return before && !after;
  return (before !== after) === (kind === "boundary");
}

function single(m: Matching, node: Node, at: number): boolean {
  const c = m.text[at]!;
  if (node.t === "any") return true;
  if (node.t === "char") return node.c === c || (m.ignoreCase && node.c.toLowerCase() === c.toLowerCase());
  if (node.t !== "set") return false;
  const inside = (x: string): boolean => node.ranges.some(([low, high]) => low <= x && x <= high);
  return (inside(c) || (m.ignoreCase && (inside(c.toLowerCase()) || inside(c.toUpperCase())))) !== node.negate;
}

function inSequence(m: Matching, items: readonly Node[], i: number, at: number, next: Next): boolean {
  if (i === items.length) return next(at);
  return step(m, items[i]!, at, (end) => inSequence(m, items, i + 1, end, next));
}

function inGroup(m: Matching, index: number, body: Node, at: number, next: Next): boolean {
  const before = m.groups[index];
  const found = step(m, body, at, (end) => {
    const inner = m.groups[index];
    m.groups[index] = [at, end];
    if (next(end)) return true;
    m.groups[index] = inner;
    return false;
  });
  if (!found) m.groups[index] = before;
  return found;
}

function repeatSingle(m: Matching, node: Node & { t: "repeat" }, at: number, next: Next): boolean {
  let most = at;
  const limit = Math.min(m.text.length, at + node.max);
  if (node.lazy) {
    for (let end = at; ; end++) {
      if (end - at >= node.min && next(end)) return true;
      if (end >= limit || !single(m, node.body, end) || m.steps > MAX_STEPS) return false;
      m.steps++;
    }
  }
  while (most < limit && single(m, node.body, most)) most++;
  m.steps += (most - at) >> 3;
  for (let end = most; end >= at + node.min; end--) {
    if (next(end)) return true;
    if (++m.steps > MAX_STEPS) return false;
  }
  return false;
}

function repeat(m: Matching, node: Node & { t: "repeat" }, count: number, at: number, next: Next): boolean {
  const more = (): boolean =>
    count < node.max &&
    step(m, node.body, at, (end) => (end === at && count >= node.min ? false : repeat(m, node, count + 1, end, next)));
  if (node.lazy) return (count >= node.min && next(at)) || more();
  return more() || (count >= node.min && next(at));
}
