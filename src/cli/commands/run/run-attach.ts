import type { KubeObject } from "../../../machinery/object.ts";
import { isNotFound } from "../../../machinery/status-error.ts";
import { ExitError } from "../../exit.ts";
import { attachToPod } from "../../pods/attach.ts";
import { printLogs } from "../../pods/logs.ts";
import { throwFailure } from "../../pods/terminal.ts";
import type { Session } from "../../session.ts";
import { poll } from "../../wait/poll.ts";
import type { RunOptions } from "./run.ts";

const PODS = { group: "", version: "v1", resource: "pods" } as const;

const isOver = (pod: KubeObject): boolean => ["Succeeded", "Failed"].includes(pod["status"]?.phase);
const isUp = (pod: KubeObject): boolean =>
  pod["status"]?.phase === "Running" && (pod["status"].containerStatuses ?? []).length > 0;

async function waitFor(
  session: Session,
  pod: KubeObject,
  deadline: number,
  holds: (pod: KubeObject) => boolean,
): Promise<KubeObject | undefined> {
  const client = await session.client();
  const { name = "", namespace = "" } = pod.metadata;
  return poll(session, deadline, async () => {
    const now = await client.get<KubeObject>({ ...PODS, namespace }, name);
    return holds(now) ? now : undefined;
  });
}

/** Without a timeout, waiting for deletion ends after a week. */
const A_WEEK_MS = 168 * 3_600_000;

async function waitUntilGone(session: Session, { removal }: RunOptions, pod: KubeObject): Promise<void> {
  const { name = "", namespace = "", uid } = pod.metadata;
  const { waitForDeletion } = await import("../../wait/deletion.ts");
  const resource = (await session.mapper()).resourceFor("pods")!;
  const info = { resource, name, namespace, source: "", subresource: "", object: undefined };
  await waitForDeletion(session, [{ info, uid }], removal.timeoutMs === 0 ? A_WEEK_MS : removal.timeoutMs);
}

async function removePod(session: Session, o: RunOptions, pod: KubeObject): Promise<void> {
  const client = await session.client();
  const { name = "", namespace = "" } = pod.metadata;
  try {
    await client.delete({ ...PODS, namespace }, name, {
      ...(o.removal.gracePeriod >= 0 ? { gracePeriodSeconds: o.removal.gracePeriod } : {}),
      propagationPolicy: o.removal.cascade,
    });
    const done = o.removal.gracePeriod === 0 ? "force deleted" : "deleted";
    if (!o.quiet) session.streams.stdout.write(`pod "${name}" ${done}\n`);
    if (o.removal.wait) await waitUntilGone(session, o, pod);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** The exit code of the run's container, as `run` ends with it. Mirrors run.go's handling of terminated pods. */
async function endWithPod(session: Session, o: RunOptions, pod: KubeObject): Promise<void> {
  if (o.restart === "Always" || o.leaveStdinOpen) return;
  const over = await waitFor(session, pod, session.now() + o.runningTimeoutMs, isOver);
  const terminated = over?.["status"]?.containerStatuses?.[0]?.state?.terminated;
  if (over === undefined || over["status"]?.phase === "Succeeded" || terminated === undefined) return;
  throw new ExitError(`pod ${o.namespace}/${o.name} terminated (${terminated.reason})`, terminated.exitCode || 1);
}

async function follow(session: Session, o: RunOptions, pod: KubeObject): Promise<void> {
  const ready = await waitFor(session, pod, session.now() + o.runningTimeoutMs, (p) => isOver(p) || isUp(p));
  if (ready === undefined) throw new Error("timed out waiting for the condition");
  if (isOver(ready)) {
    await printLogs(session, { pod: ready, container: o.name, query: {}, prefix: "" });
    return;
  }
  try {
    throwFailure(await attachToPod(session, ready, { container: o.name, stdin: o.stdin, tty: o.tty, quiet: o.quiet }));
  } catch (error) {
    if (error instanceof ExitError) throw error;
    session.streams.stderr.write(
      `warning: couldn't attach to pod/${o.name}, falling back to streaming logs: ${(error as Error).message}\n`,
    );
    await printLogs(session, { pod: ready, container: o.name, query: { follow: "true" }, prefix: "" });
  }
}

/** `kubectl run -i`, `-t`, `--attach`: waits for the pod, stays with it, and removes it with --rm. */
export async function attachToRun(session: Session, o: RunOptions, pod: KubeObject): Promise<void> {
  const placed = { ...pod, metadata: { ...pod.metadata, namespace: pod.metadata.namespace ?? o.namespace } };
  try {
    await follow(session, o, placed);
    await endWithPod(session, o, placed);
  } finally {
    if (o.remove) await removePod(session, o, placed);
  }
}
