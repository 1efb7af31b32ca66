import type { ChannelSet } from "../../client/transport.ts";
import type { JsonObject } from "../../machinery/object.ts";
import { ExitError } from "../exit.ts";
import type { Session } from "../session.ts";

/** What exec and attach connect. */
export interface StreamRequest {
  /** "/api/v1/namespaces/NS/pods/NAME/exec". */
  readonly path: string;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  readonly stdin: boolean;
  readonly tty: boolean;
}

/** The terminal's sizes, the present one first. */
async function* sizes(session: Session, signal: AbortSignal): AsyncGenerator<{ width: number; height: number }> {
  const { stdout } = session.streams;
  let wake = (): void => {};
  const stop = stdout.onResize(() => wake());
  try {
    while (!signal.aborted) {
      yield { width: stdout.columns, height: stdout.rows };
      await new Promise<void>((resolve) => {
        wake = resolve;
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
    }
  } finally {
    stop();
  }
}

/** Throws what a finished run means: "command terminated with exit code N" with that code, or the server's failure. */
export function throwFailure(status: JsonObject): void {
  if (status["status"] !== "Failure") return;
  const cause = (status["details"]?.causes ?? []).find((c: JsonObject) => c["reason"] === "ExitCode");
  if (status["reason"] === "NonZeroExitCode" && cause !== undefined) {
    const code = Number(cause.message);
    throw new ExitError(`command terminated with exit code ${code}`, code);
  }
  throw new Error(status["message"] ?? "the command failed");
}

/** Runs exec or attach with this process's streams; a terminal is raw while it lasts. Resolves with the v1.Status of the run. */
export async function streamToPod(session: Session, request: StreamRequest): Promise<JsonObject> {
  const client = await session.client();
  const response = await client.request({
    method: "POST",
    path: request.path,
    query: request.query,
    signal: session.signal,
  });
  if (response.kind !== "exec")
    throw new Error("unable to upgrade connection: the server did not answer with a stream");
  const { stdin, stdout, stderr } = session.streams;
  const end = new AbortController();
  session.signal.addEventListener("abort", () => end.abort(), { once: true });
  const raw = request.tty && request.stdin && stdin.isTTY;
  const channels: ChannelSet = {
    ...(request.stdin ? { stdin: stdin.chunks(end.signal) } : {}),
    stdout: (chunk) => stdout.write(chunk),
    stderr: (chunk) => (request.tty ? stdout : stderr).write(chunk),
    ...(request.tty && stdout.isTTY ? { resize: sizes(session, end.signal) } : {}),
    signal: end.signal,
  };
  if (raw) stdin.setRawMode(true);
  try {
    return await response.connect(channels);
  } finally {
    if (raw) stdin.setRawMode(false);
    end.abort();
  }
}
