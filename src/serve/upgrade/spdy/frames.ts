/** The control frames that matter here. */
export const SYN_STREAM = 1;
export const SYN_REPLY = 2;
export const RST_STREAM = 3;
export const PING = 6;
export const GOAWAY = 7;
export const WINDOW_UPDATE = 9;

/** The sender will send no more on this stream. */
export const FLAG_FIN = 1;

const VERSION = 3;
const HEAD_BYTES = 8;
/** A longer control frame is refused: headers of streams are a few words. */
const MAX_CONTROL_BYTES = 64 * 1024;
/** A longer data frame is refused: clients send what they have read, some 32 KB at a time. */
const MAX_DATA_BYTES = 4 * 1024 * 1024;

/** One frame; `type` is undefined for data. */
export interface Frame {
  readonly type: number | undefined;
  /** Of data; control frames have it in their payload, if at all. */
  readonly streamId: number;
  readonly flags: number;
  readonly payload: Buffer;
}

/** Cuts a byte stream into frames: takes chunks as they come, and returns those that are complete. Throws for what is no SPDY/3. */
export function createFrameReader(): (chunk: Uint8Array) => Frame[] {
  let rest: Buffer = Buffer.alloc(0);
  // Chunks of a frame that is not complete are joined once it is: joining at each would copy the first ones again and again.
  let later: Uint8Array[] = [];
  let have = 0;
  let need = HEAD_BYTES;
  return (chunk) => {
    later.push(chunk);
    have += chunk.length;
    if (have < need) return [];
    rest = Buffer.concat([rest, ...later]);
    later = [];
    const frames: Frame[] = [];
    while (rest.length >= HEAD_BYTES) {
      const head = rest.readUInt32BE(0);
      const isControl = head >>> 31 === 1;
      const length = rest.readUInt32BE(4) & 0xffffff;
      if (isControl && ((head >>> 16) & 0x7fff) !== VERSION) throw new Error("spdy: unsupported version");
      if (isControl && length > MAX_CONTROL_BYTES) throw new Error("spdy: control frame too large");
      if (!isControl && length > MAX_DATA_BYTES) throw new Error("spdy: data frame too large");
      need = HEAD_BYTES + length;
      if (rest.length < need) break;
      frames.push({
        type: isControl ? head & 0xffff : undefined,
        streamId: isControl ? 0 : head & 0x7fffffff,
        flags: rest[4]!,
        payload: rest.subarray(HEAD_BYTES, HEAD_BYTES + length),
      });
      rest = rest.subarray(need);
      need = HEAD_BYTES;
    }
    have = rest.length;
    return frames;
  };
}

/** A control frame's bytes. */
export function controlFrame(type: number, flags: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32BE((0x80000000 | (VERSION << 16) | type) >>> 0, 0);
  head.writeUInt32BE(((flags << 24) | payload.length) >>> 0, 4);
  return Buffer.concat([head, payload]);
}

/** A data frame's bytes. */
export function dataFrame(streamId: number, flags: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32BE(streamId, 0);
  head.writeUInt32BE(((flags << 24) | payload.length) >>> 0, 4);
  return Buffer.concat([head, payload]);
}

/** Numbers as the payload of RST_STREAM, PING and GOAWAY has them. */
export function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => {
    bytes.writeUInt32BE(value >>> 0, 4 * i);
  });
  return bytes;
}
