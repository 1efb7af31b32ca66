import type { Backlog } from "../../../client/transport.ts";
import { createQueue, type Queue } from "../channels.ts";
import { createInputFlow, createOutputFlow } from "../flow.ts";
import {
  controlFrame,
  createFrameReader,
  dataFrame,
  FLAG_FIN,
  type Frame,
  GOAWAY,
  PING,
  RST_STREAM,
  SYN_REPLY,
  SYN_STREAM,
  WINDOW_UPDATE,
  words,
} from "./frames.ts";
import { createHeaderReader, createHeaderWriter } from "./headers.ts";

/** A stream that the client opened. */
export interface SpdyStream {
  readonly headers: Readonly<Record<string, string>>;
  readonly input: AsyncIterable<Uint8Array>;
  write(chunk: Uint8Array): void;
  /** Of all streams of the connection. */
  readonly backlog: Backlog;
  /** No more will be written. */
  end(): void;
}

/** The server's side of a SPDY/3.1 connection over anything that carries bytes. */
export interface SpdyConnection {
  receive(chunk: Uint8Array): void;
  /** The bytes have ended: so do all streams. */
  ended(): void;
}

/** What a connection needs: a way out, and somebody who takes streams. */
export interface SpdyOptions {
  /** `sent` is called when the bytes have been handed to the network. */
  send(bytes: Uint8Array, sent: () => void): void;
  /** Stops and restarts the bytes that come in, while those that came wait for somebody to take them. */
  pause(): void;
  resume(): void;
  onStream(stream: SpdyStream): void;
  /** The connection is of no use any more: by an error, or because the other side went. */
  onClose(): void;
}

const MAX_DATA_BYTES = 64 * 1024;
/** More streams than this at a time are refused. */
const MAX_STREAMS = 1000;
const REFUSED_STREAM = 3;
const PROTOCOL_ERROR = 1;

interface OpenStream {
  readonly input: Queue<Uint8Array>;
  theirsDone: boolean;
  oursDone: boolean;
}

/**
 * Takes the frames of a client in order. What waits is bounded by pausing the transport below. Windows are opened for
 * what has been taken, for clients that wait for that; theirs are not looked at, because moby/spdystream, which
 * kubectl has, never opens one.
 */
export function createSpdyConnection(options: SpdyOptions): SpdyConnection {
  const readFrames = createFrameReader();
  const headerReader = createHeaderReader();
  const writeHeaders = createHeaderWriter();
  const streams = new Map<number, OpenStream>();
  const output = createOutputFlow();
  const input = createInputFlow(options);
  let last = 0;
  let closed = false;
  let turn: Promise<void> = Promise.resolve();

  const close = (): void => {
    if (closed) return;
    closed = true;
    for (const stream of streams.values()) stream.input.end();
    streams.clear();
    output.close();
    headerReader.close();
    options.onClose();
  };
  const forget = (id: number, stream: OpenStream): void => {
    if (stream.theirsDone && stream.oursDone) streams.delete(id);
  };
  const send = (bytes: Uint8Array): void => {
    if (!closed) options.send(bytes, output.sending(bytes.length));
  };
  const taken = (id: number, bytes: number): void => {
    input.taken(bytes);
    for (const scope of [0, id]) send(controlFrame(WINDOW_UPDATE, 0, words(scope, bytes)));
  };

  const open = async (payload: Buffer, flags: number): Promise<void> => {
    const id = payload.readUInt32BE(0) & 0x7fffffff;
    const headers = await headerReader.read(payload.subarray(10));
    if (id % 2 === 0 || id <= last) return send(controlFrame(RST_STREAM, 0, words(id, PROTOCOL_ERROR)));
    last = id;
    if (streams.size >= MAX_STREAMS) return send(controlFrame(RST_STREAM, 0, words(id, REFUSED_STREAM)));
    const stream: OpenStream = {
      input: createQueue((chunk) => taken(id, chunk.length)),
      theirsDone: (flags & FLAG_FIN) !== 0,
      oursDone: false,
    };
    if (stream.theirsDone) stream.input.end();
    streams.set(id, stream);
    send(controlFrame(SYN_REPLY, 0, Buffer.concat([words(id), writeHeaders({})])));
    options.onStream({
      headers,
      input: stream.input,
      backlog: output,
      write(chunk) {
        if (stream.oursDone) return;
        for (let at = 0; at < chunk.length; at += MAX_DATA_BYTES)
          send(dataFrame(id, 0, chunk.subarray(at, at + MAX_DATA_BYTES)));
      },
      end() {
        if (stream.oursDone) return;
        stream.oursDone = true;
        stream.input.drop();
        send(dataFrame(id, FLAG_FIN, Buffer.alloc(0)));
        forget(id, stream);
      },
    });
  };

  const takeData = ({ streamId, flags, payload }: Frame): void => {
    const stream = streams.get(streamId);
    if (stream === undefined || stream.theirsDone) return;
    if (payload.length > 0) {
      input.came(payload.length);
      stream.input.push(payload);
    }
    if ((flags & FLAG_FIN) === 0) return;
    stream.theirsDone = true;
    stream.input.end();
    forget(streamId, stream);
  };

  const reset = (id: number): void => {
    streams.get(id)?.input.drop();
    streams.delete(id);
  };

  const take = async (frame: Frame): Promise<void> => {
    if (closed) return;
    if (frame.type === undefined) takeData(frame);
    else if (frame.type === SYN_STREAM) await open(frame.payload, frame.flags);
    else if (frame.type === RST_STREAM) reset(frame.payload.readUInt32BE(0) & 0x7fffffff);
    // Odd numbers are the client's own; the even ones would be answers to pings of ours.
    else if (frame.type === PING && frame.payload.readUInt32BE(0) % 2 === 1) send(controlFrame(PING, 0, frame.payload));
    else if (frame.type === GOAWAY && streams.size === 0) close();
  };

  return {
    receive(chunk) {
      turn = turn
        .then(async () => {
          if (closed) return;
          for (const frame of readFrames(chunk)) await take(frame);
        })
        .catch(close);
    },
    ended() {
      turn = turn.then(close, close);
    },
  };
}
