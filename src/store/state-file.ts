import fs from "node:fs";
import path from "node:path";
import type { JsonObject } from "../machinery/object.ts";
import { isSystemError, onFile } from "../machinery/system-error.ts";
import { encodeEntry, type JournalEntry, readJournal } from "./journal.ts";
import { type KeyValueState, STATE_FORMAT, type StateMeta } from "./key-value-state.ts";
import { encodeLine, encodeLineFile, identityOf, LineFile, StateFileError } from "./line-file.ts";
import { makeDirectory } from "./make-directory.ts";
import { SortedMap } from "./sorted-map.ts";

/** A journal longer than this, or than an eighth of the file, is folded into the file. Every process parses the journal, so it stays short. */
const FOLD_BYTES = 128 * 1024;

/** A state on disk: `state.json` (line-framed) and `journal-GENERATION.jsonl` beside it. Reading needs no lock; `commit` must hold it. */
export interface FileState extends KeyValueState {
  /** The keys that other processes wrote since the last look, with what was there before. Throws away nothing: there must be no open transaction. */
  refresh(): ReadonlyMap<string, JsonObject | undefined>;
  close(): void;
}

/** A state of another build. */
export class StateFormatError extends Error {
  constructor(file: string, format: unknown) {
    super(
      `${file} has format ${String(format)}, this drykube reads ${STATE_FORMAT}: it was written by another version`,
    );
    this.name = "StateFormatError";
  }
}

/** There is no state in a directory, or no longer. */
export class StateGoneError extends Error {
  constructor(directory: string) {
    super(`there is no cluster in ${directory}: create one with 'drykube cluster create'`);
    this.name = "StateGoneError";
  }
}

/** Opens the state in a directory; undefined where there is none yet. Throws StateFileError where a file is damaged. */
export function openStateFile(directory: string): FileState | undefined {
  const base = LineFile.open(path.join(directory, "state.json"));
  return base && fileState(directory, base);
}

/** Creates an empty state in a directory, which must hold none and be locked. */
export function createStateFile(
  directory: string,
  meta: Omit<StateMeta, "format" | "revision" | "sequence">,
): FileState {
  makeDirectory(directory);
  writeLineFile(directory, 1, { format: STATE_FORMAT, revision: 1, sequence: 0, ...meta }, []);
  return openStateFile(directory)!;
}

function journalPath(directory: string, generation: number): string {
  return path.join(directory, `journal-${generation}.jsonl`);
}

/** `null` marks a record that the journal or this process deleted. */
type Overlay = SortedMap<JsonObject | null>;

function fileState(directory: string, first: LineFile): FileState {
  let base = first;
  let overlay: Overlay = new SortedMap();
  let parsed = new Map<string, JsonObject>();
  let listings = new Map<string, readonly string[]>();
  let pending = new Map<string, JsonObject | null>();
  let meta = {} as StateMeta;
  let metaChanged = false;
  let generation = 0;
  let journalEnd = 0;

  const load = (): void => {
    for (;;) {
      const { generation: found, ...header } = checkedHeader(path.join(directory, "state.json"), base.header);
      generation = found;
      meta = header;
      overlay = new SortedMap();
      parsed = new Map();
      listings = new Map();
      journalEnd = 0;
      readOn();
      // A writer may have folded the journal between our two reads; then the file behind the path is another.
      const file = path.join(directory, "state.json");
      const present = fs.statSync(file, { throwIfNoEntry: false });
      if (present !== undefined && identityOf(present) === base.identity()) return;
      const newer = LineFile.open(file);
      if (newer === undefined) throw new StateGoneError(directory);
      base.close();
      base = newer;
    }
  };

  /** Takes in what the journal has beyond what we know. */
  const readOn = (): Map<string, JsonObject | undefined> => {
    const touched = new Map<string, JsonObject | undefined>();
    const { entries, end } = readJournal(journalPath(directory, generation), journalEnd);
    for (const entry of entries) {
      for (const [key, value] of Object.entries(entry.set)) {
        if (!touched.has(key)) touched.set(key, get(key));
        overlay.set(key, value);
      }
      meta = entry.meta;
    }
    journalEnd = Math.max(end, journalEnd);
    return touched;
  };

  const get = (key: string): JsonObject | undefined => {
    const written = overlay.get(key);
    if (written !== undefined) return written ?? undefined;
    let value = parsed.get(key);
    if (value === undefined) {
      value = base.get(key);
      if (value !== undefined) parsed.set(key, value);
    }
    return value;
  };

  /** The base's keys under a prefix. A listing wants the values next, so they are kept: a search for each would cost far more. */
  const listed = (prefix: string): readonly string[] => {
    const known = listings.get(prefix);
    if (known !== undefined) return known;
    const found = base.entries(prefix).map(([key, value]) => {
      if (!parsed.has(key)) parsed.set(key, value);
      return key;
    });
    listings.set(prefix, found);
    return found;
  };

  const keys = (prefix: string): readonly string[] => {
    const ours = overlay.keysWithPrefix(prefix);
    const theirs = listed(prefix);
    return ours.length === 0 ? theirs : merge(theirs, ours).filter((key) => overlay.get(key) !== null);
  };

  const append = (entry: JournalEntry): void => {
    const file = journalPath(directory, generation);
    const fd = fs.openSync(file, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600);
    try {
      journalEnd = onFile(file, () => writeEntry(fd, journalEnd, entry));
    } finally {
      fs.closeSync(fd);
    }
  };

  const fold = (): void => {
    writeLineFile(directory, generation + 1, meta, foldedLines(base, overlay));
    const next = LineFile.open(path.join(directory, "state.json"))!;
    base.close();
    base = next;
    generation += 1;
    journalEnd = 0;
    listings = new Map();
    for (const key of overlay.keysWithPrefix("")) {
      const value = overlay.get(key);
      if (value) parsed.set(key, value);
      else parsed.delete(key);
    }
    overlay = new SortedMap();
    removeLeftovers(directory, generation);
  };

  load();
  return {
    get meta() {
      return meta;
    },
    get,
    keys,
    firstKey: (prefix) => {
      if (overlay.firstWithPrefix(prefix) !== undefined) return keys(prefix)[0];
      return base.firstKey(prefix);
    },
    set(key, value) {
      overlay.set(key, value ?? null);
      pending.set(key, value ?? null);
    },
    setMeta(change) {
      meta = { ...meta, ...change };
      metaChanged = true;
    },
    commit() {
      if (pending.size === 0 && !metaChanged) return;
      append({ meta, set: Object.fromEntries(pending) });
      pending = new Map();
      metaChanged = false;
      if (journalEnd <= Math.max(FOLD_BYTES, base.size / 8)) return;
      try {
        fold();
      } catch (error) {
        // The transaction is durable already; a full disk only keeps the journal long.
        if (!isSystemError(error)) throw error;
      }
    },
    refresh() {
      const file = path.join(directory, "state.json");
      const present = fs.statSync(file, { throwIfNoEntry: false });
      if (present !== undefined && identityOf(present) === base.identity()) return readOn();
      const next = LineFile.open(file);
      if (next === undefined) throw new StateGoneError(directory);
      return replaceBase(next);
    },
    close: () => base.close(),
  };

  /** Another process folded: everything is compared, once. */
  function replaceBase(next: LineFile): Map<string, JsonObject | undefined> {
    const old = new Map(keys("").map((key) => [key, get(key)!] as const));
    base.close();
    base = next;
    load();
    const touched = new Map<string, JsonObject | undefined>();
    for (const key of keys("")) {
      const before = old.get(key);
      if (before === undefined || JSON.stringify(before) !== JSON.stringify(get(key))) touched.set(key, before);
      old.delete(key);
    }
    for (const [key, before] of old) touched.set(key, before);
    return touched;
  }
}

const META_TYPES = {
  generation: "number",
  revision: "number",
  now: "number",
  clockOffsetMs: "number",
  seed: "string",
  sequence: "number",
};

/** The header of a state file, whole. */
function checkedHeader(file: string, header: JsonObject): StateMeta & { readonly generation: number } {
  if (header["format"] !== STATE_FORMAT) throw new StateFormatError(file, header["format"]);
  for (const [name, type] of Object.entries(META_TYPES))
    if (typeof header[name] !== type) throw new StateFileError(file, 2, `the header's ${name} is no ${type}`);
  return header as unknown as StateMeta & { readonly generation: number };
}

/** Writes a line at the end of the sound part of a journal, on disk when it returns, and answers with the new end. */
function writeEntry(fd: number, end: number, entry: JournalEntry): number {
  fs.ftruncateSync(fd, end);
  const text = Buffer.from(encodeEntry(entry), "utf8");
  for (let done = 0; done < text.length; ) done += fs.writeSync(fd, text, done, text.length - done, end + done);
  fs.fdatasyncSync(fd);
  return end + text.length;
}

function* foldedLines(base: LineFile, overlay: Overlay): IterableIterator<string> {
  const ours = overlay.keysWithPrefix("");
  let next = 0;
  const flushUntil = function* (limit: string | undefined): IterableIterator<string> {
    for (; next < ours.length && (limit === undefined || ours[next]! < limit); next++) {
      const value = overlay.get(ours[next]!);
      if (value) yield encodeLine(ours[next]!, value);
    }
  };
  for (const [key, line] of base.lines("")) {
    yield* flushUntil(key);
    if (ours[next] === key) continue;
    yield line;
  }
  yield* flushUntil(undefined);
}

/** Writes state.json whole: beside it first, then renamed over it, each step on disk before the next. */
function writeLineFile(directory: string, generation: number, meta: StateMeta, lines: Iterable<string>): void {
  const target = path.join(directory, "state.json");
  const temporary = `${target}.${process.pid}.tmp`;
  const fd = fs.openSync(temporary, "w", 0o600);
  try {
    onFile(temporary, () => writeAll(fd, encodeLineFile({ generation, ...meta }, lines)));
    fs.renameSync(temporary, target);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  } finally {
    fs.closeSync(fd);
  }
  syncDirectory(directory);
}

/** Writes text in large pieces, on disk when it returns. */
function writeAll(fd: number, texts: Iterable<string>): void {
  let chunk = "";
  for (const text of texts) {
    chunk += text;
    if (chunk.length < 1 << 20) continue;
    fs.writeFileSync(fd, chunk);
    chunk = "";
  }
  fs.writeFileSync(fd, chunk);
  fs.fsyncSync(fd);
}

/** What folding left behind, here or in a process that died: journals of other generations, unfinished files. */
function removeLeftovers(directory: string, generation: number): void {
  const current = path.basename(journalPath(directory, generation));
  for (const name of fs.readdirSync(directory)) {
    const journal = /^journal-\d+\.jsonl$/.test(name) && name !== current;
    if (journal || /^state\.json\.\d+\.tmp$/.test(name)) fs.rmSync(path.join(directory, name), { force: true });
  }
}

function syncDirectory(directory: string): void {
  const fd = fs.openSync(directory, "r");
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

function merge(a: readonly string[], b: readonly string[]): string[] {
  const merged: string[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (j >= b.length || (i < a.length && a[i]! < b[j]!)) merged.push(a[i++]!);
    else {
      if (a[i] === b[j]) i++;
      merged.push(b[j++]!);
    }
  }
  return merged;
}
