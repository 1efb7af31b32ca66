import type { KubeObject } from "../../../machinery/object.ts";
import { isNotFound } from "../../../machinery/status-error.ts";
import { findOne, podsBehind, sortForLogs } from "../../pods/attachable-pod.ts";
import { containersForLogs, defaultContainer, hasContainer } from "../../pods/containers.ts";
import { type LogRequest, printLogs } from "../../pods/logs.ts";
import { enhanceListError } from "../../resources/list-error.ts";
import type { Session } from "../../session.ts";
import { poll } from "../../wait/poll.ts";
import type { LogsOptions } from "./logs.ts";

/** How many lines a selector shows where --tail says nothing. */
const SELECTOR_TAIL = 10;

function queryOf(o: LogsOptions): Record<string, string> {
  const query: Record<string, string> = {};
  if (o.follow) query["follow"] = "true";
  if (o.previous) query["previous"] = "true";
  if (o.timestamps) query["timestamps"] = "true";
  if (o.insecureBackend) query["insecureSkipTLSVerifyBackend"] = "true";
  if (o.sinceTime !== "") query["sinceTime"] = o.sinceTime;
  if (o.sinceMs > 0) query["sinceSeconds"] = String(Math.ceil(o.sinceMs / 1000));
  if (o.limitBytes > 0) query["limitBytes"] = String(o.limitBytes);
  if (o.labelSelector !== "" && !o.tailGiven && !o.follow) query["tailLines"] = String(SELECTOR_TAIL);
  else if (o.tail !== -1) query["tailLines"] = String(o.tail);
  return query;
}

async function podsByLabel(session: Session, o: LogsOptions): Promise<KubeObject[]> {
  const { name: namespace } = await session.namespace();
  const client = await session.client();
  const pods = { group: "", version: "v1", resource: "pods" };
  const { items } = await client
    .list<KubeObject>({ ...pods, namespace }, { labelSelector: o.labelSelector })
    .catch((error: unknown) => {
      throw enhanceListError(error, pods, o.labelSelector, "");
    });
  if (items.length === 0) session.streams.stderr.write(`No resources found in ${namespace} namespace.\n`);
  return items;
}

/** The pod that a workload's log is taken from: the one that has been of use the longest. Mirrors polymorphichelpers.GetFirstPod with ByLogging. */
async function podsOfTarget(session: Session, o: LogsOptions): Promise<KubeObject[]> {
  const { name: namespace } = await session.namespace();
  const info = await findOne(session, o.target).catch((error: unknown) => {
    throw isNotFound(error)
      ? new Error(`error from server (NotFound): ${error.message} in namespace ${JSON.stringify(namespace)}`)
      : error;
  });
  if (info.resource.kind === "Pod") return [info.object as KubeObject];
  const pods = await poll(session, session.now() + o.timeoutMs, async () => {
    const found = await podsBehind(session, info, "get the logs from");
    return found.length > 0 ? found : undefined;
  });
  if (pods === undefined) throw new Error("timed out waiting for the condition");
  if (o.allPods) return pods;
  const best = sortForLogs(pods)[0]!;
  if (pods.length > 1) session.streams.stderr.write(`Found ${pods.length} pods, using pod/${best.metadata.name}\n`);
  return [best];
}

function requestsOf(session: Session, o: LogsOptions, pod: KubeObject): LogRequest[] {
  const query = queryOf(o);
  const name = pod.metadata.name ?? "";
  const one = (container: string): LogRequest => ({
    pod,
    container,
    query,
    prefix: o.prefix ? `[pod/${name}/${container}] ` : "",
  });
  if (o.allContainers) return containersForLogs(pod).map(one);
  const container = o.container === "" ? defaultContainer(session, pod) : o.container;
  if (!hasContainer(pod, container)) throw new Error(`container ${container} is not valid for pod ${name}`);
  return [one(container)];
}

/** `kubectl logs`: one after the other, or side by side when several are followed. */
export async function runLogs(session: Session, o: LogsOptions): Promise<void> {
  const pods = o.labelSelector === "" ? await podsOfTarget(session, o) : await podsByLabel(session, o);
  const requests = pods.flatMap((pod) => requestsOf(session, o, pod));
  const print = async (request: LogRequest): Promise<void> => {
    try {
      await printLogs(session, request);
    } catch (error) {
      if (!o.ignoreErrors) throw error;
      session.streams.stdout.write(`error: ${(error as Error).message}\n`);
    }
  };
  if (o.follow && requests.length > 1) {
    if (requests.length > o.maxRequests)
      throw new Error(
        `you are attempting to follow ${requests.length} log streams, but maximum allowed concurrency is ${o.maxRequests}, use --max-log-requests to increase the limit`,
      );
    await Promise.all(requests.map(print));
    return;
  }
  for (const request of requests) await print(request);
}
