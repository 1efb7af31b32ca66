import { objectPath } from "../../client/create-client.ts";
import type { JsonObject } from "../../machinery/object.ts";
import type { Session } from "../session.ts";

/** What a command in a container printed, and how it ended. */
export interface PodRun {
  readonly status: JsonObject;
  readonly stdout: Buffer;
  readonly stderr: string;
}

async function* once(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content;
}

/** Runs a command in a container without this process's streams, fed with `stdin`. */
export async function runInPod(
  session: Session,
  target: { readonly namespace: string; readonly pod: string; readonly container: string },
  command: readonly string[],
  stdin?: Uint8Array,
): Promise<PodRun> {
  const client = await session.client();
  const path = { group: "", version: "v1", resource: "pods", namespace: target.namespace };
  const response = await client.request({
    method: "POST",
    path: objectPath(path, target.pod, "exec"),
    query: {
      command,
      container: target.container,
      ...(stdin === undefined ? {} : { stdin: "true" }),
      stdout: "true",
      stderr: "true",
    },
    signal: session.signal,
  });
  if (response.kind !== "exec")
    throw new Error("unable to upgrade connection: the server did not answer with a stream");
  const out: Uint8Array[] = [];
  const err: Uint8Array[] = [];
  const status = await response.connect({
    ...(stdin === undefined ? {} : { stdin: once(stdin) }),
    stdout: (chunk) => void out.push(chunk),
    stderr: (chunk) => void err.push(chunk),
    signal: session.signal,
  });
  return { status, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString("utf8") };
}
