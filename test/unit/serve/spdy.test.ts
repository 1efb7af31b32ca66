import { constants, createDeflate } from "node:zlib";
import { expect, test } from "vitest";
import { createSpdyConnection, type SpdyStream } from "../../../src/serve/upgrade/spdy/connection.ts";
import { headerDictionary } from "../../../src/serve/upgrade/spdy/dictionary.ts";
import {
  controlFrame,
  createFrameReader,
  dataFrame,
  FLAG_FIN,
  type Frame,
  PING,
  RST_STREAM,
  SYN_REPLY,
  SYN_STREAM,
  WINDOW_UPDATE,
  words,
} from "../../../src/serve/upgrade/spdy/frames.ts";

/** The client's side of header compression: one context, flushed after each block. */
function createClient() {
  const deflate = createDeflate({ dictionary: headerDictionary() });
  let chunks: Buffer[] = [];
  deflate.on("data", (chunk: Buffer) => chunks.push(chunk));
  return async (id: number, headers: Readonly<Record<string, string>>, flags = 0): Promise<Buffer> => {
    const text = Object.entries(headers).flat();
    chunks = [];
    deflate.write(Buffer.concat([words(text.length / 2), ...text.flatMap((t) => [words(t.length), Buffer.from(t)])]));
    await new Promise<void>((resolve) => deflate.flush(constants.Z_SYNC_FLUSH, resolve));
    return controlFrame(SYN_STREAM, flags, Buffer.concat([words(id, 0), Buffer.alloc(2), ...chunks]));
  };
}

function connected() {
  const frames: Frame[] = [];
  const streams: SpdyStream[] = [];
  const flow: string[] = [];
  const unsent: (() => void)[] = [];
  let closed = false;
  const read = createFrameReader();
  const connection = createSpdyConnection({
    send: (bytes, sent) => {
      frames.push(...read(bytes));
      unsent.push(sent);
    },
    pause: () => flow.push("pause"),
    resume: () => flow.push("resume"),
    onStream: (stream) => streams.push(stream),
    onClose: () => {
      closed = true;
    },
  });
  const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));
  return { connection, frames, streams, settled, flow, unsent, isClosed: () => closed };
}

test("the dictionary is the one of the protocol", () => {
  let [a, b] = [1, 0];
  for (const byte of headerDictionary()) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  expect((b * 65536 + a).toString(16)).toBe("e3c6a7c2");
});

test("streams open with their headers, carry bytes both ways, and end", async () => {
  const { connection, frames, streams, settled } = connected();
  const synStream = createClient();
  const bytes = Buffer.concat([
    await synStream(1, { streamtype: "error", port: "80", requestid: "0" }, FLAG_FIN),
    await synStream(3, { streamtype: "data", port: "80", requestid: "0" }),
    dataFrame(3, 0, Buffer.from("GET /")),
    dataFrame(3, FLAG_FIN, Buffer.from(" HTTP/1.0")),
    controlFrame(PING, 0, words(7)),
  ]);
  for (let at = 0; at < bytes.length; at += 11) connection.receive(bytes.subarray(at, at + 11));
  await settled();
  expect(streams.map((stream) => ({ ...stream.headers }))).toEqual([
    { streamtype: "error", port: "80", requestid: "0" },
    { streamtype: "data", port: "80", requestid: "0" },
  ]);
  let text = "";
  for await (const chunk of streams[1]!.input) text += Buffer.from(chunk).toString();
  expect(text).toBe("GET / HTTP/1.0");
  streams[1]!.write(Buffer.alloc(100_000, 0x61));
  streams[1]!.end();
  expect(frames.slice(0, 3).map((frame) => frame.type)).toEqual([SYN_REPLY, SYN_REPLY, PING]);
  const data = frames.slice(3).filter((frame) => frame.type === undefined);
  expect(data.map((frame) => frame.streamId)).toEqual([3, 3, 3]);
  expect(data.reduce((sum, frame) => sum + frame.payload.length, 0)).toBe(100_000);
  expect(data.map((frame) => frame.flags & FLAG_FIN)).toEqual([0, 0, FLAG_FIN]);
});

test("a stream that the protocol does not allow is reset; bytes that are no frames end the connection", async () => {
  const { connection, frames, streams, settled, isClosed } = connected();
  const synStream = createClient();
  connection.receive(await synStream(2, { streamtype: "data" }));
  await settled();
  expect(streams).toEqual([]);
  expect(frames.map((frame) => frame.type)).toEqual([RST_STREAM]);
  connection.receive(Buffer.from("80020001ffffffff", "hex"));
  await settled();
  expect(isClosed()).toBe(true);
});

test("what nobody takes pauses the client; what is taken opens its window again", async () => {
  const { connection, frames, streams, settled, flow } = connected();
  const synStream = createClient();
  const piece = Buffer.alloc(300_000, 0x61);
  connection.receive(await synStream(1, { streamtype: "data" }));
  for (let i = 0; i < 4; i++) connection.receive(dataFrame(1, 0, piece));
  await settled();
  expect(flow).toEqual(["pause"]);
  let bytes = 0;
  for await (const chunk of streams[0]!.input) {
    bytes += chunk.length;
    if (bytes === 4 * piece.length) break;
  }
  expect(flow).toEqual(["pause", "resume"]);
  const windows = frames.filter((frame) => frame.type === WINDOW_UPDATE);
  const opened = (id: number): number =>
    windows
      .filter(({ payload }) => payload.readUInt32BE(0) === id)
      .reduce((sum, { payload }) => sum + payload.readUInt32BE(4), 0);
  expect([opened(0), opened(1)]).toEqual([bytes, bytes]);
  // A stream that the server has ended swallows the rest.
  streams[0]!.end();
  for (let i = 0; i < 8; i++) connection.receive(dataFrame(1, 0, piece));
  await settled();
  expect(flow.filter((step) => step === "pause")).toHaveLength(flow.filter((step) => step === "resume").length);
});

test("writers are told when the client does not read", async () => {
  const { connection, streams, settled, unsent } = connected();
  connection.receive(await createClient()(1, { streamtype: "data" }));
  await settled();
  const { backlog } = streams[0]!;
  for (let i = 0; i < 20; i++) streams[0]!.write(Buffer.alloc(64 * 1024));
  expect(backlog.full).toBe(true);
  let room = 0;
  backlog.onRoom(() => room++);
  for (const sent of unsent) sent();
  expect([backlog.full, room]).toEqual([false, 1]);
  for (let i = 0; i < 20; i++) streams[0]!.write(Buffer.alloc(64 * 1024));
  backlog.onRoom(() => room++);
  connection.ended();
  await settled();
  expect([backlog.full, room]).toEqual([false, 2]);
});

test("frames of a size that nobody sends end the connection", async () => {
  const { connection, settled, isClosed } = connected();
  connection.receive(Buffer.from("0000000100ffffff", "hex"));
  await settled();
  expect(isClosed()).toBe(true);
});
