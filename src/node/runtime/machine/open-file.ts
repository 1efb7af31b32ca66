import { failure } from "./errno.ts";
import { contentOf, type FileNode, lengthOf } from "./file-nodes.ts";
import { PIPE_BYTES } from "./limits.ts";
import type { OutsideAnswer, OutsideCall } from "./outside.ts";
import type { Process } from "./process.ts";
import type { FileSystem, Found } from "./vfs.ts";

/** Processes that wait for something to happen. */
export class WaitQueue {
  readonly waiting = new Set<Process>();

  /** Lets all of them look again, at the local time of whoever made it happen. */
  wake(at: number): void {
    for (const process of [...this.waiting]) process.awake(at);
  }
}

/** Whoever reads or writes: a process, or someone outside. */
export interface Clocked {
  readonly time: number;
}

/**
 * What a file descriptor refers to. `take` answers undefined where a read would block and "" at the end of the file;
 * `put` answers how many bytes went, 0 where a write would block.
 */
export interface OpenFile {
  readonly kind: "file" | "pipe" | "null" | "zero" | "log" | "tty" | "socket" | "dir";
  refs: number;
  readonly readable?: WaitQueue;
  readonly writable?: WaitQueue;
  take(max: number, by: Clocked, line: boolean): string | undefined;
  put(data: string, by: Clocked): number;
  close(at: number): void;
  /** What must be asked before it can be read, and where the answer goes. */
  readonly call?: OutsideCall | undefined;
  receive?(answer: OutsideAnswer): void;
  /** Where a regular file is, and its position, for tail -f, ls -l /proc/self/fd and dd. */
  readonly path?: string;
}

/** The part of `data` up to `max` bytes, or up to the end of its first line. */
function piece(data: string, max: number, line: boolean): string {
  if (line) {
    const newline = data.indexOf("\n");
    return newline < 0 || newline >= max ? data.slice(0, max) : data.slice(0, newline + 1);
  }
  return data.length <= max ? data : data.slice(0, max);
}

/** One direction of bytes between processes. */
export class Pipe {
  buffer = "";
  readers = 0;
  writers = 0;
  readonly readable = new WaitQueue();
  readonly writable = new WaitQueue();

  take(max: number, by: Clocked, line: boolean): string | undefined {
    if (this.buffer === "") return this.writers === 0 ? "" : undefined;
    if (line && this.writers > 0 && this.buffer.length < max && !this.buffer.includes("\n")) return undefined;
    const data = piece(this.buffer, max, line);
    this.buffer = this.buffer.slice(data.length);
    this.writable.wake(by.time);
    return data;
  }

  put(data: string, by: Clocked): number {
    if (this.readers === 0) throw failure("EPIPE");
    const room = PIPE_BYTES - this.buffer.length;
    if (room <= 0) return 0;
    const part = data.length <= room ? data : data.slice(0, room);
    this.buffer += part;
    this.readable.wake(by.time);
    return part.length;
  }

  /** The two ends as descriptors' targets. */
  ends(): [OpenFile, OpenFile] {
    this.readers = 1;
    this.writers = 1;
    const { readable, writable } = this;
    const reader: OpenFile = {
      kind: "pipe",
      refs: 0,
      readable,
      take: (max, by, line) => this.take(max, by, line),
      put: () => {
        throw failure("EBADF");
      },
      close: (at) => {
        this.readers = 0;
        writable.wake(at);
      },
    };
    const writer: OpenFile = {
      kind: "pipe",
      refs: 0,
      writable,
      take: () => {
        throw failure("EBADF");
      },
      put: (data, by) => this.put(data, by),
      close: (at) => {
        this.writers = 0;
        readable.wake(at);
      },
    };
    return [reader, writer];
  }
}

/** Two pipes as one connected socket, seen from both sides. */
export function socketPair(): [OpenFile, OpenFile] {
  const [leftIn, rightOut] = new Pipe().ends();
  const [rightIn, leftOut] = new Pipe().ends();
  const join = (input: OpenFile, output: OpenFile): OpenFile => ({
    kind: "socket",
    refs: 0,
    readable: input.readable!,
    writable: output.writable!,
    take: input.take,
    put: output.put,
    close: (at) => {
      input.close(at);
      output.close(at);
    },
  });
  return [join(leftIn, leftOut), join(rightIn, rightOut)];
}

const MEGABYTE_OF_ZEROS = "\0".repeat(1 << 20);

/** So many zero bytes; up to a megabyte they are pieces of one string, which compare at once. */
const zeros = (length: number): string =>
  length <= MEGABYTE_OF_ZEROS.length ? MEGABYTE_OF_ZEROS.slice(0, length) : "\0".repeat(length);

/** /dev/null, /dev/zero and their like. */
export function nullFile(kind: "null" | "zero"): OpenFile {
  return {
    kind,
    refs: 0,
    take: (max) => (kind === "null" ? "" : zeros(Math.min(max, 1 << 20))),
    put: (data) => data.length,
    close: () => {},
  };
}

/** An open regular file. */
export function regularFile(
  fs: FileSystem,
  found: Found,
  node: FileNode,
  mode: { read: boolean; write: boolean; append: boolean },
): OpenFile {
  let offset = 0;
  let fetched: string | undefined;
  const text = (): string => fetched ?? node.dynamic?.() ?? node.content;
  let call = node.call;
  return {
    kind: "file",
    refs: 0,
    path: found.path,
    get call() {
      return call;
    },
    receive: (answer) => {
      call = undefined;
      fetched = answer.kind === "token" ? answer.token : "";
    },
    take: (max, _by, line) => {
      if (!mode.read) throw failure("EBADF");
      const content = text();
      const blank = fetched === undefined && node.dynamic === undefined ? (node.zeros ?? 0) : 0;
      const newline = line ? content.indexOf("\n", offset) : -1;
      const end = Math.min(offset + max, newline < 0 ? content.length : newline + 1);
      const behind = newline < 0 ? Math.min(offset + max, content.length + blank) - Math.max(end, offset) : 0;
      const data = content.slice(offset, end) + (behind > 0 ? zeros(behind) : "");
      offset += data.length;
      return data;
    },
    put: (data) => {
      if (!mode.write) throw failure("EBADF");
      if (mode.append) offset = lengthOf(node);
      writeAt(fs, node, found, offset, data);
      offset += data.length;
      return data.length;
    },
    close: () => {},
  };
}

const BLANK = 4096;

/** Whether a piece is worth nothing but its length. */
const isBlank = (data: string): boolean => data.length >= BLANK && data === zeros(data.length);

/** write(2) at a place. What is long and blank, or beyond what is kept of a file, only makes it longer. */
function writeAt(fs: FileSystem, node: FileNode, found: Found, offset: number, data: string): void {
  const old = node.content;
  const length = lengthOf(node);
  if (node.onWrite === undefined && offset > old.length && offset <= length && node.zeros !== undefined) {
    fs.grow(node, offset + data.length - length, found);
  } else if (
    node.onWrite === undefined &&
    offset >= length &&
    (isBlank(data) || !fs.hasRoom(node, data.length + offset - length))
  ) {
    fs.grow(node, offset + data.length - length, found);
  } else if (offset === length) fs.setContent(node, old + data, found, data);
  else {
    const start = offset > old.length ? old + "\0".repeat(offset - old.length) : old.slice(0, offset);
    const rest = contentOf(node).slice(offset + data.length);
    fs.setContent(node, start + data + rest, found);
  }
}
