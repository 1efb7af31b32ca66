import type { ApiResponse, ChannelSet } from "../../../client/transport.ts";
import { createQueue } from "../channels.ts";
import { failureStatus, pushSize } from "../remote-command.ts";
import type { WantedStreams } from "../requested.ts";
import type { SpdyStream } from "./connection.ts";

/** The protocol of exec and attach over SPDY: one stream a channel; the exit status comes as a v1.Status on the error stream. */
export const COMMAND_STREAM_PROTOCOL = "v4.channel.k8s.io";

/** Serves exec or attach: takes streams, and begins once all that were asked for are there. Mirrors apiserver's remotecommand httpstream.go. */
export function createCommandStreams(
  answer: Extract<ApiResponse, { readonly kind: "exec" }>,
  wants: WantedStreams,
  signal: AbortSignal,
  done: () => void,
): (stream: SpdyStream) => void {
  const expected = ["error"];
  if (wants.stdin) expected.push("stdin");
  if (wants.stdout) expected.push("stdout");
  if (wants.stderr && !wants.tty) expected.push("stderr");
  if (wants.tty) expected.push("resize");
  const streams = new Map<string, SpdyStream>();
  return (stream) => {
    const type = stream.headers["streamtype"] ?? "";
    if (!expected.includes(type) || streams.has(type)) return stream.end();
    streams.set(type, stream);
    if (streams.size < expected.length) return;
    void run(answer, streams, signal).then(done, done);
  };
}

async function run(
  answer: Extract<ApiResponse, { readonly kind: "exec" }>,
  streams: ReadonlyMap<string, SpdyStream>,
  signal: AbortSignal,
): Promise<void> {
  const stdin = streams.get("stdin");
  const resize = streams.get("resize");
  const channels: ChannelSet = {
    ...(stdin ? { stdin: stdin.input } : {}),
    ...(resize ? { resize: sizesOf(resize) } : {}),
    stdout: (chunk) => streams.get("stdout")?.write(chunk),
    stderr: (chunk) => streams.get("stderr")?.write(chunk),
    backlog: streams.get("error")!.backlog,
    signal,
  };
  const status = await answer.connect(channels).catch(failureStatus);
  streams.get("error")!.write(Buffer.from(JSON.stringify(status)));
  for (const stream of streams.values()) stream.end();
}

/** Terminal sizes, a JSON object each, as they come. */
function sizesOf(stream: SpdyStream): AsyncIterable<{ readonly width: number; readonly height: number }> {
  const sizes = createQueue<{ width: number; height: number }>();
  void (async () => {
    let text = "";
    for await (const chunk of stream.input) {
      text += Buffer.from(chunk).toString("utf8");
      for (let end = text.indexOf("}"); end >= 0; end = text.indexOf("}")) {
        pushSize(sizes, Buffer.from(text.slice(0, end + 1)));
        text = text.slice(end + 1);
      }
    }
    sizes.end();
  })();
  return sizes;
}
