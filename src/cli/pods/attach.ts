import { objectPath } from "../../client/create-client.ts";
import type { JsonObject, KubeObject } from "../../machinery/object.ts";
import type { Session } from "../session.ts";
import { containerSpec, defaultContainer } from "./containers.ts";
import { streamToPod } from "./terminal.ts";

/** How to attach. */
export interface AttachRequest {
  /** "" for the pod's default. */
  readonly container: string;
  readonly stdin: boolean;
  readonly tty: boolean;
  readonly quiet: boolean;
}

/** Attaches this process's streams to a container; resolves with the v1.Status of the run. Mirrors attach.AttachOptions.Run. */
export async function attachToPod(session: Session, pod: KubeObject, request: AttachRequest): Promise<JsonObject> {
  const phase = pod["status"]?.phase;
  if (phase === "Succeeded" || phase === "Failed")
    throw new Error(`cannot attach a container in a completed pod; current phase is ${phase}`);
  const container = request.container === "" ? defaultContainer(session, pod, request.quiet) : request.container;
  const spec = containerSpec(pod, container);
  if (spec === undefined)
    throw new Error(`cannot attach to the container: container ${container} not found in pod ${pod.metadata.name}`);
  const { stderr, stdin } = session.streams;
  let tty = request.tty;
  if (tty && spec["tty"] !== true) {
    tty = false;
    if (!request.quiet) stderr.write(`error: Unable to use a TTY - container ${container} did not allocate one\n`);
  } else if (!tty && spec["tty"] === true) tty = true;
  tty = tty && request.stdin && stdin.isTTY;
  if (!request.quiet) stderr.write("If you don't see a command prompt, try pressing enter.\n");
  const { name = "", namespace = "" } = pod.metadata;
  const status = await streamToPod(session, {
    path: objectPath({ group: "", version: "v1", resource: "pods", namespace }, name, "attach"),
    query: {
      container,
      ...(request.stdin ? { stdin: "true" } : {}),
      stdout: "true",
      ...(tty ? { tty: "true" } : { stderr: "true" }),
    },
    stdin: request.stdin,
    tty,
  });
  if (tty && !request.quiet && status["status"] !== "Failure")
    session.streams.stdout.write(`${reattachMessage(pod, container)}\n`);
  return status;
}

/** How one comes back to what one has left. Mirrors attach.AttachOptions.reattachMessage. */
function reattachMessage(pod: KubeObject, container: string): string {
  const command = `kubectl attach ${pod.metadata.name} -c ${container} -i -t`;
  const ephemeral = ((pod["spec"]?.ephemeralContainers ?? []) as JsonObject[]).some((c) => c["name"] === container);
  return ephemeral
    ? `Session ended, the ephemeral container will not be restarted but may be reattached using '${command}' if it is still running`
    : `Session ended, resume using '${command}' command when the pod is running`;
}
