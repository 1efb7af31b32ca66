import { compileRegex, type Regex } from "../lang/regex.ts";

export type Address =
  | { readonly kind: "line"; readonly first: number }
  | { readonly kind: "step"; readonly first: number; readonly step: number }
  | { readonly kind: "plus"; readonly count: number }
  | { readonly kind: "last" }
  | { readonly kind: "regex"; readonly regex: Regex };

export interface SedCommand {
  readonly name: string;
  readonly from?: Address;
  readonly to?: Address;
  readonly negate: boolean;
  /** The text of a, i, c; the file of r and w; the exit code of q; the label of b and t. */
  readonly text?: string;
  readonly regex?: Regex;
  readonly replacement?: (groups: readonly string[]) => string;
  readonly global?: boolean;
  readonly print?: boolean;
  readonly nth?: number;
  readonly file?: string;
  readonly map?: ReadonlyMap<string, string>;
  /** Where to go on: the matching } of {, the label of b and t. */
  jump?: number | undefined;
}

interface Cursor {
  readonly text: string;
  readonly extended: boolean;
  at: number;
  last: Regex | undefined;
}

/** Parses a sed script; the answer is a text where it is wrong, in GNU's words. */
export function parseSed(text: string, extended: boolean): SedCommand[] | string {
  const cursor: Cursor = { text, extended, at: 0, last: undefined };
  const commands: SedCommand[] = [];
  const open: number[] = [];
  const labels = new Map<string, number>();
  try {
    for (;;) {
      while (/[\s;]/.test(text[cursor.at] ?? "x")) cursor.at++;
      if (cursor.at >= text.length) break;
      const command = takeCommand(cursor);
      if (command === undefined) continue;
      if (command.name === ":") labels.set(command.text!, commands.length - 1);
      else if (command.name === "}") {
        const start = open.pop();
        if (start === undefined) return "unexpected `}'";
        commands[start]!.jump = commands.length - 1;
      } else {
        if (command.name === "{") open.push(commands.length);
        commands.push(command);
      }
    }
    if (open.length > 0) return "unmatched `{'";
    for (const command of commands)
      if (/^[btT]$/.test(command.name) && command.text !== "") {
        const target = labels.get(command.text ?? "");
        if (target === undefined) return `can't find label for jump to \`${command.text}'`;
        command.jump = target;
      }
    return commands;
  } catch (caught) {
    if (typeof caught === "string") return caught;
    throw caught;
  }
}

function skipBlanks(c: Cursor): void {
  while (c.text[c.at] === " " || c.text[c.at] === "\t") c.at++;
}

function takeAddress(c: Cursor): Address | undefined {
  const number = /\d+/y;
  number.lastIndex = c.at;
  const digits = number.exec(c.text)?.[0];
  if (digits !== undefined) {
    c.at += digits.length;
    const step = /^~(\d+)/.exec(c.text.slice(c.at, c.at + 12));
    if (step === null) return { kind: "line", first: Number(digits) };
    c.at += step[0].length;
    return { kind: "step", first: Number(digits), step: Number(step[1]) };
  }
  if (c.text[c.at] === "$") {
    c.at++;
    return { kind: "last" };
  }
  if (c.text[c.at] === "/" || c.text[c.at] === "\\") {
    if (c.text[c.at] === "\\") c.at++;
    const pattern = delimited(c, c.text[c.at++]!, "unterminated address regex");
    const ignoreCase = c.text[c.at] === "I";
    if (ignoreCase) c.at++;
    return { kind: "regex", regex: compile(c, pattern, ignoreCase) };
  }
  return undefined;
}

function compile(c: Cursor, pattern: string, ignoreCase: boolean): Regex {
  if (pattern === "" && c.last !== undefined) return c.last;
  const regex = compileRegex(pattern, { extended: c.extended, ignoreCase });
  if (typeof regex === "string") throw regex;
  c.last = regex;
  return regex;
}

/** Text up to an unescaped delimiter, which is taken. */
function delimited(c: Cursor, delimiter: string, problem: string): string {
  let out = "";
  let inSet = false;
  for (;;) {
    const ch = c.text[c.at++];
    if (ch === undefined) throw problem;
    if (ch === delimiter && !inSet) return out;
    if (ch === "\\") {
      const next = c.text[c.at++] ?? "";
      out +=
        next === delimiter && delimiter !== "\\"
          ? /[.*[\]^$+?(){}|]/.test(delimiter)
            ? `\\${next}`
            : next
          : `\\${next}`;
      continue;
    }
    if (ch === "[" && !inSet && problem.includes("regex")) inSet = true;
    else if (ch === "]" && inSet && !/\[\^?$/.test(out)) inSet = false;
    out += ch;
  }
}

function takeCommand(c: Cursor): SedCommand | undefined {
  if (c.text[c.at] === "#") {
    while (c.at < c.text.length && c.text[c.at] !== "\n") c.at++;
    return undefined;
  }
  const from = takeAddress(c);
  let to: Address | undefined;
  skipBlanks(c);
  if (from !== undefined && c.text[c.at] === ",") {
    c.at++;
    skipBlanks(c);
    const plus = /^\+(\d+)/.exec(c.text.slice(c.at, c.at + 12));
    if (plus !== null) {
      to = { kind: "plus", count: Number(plus[1]) };
      c.at += plus[0].length;
    } else to = takeAddress(c);
    if (to === undefined) throw "unexpected `,'";
  }
  skipBlanks(c);
  let negate = false;
  while (c.text[c.at] === "!") {
    negate = true;
    c.at++;
    skipBlanks(c);
  }
  const name = c.text[c.at++];
  if (name === undefined) throw "missing command";
  const base = { name, negate, ...(from && { from }), ...(to && { to }) };
  return { ...base, ...takeArguments(c, name) };
}

function takeArguments(c: Cursor, name: string): Partial<SedCommand> {
  if (name === "s") return takeSubstitution(c);
  if (name === "y") return takeTransliteration(c);
  if ("aic".includes(name)) return { text: takeText(c) };
  if (":btTrwqQ".includes(name)) {
    skipBlanks(c);
    const pattern = name === "r" || name === "w" || name === ":" ? /[^\n]*/y : /[^\n;}]*/y;
    pattern.lastIndex = c.at;
    const text = pattern.exec(c.text)![0];
    c.at += text.length;
    return { text: text.trim() };
  }
  if ("{}dDpPnNhHgGxl=".includes(name)) return {};
  throw `unknown command: \`${name}'`;
}

function takeText(c: Cursor): string {
  skipBlanks(c);
  if (c.text[c.at] === "\\") {
    c.at++;
    skipBlanks(c);
    if (c.text[c.at] === "\n") c.at++;
  }
  let out = "";
  for (; c.at < c.text.length && c.text[c.at] !== "\n"; c.at++) {
    if (c.text[c.at] === "\\" && c.at + 1 < c.text.length) {
      c.at++;
      out += c.text[c.at] === "t" ? "\t" : c.text[c.at];
    } else out += c.text[c.at];
  }
  if (out === "" && c.at >= c.text.length) throw "expected \\ after `a', `c' or `i'";
  return out;
}

function takeTransliteration(c: Cursor): Partial<SedCommand> {
  const delimiter = c.text[c.at++]!;
  const unquote = (text: string): string[] => [...text.replace(/\\n/g, "\n").replace(/\\\\/g, "\\")];
  const left = unquote(delimited(c, delimiter, "unterminated `y' command"));
  const right = unquote(delimited(c, delimiter, "unterminated `y' command"));
  if (left.length !== right.length) throw "strings for `y' command are different lengths";
  return { map: new Map(left.map((ch, i) => [ch, right[i]!])) };
}

function takeSubstitution(c: Cursor): Partial<SedCommand> {
  const delimiter = c.text[c.at++];
  if (delimiter === undefined || delimiter === "\n") throw "unterminated `s' command";
  const pattern = delimited(c, delimiter, "unterminated `s' command regex").toString();
  const replacement = delimited(c, delimiter, "unterminated `s' command");
  const flags = /[gpiImMe\d]*/y;
  flags.lastIndex = c.at;
  const text = flags.exec(c.text)![0];
  c.at += text.length;
  const file = /^w[ \t]*([^\n]+)/.exec(c.text.slice(c.at));
  if (file !== null) c.at += file[0].length;
  else if (!/^[ \t]*([;}#\n]|$)/.test(c.text.slice(c.at, c.at + 40)) && !/^\s/.test(c.text[c.at] ?? " "))
    throw "unknown option to `s'";
  return {
    regex: compile(c, pattern, /[iI]/.test(text)),
    replacement: compileReplacement(replacement),
    global: text.includes("g"),
    print: text.includes("p"),
    nth: Number(/\d+/.exec(text)?.[0] ?? 1),
    ...(file !== null && { file: file[1]!.trim() }),
  };
}

/** &, \1, \n, \U \L \u \l \E in a replacement. */
function compileReplacement(text: string): (groups: readonly string[]) => string {
  return (groups) => {
    let out = "";
    let mode = "";
    let once = "";
    const add = (piece: string): void => {
      let cased = mode === "U" ? piece.toUpperCase() : mode === "L" ? piece.toLowerCase() : piece;
      if (once !== "" && cased !== "") {
        cased = (once === "u" ? cased[0]!.toUpperCase() : cased[0]!.toLowerCase()) + cased.slice(1);
        once = "";
      }
      out += cased;
    };
    for (let i = 0; i < text.length; i++) {
      const ch = text[i]!;
      if (ch === "&") add(groups[0]!);
      else if (ch !== "\\") add(ch);
      else {
        const next = text[++i] ?? "\\";
        if (/\d/.test(next)) add(groups[Number(next)] ?? "");
        else if (next === "n") add("\n");
        else if (next === "t") add("\t");
        else if (next === "U" || next === "L" || next === "E") mode = next === "E" ? "" : next;
        else if (next === "u" || next === "l") once = next;
        else add(next);
      }
    }
    return out;
  };
}
