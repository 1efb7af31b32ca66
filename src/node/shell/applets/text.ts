import { errnoOf, strerror } from "../../runtime/machine/errno.ts";
import type { Node } from "../../runtime/machine/file-nodes.ts";
import type { OpenFile } from "../../runtime/machine/open-file.ts";
import type { Process, Run } from "../../runtime/machine/process.ts";
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
} from "./lib.ts";

export const cat: Applet = function* (process, args) {
  const options = parseOptions(args, "nbsEAuvetT", { number: "n", "show-all": "A", "squeeze-blank": "s" });
  if (options.bad !== undefined) return yield* badOption(process, "cat", options.bad);
  let status = 0;
  let number = 0;
  const plain = !["n", "b", "s", "E", "A", "v", "e", "t", "T"].some((c) => options.has(c));
  for (const file of options.rest.length === 0 ? ["-"] : options.rest) {
    try {
      if (file !== "-") process.attach(3, process.open(file, "r"));
      const fd = file === "-" ? 0 : 3;
      for (;;) {
        const data = plain ? yield* process.read(fd) : yield* process.readLine(fd);
        if (data === "") break;
        if (plain) yield* print(process, data);
        else {
          const blank = data === "\n";
          if (options.has("n") || (options.has("b") && !blank)) number++;
          const prefix = options.has("n") || (options.has("b") && !blank) ? `${String(number).padStart(6)}\t` : "";
          const ends = options.has("E") || options.has("A") || options.has("e");
          let text = ends ? data.replace(/\n$/, "$\n") : data;
          if (options.has("A") || options.has("T") || options.has("t")) text = text.replaceAll("\t", "^I");
          yield* print(process, prefix + text);
        }
      }
      process.close(3);
    } catch (caught) {
      const errno = errnoOf(caught);
      if (errno === "EPIPE") return 1;
      yield* complain(process, "cat", openFailure(process, file, errno));
      status = 1;
    }
  }
  return status;
};

function countOption(args: string[]): string[] {
  return args.map((arg) => (/^-\d+$/.test(arg) ? `-n${arg.slice(1)}` : arg));
}

function* headers(process: Process, file: string, many: boolean, first: boolean): Run<void> {
  if (many) yield* print(process, `${first ? "" : "\n"}==> ${file === "-" ? "standard input" : file} <==\n`);
}

export const head: Applet = function* (process, args) {
  const options = parseOptions(countOption(args), "n:c:qv", { "lines=": "n", "bytes=": "c", quiet: "q" });
  if (options.bad !== undefined) return yield* badOption(process, "head", options.bad);
  const bytes = options.value("c");
  const count = Number(bytes ?? options.value("n") ?? 10);
  let status = 0;
  let first = true;
  const files = options.rest.length === 0 ? ["-"] : options.rest;
  for (const file of files) {
    try {
      if (file !== "-") process.attach(3, process.open(file, "r"));
      yield* headers(process, file, files.length > 1 && !options.has("q"), first);
      first = false;
      const fd = file === "-" ? 0 : 3;
      if (bytes !== undefined) yield* pass(process, fd, count);
      else if (count < 0)
        yield* print(
          process,
          linesOf(yield* process.readAll(fd))
            .slice(0, count)
            .map((l) => `${l}\n`)
            .join(""),
        );
      else
        for (let i = 0; i < count; i++) {
          const line = yield* process.readLine(fd);
          if (line === "") break;
          yield* print(process, line);
        }
      process.close(3);
    } catch (caught) {
      yield* complain(process, "head", headFailure(process, file, errnoOf(caught)));
      status = 1;
    }
  }
  return status;
};

/** Hands so many bytes on as they come. */
function* pass(process: Process, fd: number, bytes: number): Run<void> {
  for (let left = bytes; left > 0; ) {
    const data = yield* process.read(fd, Math.min(left, 1 << 16));
    if (data === "") return;
    left -= data.length;
    yield* print(process, data);
    if (process.tick()) yield* process.pause();
  }
}

function headFailure(process: Process, file: string, errno: Parameters<typeof strerror>[0]): string {
  return isGnu(process) ? `cannot open '${file}' for reading: ${strerror(errno)}` : `${file}: ${strerror(errno)}`;
}

/** A file that tail looks at; without `fd` it is not there (yet). */
interface Tailed {
  readonly file: string;
  fd: OpenFile | undefined;
  node: Node | undefined;
}

export const tail: Applet = function* (process, args) {
  const options = parseOptions(countOption(args), "n:c:fFqvs:", {
    "lines=": "n",
    "bytes=": "c",
    follow: "f",
    quiet: "q",
    retry: "r",
    "follow=": "f",
    "pid=": "pid",
  });
  if (options.bad !== undefined) return yield* badOption(process, "tail", options.bad);
  const files = options.rest.length === 0 ? ["-"] : options.rest;
  const byName = options.has("F") || options.value("f") === "name" || options.has("r");
  const open: Tailed[] = [];
  let status = 0;
  for (const [i, file] of files.entries()) {
    try {
      const fd = file === "-" ? process.files.get(0)! : process.open(file, "r");
      const text = yield* drain(process, fd, options);
      yield* headers(process, file, files.length > 1 && !options.has("q"), i === 0);
      yield* print(process, text);
      open.push({ file, fd, node: nodeOf(process, file) });
    } catch (caught) {
      const why = errnoOf(caught);
      const text = isGnu(process) ? headFailure(process, file, why) : `can't open '${file}': ${strerror(why)}`;
      yield* complain(process, "tail", text);
      status = 1;
      if (byName) open.push({ file, fd: undefined, node: undefined });
    }
  }
  if (!options.has("f") && !options.has("F")) return status;
  if (open.length === 0) {
    yield* complain(process, "tail", isGnu(process) ? "no files remaining" : "no files");
    return 1;
  }
  return yield* followFiles(process, open, byName);
};

const nodeOf = (process: Process, file: string): Node | undefined => process.container.fs.peek(file, process.cwd);

/** The end of a file that is read to its end; what comes before the wanted part is dropped on the way. One without lines grows in memory until the kernel has enough of it. */
function* drain(process: Process, file: OpenFile, options: ReturnType<typeof parseOptions>): Run<string> {
  const part = (text: string): string => lastPart(text, options.value("n") ?? "10", options.value("c"));
  const fromStart = (options.value("n") ?? options.value("c") ?? "").startsWith("+");
  const resident = process.memory;
  let all = "";
  for (;;) {
    const data = file.take(1 << 16, process, false);
    if (data === undefined) yield { queues: [file.readable] };
    else if (data === "") break;
    else if (file.kind === "zero" && options.value("c") === undefined) yield* devour(process);
    else {
      all += data;
      if (all.length > KEPT_BYTES && !fromStart) all = part(all);
      if (all.length > KEPT_BYTES) process.machine.useMemory(process, resident + all.length);
      if (all.length > MOST_BYTES) yield* devour(process);
      if (process.tick(10)) yield* process.pause();
    }
  }
  if (process.memory !== resident) process.machine.useMemory(process, resident);
  return part(all);
}

const KEPT_BYTES = 1 << 20;
const MOST_BYTES = 64 << 20;

/** Takes ever more memory, as fast as a kernel can give it, until it is killed for it. */
function* devour(process: Process): Run<void> {
  for (;;) {
    yield* process.sleep(25);
    process.machine.useMemory(process, process.memory + (64 << 20));
  }
}

function lastPart(text: string, lines: string, bytes: string | undefined): string {
  if (bytes !== undefined)
    return bytes.startsWith("+") ? text.slice(Number(bytes) - 1) : text.slice(-Number(bytes) || text.length);
  if (lines.startsWith("+"))
    return text
      .split("\n")
      .slice(Math.max(0, Number(lines) - 1))
      .join("\n");
  const count = Math.abs(Number(lines));
  if (count === 0) return "";
  let at = text.endsWith("\n") ? text.length - 1 : text.length;
  for (let i = 0; i < count && at >= 0; i++) at = at === 0 ? -1 : text.lastIndexOf("\n", at - 1);
  return text.slice(at + 1);
}

/** tail -f: prints what is added; with -F it also takes up files that appear or are replaced. Waits for ever on what never ends. */
function* followFiles(process: Process, open: readonly Tailed[], byName: boolean): Run {
  const { container } = process;
  const growing = byName ? open : open.filter(({ fd }) => fd?.kind === "file" && !fd.path?.startsWith("/proc"));
  for (;;) {
    for (const entry of growing) {
      if (byName && entry.file !== "-") yield* reopen(process, entry);
      const data = entry.fd?.take(1 << 20, process, false);
      if (data !== undefined && data !== "") yield* print(process, data);
    }
    if (process.pending.length > 0) return 1;
    if (growing.length === 0) yield {};
    else yield { queues: [container.fileChanges] };
  }
}

function* reopen(process: Process, entry: Tailed): Run<void> {
  const node = nodeOf(process, entry.file);
  if (node === entry.node) return;
  const known = entry.node !== undefined;
  entry.node = node;
  try {
    entry.fd = node === undefined ? undefined : process.open(entry.file, "r");
  } catch {
    entry.fd = undefined;
  }
  const name = isGnu(process) ? `'${entry.file}'` : entry.file;
  if (entry.fd === undefined) {
    if (isGnu(process)) yield* complain(process, "tail", `${name} has become inaccessible: No such file or directory`);
  } else {
    const what = `has ${known ? "been replaced" : "appeared"};${isGnu(process) ? " " : ""} following ${isGnu(process) ? "" : "end of "}new file`;
    yield* complain(process, "tail", `${name} ${what}`);
  }
}

export const wc: Applet = function* (process, args) {
  const options = parseOptions(args, "lwcmL", { lines: "l", words: "w", bytes: "c", chars: "m" });
  if (options.bad !== undefined) return yield* badOption(process, "wc", options.bad);
  const wanted = ["l", "w", "m", "c", "L"].filter((c) => options.has(c));
  const columns = wanted.length === 0 ? ["l", "w", "c"] : wanted;
  const rows: { counts: number[]; name: string }[] = [];
  let status = 0;
  for (const file of options.rest.length === 0 ? ["-"] : options.rest) {
    try {
      if (file !== "-") process.attach(3, process.open(file, "r"));
      const counts = yield* measured(process, file === "-" ? 0 : 3, columns);
      rows.push({ counts: columns.map((c) => counts[c]!), name: options.rest.length === 0 ? "" : file });
      process.close(3);
    } catch (caught) {
      yield* complain(process, "wc", openFailure(process, file, errnoOf(caught)));
      status = 1;
    }
  }
  if (rows.length > 1)
    rows.push({ counts: columns.map((_, i) => rows.reduce((sum, row) => sum + row.counts[i]!, 0)), name: "total" });
  const largest = Math.max(0, ...rows.flatMap((row) => row.counts));
  const bare = columns.length === 1 && rows.length === 1;
  let width = bare ? 0 : String(largest).length;
  if (!bare && (!isGnu(process) || options.rest.length === 0))
    width = isGnu(process) ? 7 : columns.length === 1 ? 0 : 9;
  for (const { counts, name } of rows) {
    const cells = counts.map((n) => String(n).padStart(width)).join(isGnu(process) || columns.length === 1 ? " " : "");
    yield* print(process, `${cells}${name === "" ? "" : ` ${name}`}\n`);
  }
  return status;
};

/** Lines, words, characters, bytes and the longest line of all that comes, piece by piece. */
function* measured(process: Process, fd: number, columns: readonly string[]): Run<Readonly<Record<string, number>>> {
  const counts = { l: 0, w: 0, m: 0, c: 0, L: 0 };
  let inWord = false;
  let column = 0;
  for (;;) {
    const text = yield* process.read(fd);
    if (text === "") break;
    counts.c += text.length;
    if (process.tick()) yield* process.pause();
    if (columns.every((c) => c === "c")) continue;
    counts.m += text.replace(/[\x80-\xbf]/g, "").length;
    const words = text.split(/[ \t\n\r\v\f]+/);
    counts.w += words.filter((word) => word !== "").length - (inWord && words[0] !== "" ? 1 : 0);
    inWord = words[words.length - 1] !== "";
    const lines = text.split("\n");
    counts.l += lines.length - 1;
    for (const [i, line] of lines.entries()) {
      column = (i === 0 ? column : 0) + line.length;
      if (column > counts.L) counts.L = column;
    }
  }
  return counts;
}

export const tee: Applet = function* (process, args) {
  const options = parseOptions(args, "ai", { append: "a" });
  if (options.bad !== undefined) return yield* badOption(process, "tee", options.bad);
  let status = 0;
  let fd = 10;
  for (const file of options.rest) {
    try {
      process.attach(fd, process.open(file, options.has("a") ? "a" : "w"));
      fd++;
    } catch (caught) {
      yield* complain(process, "tee", `${file}: ${strerror(errnoOf(caught))}`);
      status = 1;
    }
  }
  for (;;) {
    const data = yield* process.read(0);
    if (data === "") return status;
    yield* print(process, data);
    for (let i = 10; i < fd; i++) yield* process.write(i, data);
  }
};

export const seq: Applet = function* (process, args) {
  const options = { width: args.includes("-w"), separator: "\n" };
  const at = args.indexOf("-s");
  if (at >= 0) options.separator = args[at + 1] ?? "";
  const numbers = args.filter((arg, i) => arg !== "-w" && i !== at && !(at >= 0 && i === at + 1));
  const bad = numbers.find((arg) => !/^[-+]?(\d+\.?\d*|\.\d+)$/.test(arg));
  if (bad !== undefined || numbers.length === 0 || numbers.length > 3) {
    if (bad === undefined) yield* complain(process, "seq", "missing operand");
    else
      yield* complain(
        process,
        "seq",
        isGnu(process) ? `invalid floating point argument: '${bad}'` : `invalid number '${bad}'`,
      );
    return 1;
  }
  const [first, step, last] =
    numbers.length === 1
      ? ["1", "1", numbers[0]!]
      : numbers.length === 2
        ? [numbers[0]!, "1", numbers[1]!]
        : (numbers as [string, string, string]);
  const decimals = Math.max(...[first, step].map((text) => text.split(".")[1]?.length ?? 0));
  if (Number(step) === 0) {
    yield* complain(process, "seq", `invalid Zero increment value: '${step}'`);
    return 1;
  }
  const width = options.width
    ? Math.max(Number(first).toFixed(decimals).length, Number(last).toFixed(decimals).length)
    : 0;
  let chunk = "";
  const count = Math.floor((Number(last) - Number(first)) / Number(step) + 1e-9);
  for (let i = 0; i <= count; i++) {
    chunk += `${i > 0 ? options.separator : ""}${(Number(first) + i * Number(step)).toFixed(decimals).padStart(width, "0")}`;
    if (chunk.length > 8192) {
      if (process.tick(50)) yield* process.pause();
      yield* print(process, chunk);
      chunk = "";
    }
  }
  if (count >= 0) yield* print(process, `${chunk}\n`);
  return 0;
};

export const yes: Applet = function* (process, args) {
  const line = `${args.length === 0 ? "y" : args.join(" ")}\n`;
  const block = line.repeat(Math.max(1, Math.floor(4096 / line.length)));
  for (;;) {
    if (process.tick(100)) yield* process.pause();
    yield* print(process, block);
  }
};

export const rev: Applet = function* (process, args) {
  return yield* eachInput(process, "rev", args, function* (text) {
    yield* print(
      process,
      linesOf(text)
        .map((line) => `${[...line].reverse().join("")}\n`)
        .join(""),
    );
  });
};

export const tac: Applet = function* (process, args) {
  return yield* eachInput(process, "tac", args, function* (text) {
    yield* print(
      process,
      linesOf(text)
        .reverse()
        .map((line) => `${line}\n`)
        .join(""),
    );
  });
};

export const nl: Applet = function* (process, args) {
  let number = 0;
  const options = parseOptions(args, "b:w:s:n:");
  return yield* eachInput(process, "nl", options.rest, function* (text) {
    const lines = linesOf(text).map((line) =>
      line === "" && options.value("b") !== "a" ? `       ${line}\n` : `${String(++number).padStart(6)}\t${line}\n`,
    );
    yield* print(process, lines.join(""));
  });
};
