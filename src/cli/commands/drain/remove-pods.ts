import { objectPath } from "../../../client/create-client.ts";
import { formatGoDuration } from "../../../machinery/duration.ts";
import type { KubeObject } from "../../../machinery/object.ts";
import { isForbidden, isNotFound, StatusError } from "../../../machinery/status-error.ts";
import type { DryRun } from "../../flags/strategies.ts";
import { namePrinter } from "../../printers/format.ts";
import { aggregate } from "../../report-error.ts";
import type { Session } from "../../session.ts";
import { poll } from "../../wait/poll.ts";

/** How pods are removed from a node. */
export interface RemoveOptions {
  readonly dryRun: DryRun;
  readonly gracePeriod: number;
  readonly timeoutMs: number;
  readonly disableEviction: boolean;
}

const RETRY_MS = 5000;
const PODS = { group: "", version: "v1", resource: "pods" } as const;

const pathOf = (pod: KubeObject) => ({ ...PODS, namespace: pod.metadata.namespace! });

const isTooMany = (error: unknown): error is StatusError =>
  error instanceof StatusError && error.reason === "TooManyRequests";

const isNamespaceEnding = (error: unknown): boolean =>
  isForbidden(error) &&
  error instanceof StatusError &&
  (error.status.details?.causes ?? []).some((c) => c.reason === "NamespaceTerminating");

async function evict(session: Session, pod: KubeObject, o: RemoveOptions): Promise<void> {
  const client = await session.client();
  const { name = "", namespace } = pod.metadata;
  await client.request({
    method: "POST",
    path: objectPath(pathOf(pod), name, "eviction"),
    headers: { accept: "application/json", "content-type": "application/json" },
    body: {
      apiVersion: "policy/v1",
      kind: "Eviction",
      metadata: { name, namespace },
      deleteOptions: {
        ...(o.gracePeriod >= 0 ? { gracePeriodSeconds: o.gracePeriod } : {}),
        ...(o.dryRun === "server" ? { dryRun: ["All"] } : {}),
      },
    },
  });
}

/** Waits until the pod is gone or another has its name, and tells of it. False: the time was over first. */
async function waitUntilGone(session: Session, pod: KubeObject, verb: string, deadline: number): Promise<boolean> {
  const client = await session.client();
  const gone = await poll(session, deadline, async () => {
    try {
      const now = await client.get<KubeObject>(pathOf(pod), pod.metadata.name!);
      return now.metadata.uid === pod.metadata.uid ? undefined : true;
    } catch (error) {
      if (isNotFound(error)) return true;
      throw error;
    }
  });
  if (gone === undefined) return false;
  session.streams.stdout.write(namePrinter(verb)({ ...pod, apiVersion: "v1", kind: "Pod" }));
  return true;
}

/** Asks for the eviction of one pod until it is granted, pausing while a disruption budget forbids it. */
async function evictOne(session: Session, pod: KubeObject, o: RemoveOptions, deadline: number): Promise<void> {
  const { name = "", namespace = "" } = pod.metadata;
  const { stdout, stderr } = session.streams;
  const subject = `pods/${JSON.stringify(name)} -n ${JSON.stringify(namespace)}`;
  for (;;) {
    stdout.write(`evicting pod ${namespace}/${name}${o.dryRun === "server" ? " (server dry run)" : ""}\n`);
    if (session.now() >= deadline || session.signal.aborted)
      throw new Error(`error when evicting ${subject}: global timeout reached: ${formatGoDuration(o.timeoutMs)}`);
    try {
      await evict(session, pod, o);
      break;
    } catch (error) {
      const { message } = error as Error;
      if (isNotFound(error)) return;
      if (isTooMany(error)) stderr.write(`error when evicting ${subject} (will retry after 5s): ${message}\n`);
      else if (isNamespaceEnding(error)) {
        if (pod.metadata.deletionTimestamp) break;
        stderr.write(
          `error when evicting pod ${JSON.stringify(name)} from terminating namespace ${JSON.stringify(namespace)} (will retry after 5s): ${message}\n`,
        );
      } else throw new Error(`error when evicting ${subject}: ${message}`);
      await session.sleep(RETRY_MS);
    }
  }
  if (o.dryRun === "server") return;
  if (!(await waitUntilGone(session, pod, "evicted", deadline)))
    throw new Error(
      `error when waiting for pod ${JSON.stringify(name)} in namespace ${JSON.stringify(namespace)} to terminate: global timeout reached: ${formatGoDuration(o.timeoutMs)}`,
    );
}

async function evictAll(session: Session, pods: readonly KubeObject[], o: RemoveOptions, deadline: number) {
  const results = await Promise.allSettled(pods.map((pod) => evictOne(session, pod, o, deadline)));
  const errors = results.filter((r) => r.status === "rejected").map((r) => r.reason);
  if (errors.length > 0) throw aggregate(errors);
}

async function deleteAll(session: Session, pods: readonly KubeObject[], o: RemoveOptions, deadline: number) {
  const client = await session.client();
  for (const pod of pods)
    try {
      await client.delete(pathOf(pod), pod.metadata.name!, {
        ...(o.gracePeriod >= 0 ? { gracePeriodSeconds: o.gracePeriod } : {}),
        dryRun: o.dryRun === "server",
      });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  if (o.dryRun === "server") return;
  for (const pod of pods)
    if (!(await waitUntilGone(session, pod, "deleted", deadline)))
      throw new Error(`global timeout reached: ${formatGoDuration(o.timeoutMs)}`);
}

/** Evicts or deletes pods and waits until they are gone. Throws what went wrong, several as an AggregateError. Mirrors kubectl/pkg/drain DeleteOrEvictPods. */
export async function removePods(session: Session, pods: readonly KubeObject[], o: RemoveOptions): Promise<void> {
  const deadline = o.timeoutMs > 0 ? session.now() + o.timeoutMs : Number.POSITIVE_INFINITY;
  await (o.disableEviction ? deleteAll : evictAll)(session, pods, o, deadline);
}
