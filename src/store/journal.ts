import fs from "node:fs";
import type { JsonObject } from "../machinery/object.ts";
import { onFile } from "../machinery/system-error.ts";
import type { StateMeta } from "./key-value-state.ts";
import { StateFileError } from "./line-file.ts";

/** One transaction: the meta after it, and every record that it wrote (null: deleted). */
export interface JournalEntry {
  readonly meta: StateMeta;
  readonly set: Readonly<Record<string, JsonObject | null>>;
}

/** What a journal holds, and up to where it is sound: an append begins there. */
export interface JournalRead {
  readonly entries: readonly JournalEntry[];
  readonly end: number;
}

/** One line: eight hex digits of the text's CRC-32, a blank, the text. */
export function encodeEntry(entry: JournalEntry): string {
  const text = JSON.stringify(entry);
  return `${checksum(text)} ${text}\n`;
}

/**
 * Reads a journal from `offset` on. A torn last line is a write that was never acknowledged: it is left out. Any other
 * damage throws a StateFileError that names the line.
 */
export function readJournal(path: string, offset = 0): JournalRead {
  const bytes = readFrom(path, offset);
  const entries: JournalEntry[] = [];
  let end = 0;
  for (let line = 1; end < bytes.length; line++) {
    const newline = bytes.indexOf(10, end);
    if (newline < 0) break;
    const entry = decodeEntry(bytes.toString("utf8", end, newline));
    if (entry === undefined) {
      if (newline === bytes.length - 1) break;
      throw new StateFileError(path, line, offset === 0 ? "damaged" : `damaged (counted from byte ${offset})`);
    }
    entries.push(entry);
    end = newline + 1;
  }
  return { entries, end: offset + end };
}

/** The bytes of a file from `offset` on; none where there is no file. */
function readFrom(path: string, offset: number): Buffer {
  let fd: number;
  try {
    fd = fs.openSync(path, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return Buffer.alloc(0);
    throw error;
  }
  try {
    return onFile(path, () => readOpenFile(fd, offset));
  } finally {
    fs.closeSync(fd);
  }
}

function readOpenFile(fd: number, offset: number): Buffer {
  const bytes = Buffer.allocUnsafe(Math.max(0, fs.fstatSync(fd).size - offset));
  let filled = 0;
  while (filled < bytes.length) {
    const read = fs.readSync(fd, bytes, filled, bytes.length - filled, offset + filled);
    if (read === 0) break;
    filled += read;
  }
  return bytes.subarray(0, filled);
}

function decodeEntry(line: string): JournalEntry | undefined {
  const text = line.slice(9);
  if (line.slice(0, 8) !== checksum(text)) return undefined;
  return JSON.parse(text) as JournalEntry;
}

// zlib's crc32 costs 2 ms to load and Node has it only from 20.15 on.
let crcs: Uint32Array | undefined;

function checksum(text: string): string {
  crcs ??= Uint32Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    return c >>> 0;
  });
  let crc = 0xffffffff;
  for (const byte of Buffer.from(text, "utf8")) crc = crcs[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return ((crc ^ 0xffffffff) >>> 0).toString(16).padStart(8, "0");
}
