import { createInflate } from "node:zlib";
import { headerDictionary } from "./dictionary.ts";

/** Headers of a stream may unfold to so many bytes. */
const MAX_HEADER_BYTES = 256 * 1024;

/** Unfolds the header blocks of a connection, which share one compression context: in their order, one after the other. */
export interface HeaderReader {
  read(block: Uint8Array): Promise<Record<string, string>>;
  close(): void;
}

export function createHeaderReader(): HeaderReader {
  const inflate = createInflate({ dictionary: headerDictionary() });
  let chunks: Buffer[] = [];
  let size = 0;
  let failure: Error | undefined;
  let reject: ((error: Error) => void) | undefined;
  inflate.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_HEADER_BYTES) inflate.destroy(new Error("spdy: headers too large"));
    else chunks.push(chunk);
  });
  inflate.on("error", (error) => {
    failure = error;
    reject?.(error);
  });
  return {
    async read(block) {
      if (failure !== undefined) throw failure;
      chunks = [];
      size = 0;
      await new Promise<void>((resolve, refuse) => {
        reject = refuse;
        inflate.write(block, () => inflate.flush(() => resolve()));
      });
      return parseHeaders(Buffer.concat(chunks));
    },
    close: () => inflate.destroy(),
  };
}

function parseHeaders(block: Buffer): Record<string, string> {
  const headers: Record<string, string> = Object.create(null);
  let at = 0;
  const word = (): string => {
    const length = block.readUInt32BE(at);
    if (at + 4 + length > block.length) throw new Error("spdy: header block cut off");
    const text = block.toString("latin1", at + 4, at + 4 + length);
    at += 4 + length;
    return text;
  };
  const count = block.readUInt32BE(0);
  at = 4;
  for (let i = 0; i < count; i++) {
    const name = word();
    headers[name.toLowerCase()] = word();
  }
  return headers;
}

/** An empty stored block: what Go's reader waits for before it hands out what came before. */
const FLUSH = Buffer.from([0, 0, 0, 0xff, 0xff]);

/** Header blocks without compression, in the form that the other side unfolds: zlib's head once, then a stored block each. */
export function createHeaderWriter(): (headers: Readonly<Record<string, string>>) => Buffer {
  let head: Buffer = Buffer.from([0x78, 0x01]);
  return (headers) => {
    const entries = Object.entries(headers).flat();
    const count = Buffer.alloc(4);
    count.writeUInt32BE(entries.length / 2);
    const body = Buffer.concat([count, ...entries.flatMap((text) => [lengthOf(text), Buffer.from(text, "latin1")])]);
    const stored = Buffer.alloc(5);
    stored.writeUInt16LE(body.length, 1);
    stored.writeUInt16LE(~body.length & 0xffff, 3);
    const block = Buffer.concat([head, stored, body, FLUSH]);
    head = Buffer.alloc(0);
    return block;
  };
}

function lengthOf(text: string): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(text.length);
  return bytes;
}
