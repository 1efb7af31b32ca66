import { asText, objectPath } from "../../client/create-client.ts";
import type { KubeObject } from "../../machinery/object.ts";
import type { Session } from "../session.ts";

/** One log to print. */
export interface LogRequest {
  readonly pod: KubeObject;
  readonly container: string;
  readonly query: Readonly<Record<string, string>>;
  /** What goes before each line. */
  readonly prefix: string;
}

/** A log as it comes, whole or followed. */
async function* logChunks(
  session: Session,
  { pod, container, query }: LogRequest,
): AsyncGenerator<string | Uint8Array> {
  const client = await session.client();
  const { name = "", namespace = "" } = pod.metadata;
  const response = await client.request({
    method: "GET",
    path: objectPath({ group: "", version: "v1", resource: "pods", namespace }, name, "log"),
    query: { container, ...query },
    headers: { accept: "application/json, */*" },
    signal: session.signal,
  });
  if (response.kind === "text") yield response.body;
  else if (response.kind === "stream")
    for await (const frame of response.frames)
      if (typeof frame === "string" || frame instanceof Uint8Array) yield frame;
      else yield JSON.stringify(frame);
}

/** Prints one container's log. */
export async function printLogs(session: Session, request: LogRequest): Promise<void> {
  const { stdout } = session.streams;
  let atLineStart = true;
  for await (const chunk of logChunks(session, request)) {
    if (session.signal.aborted) return;
    if (request.prefix === "") {
      stdout.write(chunk);
      continue;
    }
    for (const line of asText(chunk).split(/(?<=\n)/)) {
      stdout.write(atLineStart ? `${request.prefix}${line}` : line);
      atLineStart = line.endsWith("\n");
    }
  }
}
