import { errnoOf } from "../../runtime/machine/errno.ts";
import type { Process, Run } from "../../runtime/machine/process.ts";
import { compileRegex, type Regex, searchRegex } from "../lang/regex.ts";
import { type Applet, badOption, complain, isGnu, linesOf, openFailure, parseOptions, print, usage } from "./lib.ts";

type Options = ReturnType<typeof parseOptions>;

interface Search {
  readonly options: Options;
  readonly find: (line: string, from: number) => { start: number; end: number } | undefined;
  readonly named: boolean;
}

/** grep, egrep and fgrep. */
export function grepApplet(name: string): Applet {
  return function* (process, args): Run {
    const options = parseOptions(
      args.map((arg) => (/^-\d+$/.test(arg) ? `-C${arg.slice(1)}` : arg)),
      "EFGPivncloqsrRhHwxe:f:A:B:C:m:aLzUT",
      {
        "extended-regexp": "E",
        "fixed-strings": "F",
        "ignore-case": "i",
        "invert-match": "v",
        "line-number": "n",
        count: "c",
        quiet: "q",
        silent: "q",
        "only-matching": "o",
        recursive: "r",
        "files-with-matches": "l",
        "no-filename": "h",
        "word-regexp": "w",
        "line-regexp": "x",
        "no-messages": "s",
        "regexp=": "e",
        "after-context=": "A",
        "before-context=": "B",
        "context=": "C",
        "max-count=": "m",
        "color=": "color",
        color: "color",
        "perl-regexp": "P",
        "include=": "include",
        "line-buffered": "buf",
      },
    );
    if (options.bad !== undefined) return yield* badOption(process, name, options.bad, 2);
    const files = [...options.rest];
    const patterns = options.values("e").length > 0 ? options.values("e") : options.has("f") ? [] : files.splice(0, 1);
    if (patterns.length === 0 && !options.has("f")) {
      yield* usage(
        process,
        name,
        "",
        "grep [-HhnlLoqvsrRiwFE] [-m N] [-A|B|C N] { PATTERN | -e PATTERN... | -f FILE... } [FILE]...",
      );
      return 2;
    }
    const list = patterns.flatMap((pattern) => pattern.split("\n"));
    for (const file of options.values("f")) list.push(...linesOf(yield* process.slurp(file)));
    const find = matcher(list, options, name);
    if (typeof find === "string") {
      yield* complain(process, name, isGnu(process) ? find : `bad regex '${list[0]}': ${find}`);
      return 2;
    }
    const recursive = options.has("r") || options.has("R");
    const named = options.has("H") || (!options.has("h") && (files.length > 1 || recursive));
    return yield* searchAll(
      process,
      name,
      { options, find, named },
      files.length > 0 ? files : [recursive ? "." : "-"],
      recursive,
    );
  };
}

function matcher(patterns: readonly string[], options: Options, name: string): Search["find"] | string {
  const fixed = options.has("F") || name === "fgrep";
  const ignoreCase = options.has("i");
  const finders: ((line: string, from: number) => { start: number; end: number } | undefined)[] = [];
  for (const pattern of patterns) {
    if (fixed) {
      const needle = ignoreCase ? pattern.toLowerCase() : pattern;
      finders.push((line, from) => {
        const start = (ignoreCase ? line.toLowerCase() : line).indexOf(needle, from);
        return start < 0 ? undefined : { start, end: start + needle.length };
      });
      continue;
    }
    const extended = options.has("E") || options.has("P") || name === "egrep";
    const regex = compileRegex(pattern, { extended, ignoreCase, perl: options.has("P") });
    if (typeof regex === "string") return regex;
    finders.push((line, from) => searchRegex(regex as Regex, line, from));
  }
  const isWord = (c: string | undefined): boolean => c !== undefined && /\w/.test(c);
  const fits = (line: string, hit: { start: number; end: number }): boolean => {
    if (options.has("x")) return hit.start === 0 && hit.end === line.length;
    return !options.has("w") || (!isWord(line[hit.start - 1]) && !isWord(line[hit.end]));
  };
  return (line, from) => {
    let best: { start: number; end: number } | undefined;
    for (const finder of finders)
      for (
        let hit = finder(line, from);
        hit !== undefined;
        hit = hit.start < line.length ? finder(line, hit.start + 1) : undefined
      )
        if (fits(line, hit)) {
          if (best === undefined || hit.start < best.start || (hit.start === best.start && hit.end > best.end))
            best = hit;
          break;
        }
    return best;
  };
}

function* searchAll(process: Process, name: string, search: Search, files: readonly string[], recursive: boolean): Run {
  const { fs } = process.container;
  const { options } = search;
  let found = false;
  let failed = false;
  for (const file of files) {
    const node = file === "-" ? undefined : fs.peek(file, process.cwd, process.who);
    if (node?.type === "dir") {
      if (recursive) {
        const inner = fs.list(node).map((child) => `${file.replace(/\/$/, "")}/${child}`);
        const status = yield* searchAll(process, name, search, inner, true);
        found ||= status === 0;
      } else if (!options.has("s"))
        yield* complain(process, name, isGnu(process) ? `${file}: Is a directory` : `${file}: Is a directory`);
      continue;
    }
    try {
      found = (yield* searchFile(process, search, file)) || found;
      if (found && options.has("q")) return 0;
    } catch (caught) {
      const errno = errnoOf(caught);
      if (errno === "EPIPE") return 2;
      if (!options.has("s"))
        yield* complain(
          process,
          name,
          isGnu(process)
            ? openFailure(process, file, errno)
            : openFailure(process, file, errno).replace(/^can't open '(.*)': /, "$1: "),
        );
      failed = true;
    }
  }
  return failed && !(found && options.has("q")) ? 2 : found ? 0 : 1;
}

/** Searches one file line by line, so that it also works on a pipe that goes on. */
function* searchFile(process: Process, search: Search, file: string): Run<boolean> {
  const { options, find, named } = search;
  if (file !== "-") process.attach(9, process.open(file, "r"));
  const fd = file === "-" ? 0 : 9;
  const label = file === "-" ? "(standard input)" : file;
  const after = Number(options.value("A") ?? options.value("C") ?? 0);
  const before = Number(options.value("B") ?? options.value("C") ?? 0);
  const most = Number(options.value("m") ?? Number.POSITIVE_INFINITY);
  const context: string[] = [];
  let count = 0;
  let number = 0;
  let tail = 0;
  let shown = 0;
  const prefix = (n: number, mark: string): string =>
    (named ? label + mark : "") + (options.has("n") ? `${n}${mark}` : "");
  for (;;) {
    const data = yield* process.readLine(fd);
    if (data === "") break;
    number++;
    if (process.tick()) yield* process.pause();
    const line = data.endsWith("\n") ? data.slice(0, -1) : data;
    const hit = find(line, 0);
    if ((hit !== undefined) !== options.has("v")) {
      count++;
      if (options.has("q")) break;
      if (!options.has("c") && !options.has("l") && !options.has("L")) {
        if ((before > 0 || after > 0) && shown > 0 && shown < number - 1 - context.length)
          yield* print(process, "--\n");
        for (const [i, old] of context.entries())
          yield* print(process, `${prefix(number - context.length + i, "-")}${old}\n`);
        context.length = 0;
        yield* print(
          process,
          options.has("o") && hit !== undefined
            ? onlyMatches(search, line, prefix(number, ":"))
            : `${prefix(number, ":")}${line}\n`,
        );
        tail = after;
        shown = number;
      }
      if (count >= most) break;
    } else if (tail > 0) {
      tail--;
      shown = number;
      yield* print(process, `${prefix(number, "-")}${line}\n`);
    } else if (before > 0) {
      context.push(line);
      if (context.length > before) context.shift();
    }
  }
  process.close(9);
  if (options.has("c")) yield* print(process, `${named ? `${label}:` : ""}${count}\n`);
  if (options.has("l") ? count > 0 : options.has("L") && count === 0) yield* print(process, `${label}\n`);
  return count > 0;
}

function onlyMatches(search: Search, line: string, prefix: string): string {
  let out = "";
  for (let at = 0; at <= line.length; ) {
    const hit = search.find(line, at);
    if (hit === undefined) break;
    if (hit.end > hit.start) out += `${prefix}${line.slice(hit.start, hit.end)}\n`;
    at = hit.end > at ? hit.end : at + 1;
  }
  return out;
}
