import fs from "node:fs";
import type { JsonObject } from "../machinery/object.ts";
import { onFile } from "../machinery/system-error.ts";

/** A state file that cannot be read as one: names the file, the line and what is wrong there. */
export class StateFileError extends Error {
  constructor(file: string, line: number, problem: string) {
    super(`${file}: line ${line}: ${problem}`);
    this.name = "StateFileError";
  }
}

/** Files up to this size are read whole; larger ones by positioned reads of the lines that are asked for. */
const READ_WHOLE_BYTES = 8 * 1024 * 1024;
/** How much one positioned read fetches. */
const WINDOW_BYTES = 64 * 1024;
/** A longer line is remembered, and its key is looked for in so much of it. */
const LONG_LINE_BYTES = 8192;
const NEWLINE = 10;

/** The first key of every file: it sorts before "/…" keys and holds the header. */
const HEADER_KEY = "!drykube";
/** The last key of every file: it sorts after all others, so that every line before it ends with a comma. */
const END_KEY = "~end";
const END_LINE = `"${END_KEY}":{}`;
/** How every file begins and ends. */
const START = `{\n"${HEADER_KEY}":`;
const END = `\n${END_LINE}\n}`;
/** How much of the end is looked at: its last lines, and what an editor may have put behind them. */
const TAIL_BYTES = 64;

interface Line {
  readonly start: number;
  /** The offset of the newline. */
  readonly end: number;
  readonly key: string;
}

/**
 * One JSON document, framed so that it need not be parsed whole: an object with one `"key":value` a line, keys in
 * code-unit order. A key is found by binary search over byte offsets, a prefix is one range of lines.
 */
export class LineFile {
  readonly header: JsonObject;
  readonly size: number;
  readonly #path: string;
  readonly #fd: number;
  readonly #whole: Buffer | undefined;
  #window: Buffer = Buffer.alloc(0);
  #windowStart = 0;
  /** Where long lines begin and end, as far as a search has met them: looking for their ends is what costs. */
  readonly #long = new Map<number, number>();

  private constructor(path: string, fd: number, size: number) {
    this.#path = path;
    this.#fd = fd;
    this.size = size;
    this.#whole = size <= READ_WHOLE_BYTES ? readFully(fd, 0, size) : undefined;
    if (this.#bytes(0, Math.min(size, START.length)).toString("latin1") !== START)
      throw new StateFileError(path, 1, "not a drykube state file");
    this.header = this.#parse(this.#lineAt(2)!);
    // Lines that were cut off would otherwise look like records that never were.
    const end = this.#bytes(Math.max(0, size - TAIL_BYTES), size)
      .toString("latin1")
      .trimEnd();
    if (!end.endsWith(END)) throw this.#damaged(size, `cut off: the last line is not ${END_LINE}`);
  }

  /** Opens a file; undefined where there is none. */
  static open(path: string): LineFile | undefined {
    let fd: number;
    try {
      // Without waiting: a pipe of that name would wait for its writer for ever.
      fd = fs.openSync(path, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
    try {
      return onFile(path, () => new LineFile(path, fd, fs.fstatSync(fd).size));
    } catch (error) {
      fs.closeSync(fd);
      throw error;
    }
  }

  close(): void {
    fs.closeSync(this.#fd);
  }

  /** Identifies the file behind the path, to notice a replacement. */
  identity(): string {
    return identityOf(fs.fstatSync(this.#fd));
  }

  get(key: string): JsonObject | undefined {
    const line = this.#lowerBound(key);
    return line?.key === key ? this.#parse(line) : undefined;
  }

  /** The records whose keys begin with `prefix`, in order. The range is parsed in one go: it is most of what a listing costs. */
  entries(prefix: string): readonly (readonly [string, JsonObject])[] {
    const text = this.#range(prefix);
    if (text === "") return [];
    try {
      return Object.entries(JSON.parse(`{${text}}`) as Record<string, JsonObject>);
    } catch {
      let line = this.#lowerBound(prefix);
      // Which one it is: the first that cannot be read alone.
      for (; line?.key.startsWith(prefix); line = this.#lineAt(line.end + 1)) this.#parse(line);
      throw this.#damaged(this.#lowerBound(prefix)?.start ?? 0, `the records under ${prefix} are damaged`);
    }
  }

  /** The keys and raw lines ("\"key\":value", no comma) that begin with `prefix`, in order. */
  *lines(prefix: string): IterableIterator<readonly [string, string]> {
    for (
      let line = this.#lowerBound(prefix);
      line?.key.startsWith(prefix) && line.key !== END_KEY;
      line = this.#lineAt(line.end + 1)
    )
      if (line.key !== HEADER_KEY) yield [line.key, this.#textOf(line)];
  }

  /** The first key that begins with `prefix`. */
  firstKey(prefix: string): string | undefined {
    for (const [key] of this.lines(prefix)) return key;
    return undefined;
  }

  /** The text of the records under a prefix, joined by commas. */
  #range(prefix: string): string {
    const from = this.#lowerBound(prefix === "" ? "/" : prefix);
    if (from === undefined || !from.key.startsWith(prefix) || from.key === END_KEY) return "";
    const to = this.#lowerBound(prefix === "" ? END_KEY : `${prefix}\uffff`);
    const text = this.#bytes(from.start, to?.start ?? this.size).toString("utf8");
    return text.slice(0, text.lastIndexOf(","));
  }

  /** The first line whose key is not below `key`. */
  #lowerBound(key: string): Line | undefined {
    let low = 2;
    let high = this.size;
    let found: Line | undefined;
    while (low < high) {
      const middle = (low + high) >> 1;
      const line = this.#lineAt(this.#lineStart(middle));
      if (line === undefined) {
        high = middle;
        continue;
      }
      if (line.key < key) low = line.end + 1;
      else {
        found = line;
        high = Math.min(line.start, middle);
      }
    }
    return found;
  }

  /** The start of the line that the byte at `offset` is in. */
  #lineStart(offset: number): number {
    for (const [start, end] of this.#long) if (offset >= start && offset <= end) return start;
    for (let end = offset; end > 2; ) {
      const from = Math.max(2, end - 4096);
      const at = this.#bytes(from, end).lastIndexOf(NEWLINE);
      if (at >= 0) return from + at + 1;
      end = from;
    }
    return 2;
  }

  #lineAt(start: number): Line | undefined {
    if (start >= this.size) return undefined;
    let end = this.#long.get(start) ?? -1;
    for (let length = LONG_LINE_BYTES; end < 0; length *= 4) {
      const chunk = this.#bytes(start, Math.min(this.size, start + length));
      const at = chunk.indexOf(NEWLINE);
      if (at >= 0) end = start + at;
      else if (start + length >= this.size) end = this.size;
    }
    if (end - start > LONG_LINE_BYTES) this.#long.set(start, end);
    // A search asks for keys only, and a record can be megabytes of a file's content.
    const head = this.#bytes(start, Math.min(end, start + LONG_LINE_BYTES)).toString("utf8");
    if (head === "}" || head === "") return undefined;
    const key = keyOf(head) ?? keyOf(this.#bytes(start, end).toString("utf8"));
    if (key === undefined)
      throw this.#damaged(start, `no key where a record should begin: ${JSON.stringify(head.slice(0, 60))}`);
    return { start, end, key };
  }

  /** "\"key\":value", without the comma. */
  #textOf({ start, end }: Line): string {
    const raw = this.#bytes(start, end).toString("utf8");
    return raw.endsWith(",") ? raw.slice(0, -1) : raw;
  }

  #parse(line: Line): JsonObject {
    let value: unknown;
    try {
      value = JSON.parse(this.#textOf(line).slice(JSON.stringify(line.key).length + 1));
    } catch {
      // Reported below.
    }
    if (typeof value !== "object" || value === null)
      throw this.#damaged(line.start, `the record ${line.key} is damaged`);
    return value as JsonObject;
  }

  /** The error for what is wrong at an offset. Counting the lines up to there is for this alone. */
  #damaged(offset: number, problem: string): StateFileError {
    let number = 1;
    for (let from = 0; from < offset; from += WINDOW_BYTES)
      for (const byte of this.#bytes(from, Math.min(offset, from + WINDOW_BYTES))) if (byte === NEWLINE) number++;
    return new StateFileError(this.#path, number, problem);
  }

  #bytes(from: number, to: number): Buffer {
    if (this.#whole !== undefined) return this.#whole.subarray(from, to);
    const end = this.#windowStart + this.#window.length;
    if (from < this.#windowStart || to > end) {
      this.#windowStart = Math.max(0, from - WINDOW_BYTES / 4);
      this.#window = readFully(
        this.#fd,
        this.#windowStart,
        Math.min(this.size, Math.max(to, this.#windowStart + WINDOW_BYTES)),
      );
    }
    return this.#window.subarray(from - this.#windowStart, to - this.#windowStart);
  }
}

/** What changes when a file is replaced. */
export function identityOf(stat: fs.Stats): string {
  return `${stat.ino}:${stat.mtimeMs}:${stat.size}`;
}

/** The text of a file: `lines` are "\"key\":value" in key order. Written by {@link encodeLine}. */
export function* encodeLineFile(header: JsonObject, lines: Iterable<string>): IterableIterator<string> {
  yield `{\n${encodeLine(HEADER_KEY, header)},\n`;
  for (const line of lines) yield `${line},\n`;
  yield `${encodeLine(END_KEY, {})}\n}\n`;
}

export function encodeLine(key: string, value: JsonObject): string {
  return `${JSON.stringify(key)}:${JSON.stringify(value)}`;
}

function keyOf(text: string): string | undefined {
  if (text.charCodeAt(0) === 0x22) {
    for (let at = text.indexOf('"', 1); at > 0; at = text.indexOf('"', at + 1)) {
      if (text.charCodeAt(at - 1) === 0x5c) continue;
      const raw = text.slice(1, at);
      return raw.includes("\\") ? unescaped(raw) : raw;
    }
  }
  return undefined;
}

function unescaped(raw: string): string | undefined {
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return undefined;
  }
}

function readFully(fd: number, from: number, to: number): Buffer {
  const buffer = Buffer.allocUnsafe(to - from);
  let filled = 0;
  while (filled < buffer.length) {
    const read = fs.readSync(fd, buffer, filled, buffer.length - filled, from + filled);
    if (read === 0) break;
    filled += read;
  }
  return buffer.subarray(0, filled);
}
