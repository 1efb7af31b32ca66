import { errnoOf, strerror } from "../../runtime/machine/errno.ts";
import type { Process, Run } from "../../runtime/machine/process.ts";
import { readEscapes } from "../format.ts";
import { classRanges } from "../lang/pattern.ts";
import {
  type Applet,
  badOption,
  complain,
  eachInput,
  isGnu,
  linesOf,
  openFailure,
  parseOptions,
  print,
  usage,
} from "./lib.ts";

function* allLines(process: Process, name: string, files: readonly string[]): Run<{ lines: string[]; status: number }> {
  const lines: string[] = [];
  const status = yield* eachInput(process, name, files, function* (text) {
    for (const line of linesOf(text)) lines.push(line);
    if (process.tick(1 + (text.length >> 10))) yield* process.pause();
  });
  return { lines, status };
}

interface SortKey {
  readonly from: number;
  readonly to: number | undefined;
  readonly fromChar: number;
  readonly flags: string;
}

function parseKey(text: string): SortKey {
  const match = /^(\d+)(?:\.(\d+))?([a-zA-Z]*)(?:,(\d+)(?:\.\d+)?([a-zA-Z]*))?$/.exec(text);
  return {
    from: Number(match?.[1] ?? 1) - 1,
    fromChar: Number(match?.[2] ?? 1) - 1,
    to: match?.[4] === undefined ? undefined : Number(match[4]),
    flags: (match?.[3] ?? "") + (match?.[5] ?? ""),
  };
}

function keyText(line: string, key: SortKey, separator: string | undefined): string {
  const fields = separator === undefined ? (line.match(/\s*\S+|\s+$/g) ?? []) : line.split(separator);
  return fields
    .slice(key.from, key.to)
    .join(separator ?? "")
    .slice(key.fromChar);
}

const HUMAN: Readonly<Record<string, number>> = { K: 1, k: 1, M: 2, G: 3, T: 4, P: 5 };

function number(text: string, human: boolean): number {
  const match = /^\s*(-?\d*\.?\d+)([KkMGTP]?)/.exec(text);
  return match === null ? 0 : Number(match[1]) * (human ? 1024 ** (HUMAN[match[2]!] ?? 0) : 1);
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function compareBy(flags: string, a: string, b: string): number {
  let [x, y] = [a, b];
  if (flags.includes("b")) [x, y] = [x.trimStart(), y.trimStart()];
  if (flags.includes("f")) [x, y] = [x.toUpperCase(), y.toUpperCase()];
  if (flags.includes("d")) [x, y] = [x.replace(/[^A-Za-z0-9 ]/g, ""), y.replace(/[^A-Za-z0-9 ]/g, "")];
  const order = /[ngh]/.test(flags)
    ? number(x, flags.includes("h")) - number(y, flags.includes("h"))
    : flags.includes("V")
      ? byVersion(x, y)
      : byText(x, y);
  return flags.includes("r") ? -order : order;
}

function byVersion(a: string, b: string): number {
  const parts = (text: string): string[] => text.match(/\d+|\D+/g) ?? [];
  const [x, y] = [parts(a), parts(b)];
  for (let i = 0; i < Math.max(x.length, y.length); i++) {
    const [p = "", q = ""] = [x[i], y[i]];
    const order = /^\d/.test(p) && /^\d/.test(q) ? Number(p) - Number(q) : byText(p, q);
    if (order !== 0) return order;
  }
  return 0;
}

export const sort: Applet = function* (process, args) {
  const options = parseOptions(args, "nrubfghVdsck:t:o:zmiMT:S:", {
    "numeric-sort": "n",
    reverse: "r",
    unique: "u",
    "key=": "k",
    "field-separator=": "t",
    "human-numeric-sort": "h",
    "version-sort": "V",
    "output=": "o",
    stable: "s",
  });
  if (options.bad !== undefined) return yield* badOption(process, "sort", options.bad, 2);
  const { lines, status } = yield* allLines(process, "sort", options.rest);
  const global = [..."nrbfghVd"].filter((c) => options.has(c)).join("");
  const separator = options.value("t");
  const keys = options.values("k").map(parseKey);
  const compare = (a: string, b: string): number => {
    for (const key of keys) {
      const order = compareBy(
        key.flags === "" ? global : key.flags,
        keyText(a, key, separator),
        keyText(b, key, separator),
      );
      if (order !== 0) return order;
    }
    if (keys.length > 0 && (options.has("s") || options.has("u"))) return 0;
    const order =
      keys.length > 0
        ? byText(a, b)
        : compareBy(global, a, b) ||
          (options.has("s") || options.has("u") ? 0 : byText(a, b) * (global.includes("r") ? -1 : 1));
    return keys.length > 0 && global.includes("r") ? -order : order;
  };
  if (options.has("c")) {
    const at = lines.findIndex((line, i) => i > 0 && compare(lines[i - 1]!, line) > 0);
    if (at < 0) return 0;
    yield* complain(process, "sort", `-:${at + 1}: disorder: ${lines[at]}`);
    return 1;
  }
  let sorted = lines.sort(compare);
  if (options.has("u")) sorted = sorted.filter((line, i) => i === 0 || compare(sorted[i - 1]!, line) !== 0);
  const text = sorted.map((line) => `${line}\n`).join("");
  const target = options.value("o");
  if (target === undefined) yield* print(process, text);
  else process.container.fs.write(target, text, process.cwd, process.who);
  return status === 0 ? 0 : 2;
};

export const uniq: Applet = function* (process, args) {
  const options = parseOptions(args, "cduif:s:w:", {
    count: "c",
    repeated: "d",
    unique: "u",
    "ignore-case": "i",
    "skip-fields=": "f",
  });
  if (options.bad !== undefined) return yield* badOption(process, "uniq", options.bad);
  const { lines, status } = yield* allLines(process, "uniq", options.rest.slice(0, 1));
  const skip = Number(options.value("f") ?? 0);
  const key = (line: string): string => {
    let text = line;
    for (let i = 0; i < skip; i++) text = text.replace(/^\s*\S+/, "");
    return options.has("i") ? text.toLowerCase() : text;
  };
  const groups: { line: string; count: number }[] = [];
  for (const line of lines) {
    const last = groups[groups.length - 1];
    if (last !== undefined && key(last.line) === key(line)) last.count++;
    else groups.push({ line, count: 1 });
  }
  const shown = groups.filter(({ count }) => (options.has("d") ? count > 1 : options.has("u") ? count === 1 : true));
  yield* print(
    process,
    shown.map(({ line, count }) => `${options.has("c") ? `${String(count).padStart(7)} ` : ""}${line}\n`).join(""),
  );
  return status;
};

/** The positions that a list such as 1,3-5,7- names. */
function parseList(text: string): ((n: number) => boolean) | undefined {
  const ranges: [number, number][] = [];
  for (const piece of text.split(",")) {
    const match = /^(\d*)(-?)(\d*)$/.exec(piece);
    if (match === null || piece === "" || piece === "-") return undefined;
    const from = match[1] === "" ? 1 : Number(match[1]);
    ranges.push([from, match[2] === "" ? from : match[3] === "" ? Number.POSITIVE_INFINITY : Number(match[3])]);
  }
  return (n) => ranges.some(([from, to]) => from <= n && n <= to);
}

export const cut: Applet = function* (process, args) {
  const options = parseOptions(args, "d:f:c:b:sn", {
    "delimiter=": "d",
    "fields=": "f",
    "characters=": "c",
    "bytes=": "b",
    "output-delimiter=": "o",
    "only-delimited": "s",
    complement: "x",
  });
  if (options.bad !== undefined) return yield* badOption(process, "cut", options.bad);
  const spec = options.value("f") ?? options.value("c") ?? options.value("b");
  const wanted = parseList(spec ?? "");
  if (wanted === undefined) {
    if (spec === undefined)
      return yield* usage(
        process,
        "cut",
        "you must specify a list of bytes, characters, or fields",
        "cut {-b|c LIST | -f LIST [-d SEP] [-s]} [FILE]...",
      );
    yield* complain(process, "cut", isGnu(process) ? `invalid field value '${spec}'` : `invalid range '${spec}'`);
    return 1;
  }
  const keep = options.has("x") ? (n: number) => !wanted(n) : wanted;
  const delimiter = options.value("d") ?? "\t";
  const joiner = options.value("o") ?? delimiter;
  return yield* eachInput(process, "cut", options.rest, function* (text) {
    let out = "";
    for (const line of linesOf(text)) {
      if (!options.has("f")) out += `${[...line].filter((_, i) => keep(i + 1)).join("")}\n`;
      else if (!line.includes(delimiter)) out += options.has("s") ? "" : `${line}\n`;
      else
        out += `${line
          .split(delimiter)
          .filter((_, i) => keep(i + 1))
          .join(joiner)}\n`;
    }
    yield* print(process, out);
  });
};

/** The characters of a tr set, with ranges, classes and escapes. */
function expandSet(text: string): string {
  const plain = text.replace(/\[:([a-z]+):\]/g, (whole, name: string) => {
    const ranges = classRanges(name);
    return ranges === undefined ? whole : ranges.map(([low, high]) => span(low, high)).join("");
  });
  const source = readEscapes(plain, false).text;
  let out = "";
  for (let i = 0; i < source.length; i++) {
    const end = source[i + 2];
    if (source[i + 1] === "-" && end !== undefined && end >= source[i]!) {
      out += span(source[i]!, end);
      i += 2;
    } else out += source[i];
  }
  return out;
}

function span(low: string, high: string): string {
  let out = "";
  for (let c = low.charCodeAt(0); c <= high.charCodeAt(0); c++) out += String.fromCharCode(c);
  return out;
}

export const tr: Applet = function* (process, args) {
  const options = parseOptions(args, "dscCt", { delete: "d", "squeeze-repeats": "s", complement: "c" });
  if (options.bad !== undefined) return yield* badOption(process, "tr", options.bad);
  const [first, second] = options.rest;
  if (first === undefined || (second === undefined && !options.has("d") && !options.has("s")))
    return yield* usage(
      process,
      "tr",
      first === undefined ? "missing operand" : `missing operand after '${first}'`,
      "tr [-cds] STRING1 [STRING2]",
    );
  const set = expandSet(first);
  const complement = options.has("c") || options.has("C");
  const inFirst = (c: string): boolean => set.includes(c) !== complement;
  const target = expandSet(second ?? "");
  const map = (c: string): string => {
    if (target === "" || !inFirst(c)) return c;
    return complement ? target[target.length - 1]! : (target[set.lastIndexOf(c)] ?? target[target.length - 1]!);
  };
  const squeezed = options.has("d") || second !== undefined ? (c: string) => target.includes(c) : inFirst;
  let last = "";
  for (;;) {
    const data = yield* process.read(0);
    if (data === "") return 0;
    let out = "";
    for (const c of data) {
      if (options.has("d") && inFirst(c)) continue;
      const mapped = options.has("d") ? c : map(c);
      if (options.has("s") && mapped === last && squeezed(mapped)) continue;
      out += mapped;
      last = mapped;
    }
    if (process.tick(1 + (data.length >> 8))) yield* process.pause();
    yield* print(process, out);
  }
};

export const paste: Applet = function* (process, args) {
  const options = parseOptions(args, "d:s", { "delimiters=": "d", serial: "s" });
  const delimiter = readEscapes(options.value("d") ?? "\t", false).text;
  const inputs: string[][] = [];
  const status = yield* eachInput(process, "paste", options.rest, function* (text) {
    inputs.push(linesOf(text));
    yield* process.pause();
  });
  if (options.has("s")) yield* print(process, inputs.map((lines) => `${lines.join(delimiter)}\n`).join(""));
  else {
    const rows = Math.max(0, ...inputs.map((lines) => lines.length));
    for (let i = 0; i < rows; i++) yield* print(process, `${inputs.map((lines) => lines[i] ?? "").join(delimiter)}\n`);
  }
  return status;
};

export const fold: Applet = function* (process, args) {
  const options = parseOptions(
    args.map((arg) => (/^-\d+$/.test(arg) ? `-w${arg.slice(1)}` : arg)),
    "w:sb",
    { "width=": "w" },
  );
  const width = Math.max(1, Number(options.value("w") ?? 80) || 80);
  return yield* eachInput(process, "fold", options.rest, function* (text) {
    let out = "";
    for (let line of linesOf(text)) {
      while (line.length > width) {
        const space = options.has("s") ? line.lastIndexOf(" ", width - 1) : -1;
        const at = space > 0 ? space + 1 : width;
        out += `${line.slice(0, at)}\n`;
        line = line.slice(at);
      }
      out += `${line}\n`;
    }
    yield* print(process, out);
  });
};

/** cmp and diff: whether two files differ, and how. */
export function compareApplet(name: "cmp" | "diff"): Applet {
  return function* (process, args) {
    const [a, b] = args.filter((arg) => !/^-[a-zA-Z]+$/.test(arg));
    if (a === undefined || b === undefined)
      return yield* usage(process, name, `missing operand after '${a ?? name}'`, `${name} FILE1 FILE2`);
    const texts: string[] = [];
    for (const file of [a, b]) {
      try {
        texts.push(file === "-" ? yield* process.readAll(0) : yield* process.slurp(file));
      } catch (caught) {
        yield* complain(process, name, openFailure(process, file, errnoOf(caught)));
        return 2;
      }
    }
    if (texts[0] === texts[1]) return 0;
    if (name === "cmp") {
      let i = 0;
      while (texts[0]![i] === texts[1]![i]) i++;
      const line = texts[0]!.slice(0, i).split("\n").length;
      yield* print(process, `${a} ${b} differ: ${isGnu(process) ? "byte" : "char"} ${i + 1}, line ${line}\n`);
    } else if (args.includes("-q")) yield* print(process, `Files ${a} and ${b} differ\n`);
    else
      yield* print(
        process,
        isGnu(process) && !args.includes("-u")
          ? normalDiff(linesOf(texts[0]!), linesOf(texts[1]!))
          : unifiedDiff(a, b, linesOf(texts[0]!), linesOf(texts[1]!)),
      );
    return 1;
  };
}

/** The common beginning and end of two lists of lines: what lies between is one change. */
function between(a: readonly string[], b: readonly string[]): { start: number; endA: number; endB: number } {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  return { start, endA: a.length - end, endB: b.length - end };
}

function normalDiff(a: readonly string[], b: readonly string[]): string {
  const { start, endA, endB } = between(a, b);
  const range = (from: number, to: number): string =>
    to - from <= 1 ? String(Math.max(from + (to > from ? 1 : 0), 0)) : `${from + 1},${to}`;
  const kind = endA === start ? "a" : endB === start ? "d" : "c";
  let out = `${range(start, endA)}${kind}${range(start, endB)}\n`;
  for (const line of a.slice(start, endA)) out += `< ${line}\n`;
  if (kind === "c") out += "---\n";
  for (const line of b.slice(start, endB)) out += `> ${line}\n`;
  return out;
}

function unifiedDiff(nameA: string, nameB: string, a: readonly string[], b: readonly string[]): string {
  const { start, endA, endB } = between(a, b);
  const from = Math.max(0, start - 3);
  const toA = Math.min(a.length, endA + 3);
  const toB = Math.min(b.length, endB + 3);
  const range = (to: number): string =>
    to - from === 1 ? String(from + 1) : `${to === from ? from : from + 1},${to - from}`;
  let out = `--- ${nameA}\n+++ ${nameB}\n@@ -${range(toA)} +${range(toB)} @@\n`;
  for (const line of a.slice(from, start)) out += ` ${line}\n`;
  for (const line of a.slice(start, endA)) out += `-${line}\n`;
  for (const line of b.slice(start, endB)) out += `+${line}\n`;
  for (const line of a.slice(endA, toA)) out += ` ${line}\n`;
  return out;
}

export const base64: Applet = function* (process, args) {
  const options = parseOptions(args, "diDw:", { decode: "d", "wrap=": "w", "ignore-garbage": "i" });
  if (options.bad !== undefined) return yield* badOption(process, "base64", options.bad);
  const width = Number(options.value("w") ?? 76);
  let status = 0;
  const read = yield* eachInput(process, "base64", options.rest, function* (text) {
    if (options.has("d") || options.has("D")) {
      const clean = text.replace(/\s/g, "");
      const valid = /^[A-Za-z0-9+/]*={0,2}$/.test(clean);
      yield* print(process, Buffer.from(clean, "base64").toString("latin1"));
      if (valid && clean.length % 4 === 0) return;
      yield* complain(process, "base64", isGnu(process) ? "invalid input" : "truncated input");
      status = 1;
      return;
    }
    const encoded = Buffer.from(text, "latin1").toString("base64");
    const lines = width > 0 ? (encoded.match(new RegExp(`.{1,${Math.min(width, 32_000)}}`, "g")) ?? []) : [encoded];
    yield* print(process, lines.join("\n") + (width > 0 && encoded !== "" ? "\n" : ""));
  });
  return Math.max(status, read);
};

/** md5sum, sha1sum and sha256sum. */
export function hashApplet(name: string, digest: (text: string) => string): Applet {
  return function* (process, args) {
    const options = parseOptions(args, "bctsw", { check: "c" });
    if (options.has("c")) {
      yield* complain(process, name, "checking sums is not simulated");
      return 1;
    }
    let status = 0;
    for (const file of options.rest.length === 0 ? ["-"] : options.rest) {
      try {
        const text = file === "-" ? yield* process.readAll(0) : yield* process.slurp(file);
        yield* print(process, `${digest(text)}  ${file}\n`);
      } catch (caught) {
        const errno = errnoOf(caught);
        yield* complain(
          process,
          name,
          isGnu(process) ? `${file}: ${strerror(errno)}` : `can't open '${file}': ${strerror(errno)}`,
        );
        status = 1;
      }
    }
    return status;
  };
}
