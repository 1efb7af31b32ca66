import { goSort } from "../../machinery/go-sort.ts";
import { apiVersionOf, type JsonObject, type KubeObject } from "../../machinery/object.ts";
import { parseTime } from "../../machinery/time.ts";
import { fetchInfo, findResources } from "../resources/builder.ts";
import type { Info } from "../resources/info.ts";
import { workloadOf } from "../resources/workload.ts";
import type { Session } from "../session.ts";
import { poll } from "../wait/poll.ts";

/** The type of the object in kubectl's own program, which its errors show: "*v1.CronJob". Throws for kinds that it does not know. */
async function goTypeOf({ resource: { group, version, kind } }: Info): Promise<string> {
  const { catalog } = await import("../../kinds/catalog.ts");
  if (catalog.some((d) => d.group === group && d.version === version && d.kind === kind)) return `*${version}.${kind}`;
  throw new Error(
    `no kind "${kind}" is registered for version "${apiVersionOf({ group, version })}" in scheme "pkg/scheme/scheme.go:28"`,
  );
}

/** The label selector of an object's pods, as text. Throws kubectl's error for kinds that have none. Mirrors polymorphichelpers.SelectorsForObject. */
export async function podSelectorOf(info: Info, verb: string): Promise<string> {
  const type = await goTypeOf(info);
  try {
    const selector = (await workloadOf(info.resource))?.podSelector?.(info.object as KubeObject);
    if (selector !== undefined) return selector;
  } catch (error) {
    throw new Error(`cannot ${verb} ${type}: ${(error as Error).message}`);
  }
  throw new Error(`cannot ${verb} ${type}: selector for ${type} not implemented`);
}

const isReady = (pod: KubeObject): boolean =>
  (pod["status"]?.conditions ?? []).some((c: JsonObject) => c["type"] === "Ready" && c["status"] === "True");
const PHASES = ["Pending", "Unknown", "Running"];
const restartsOf = (pod: KubeObject): number =>
  Math.max(0, ...(pod["status"]?.containerStatuses ?? []).map((c: JsonObject) => c["restartCount"] ?? 0));

const secondsOf = (time: unknown): number => (typeof time === "string" ? parseTime(time) : 0);

function readySince(pod: KubeObject): number {
  const ready = (pod["status"]?.conditions ?? []).find((c: JsonObject) => c["type"] === "Ready");
  return isReady(pod) ? secondsOf(ready?.lastTransitionTime) : 0;
}

/** Where two pods differ first: assigned, running, ready, ready since, restarts, created. Positive where `a` is the better by it. */
function firstDifference(a: KubeObject, b: KubeObject, restarts: (p: KubeObject) => number): number {
  const steps: ((p: KubeObject) => number)[] = [
    (p) => (p["spec"]?.nodeName ? 1 : 0),
    (p) => PHASES.indexOf(p["status"]?.phase),
    (p) => (isReady(p) ? 1 : 0),
    (p) => -readySince(p),
    restarts,
    (p) => -secondsOf(p.metadata.creationTimestamp),
  ];
  for (const step of steps) if (step(a) !== step(b)) return step(a) - step(b);
  return 0;
}

/** Pods in the order in which a log is looked for: many restarts are what one wants to see. Mirrors podutils.ByLogging. */
export function sortForLogs(pods: readonly KubeObject[]): KubeObject[] {
  return goSort(pods, (a, b) => firstDifference(a, b, restartsOf) > 0);
}

/** Pods in the order in which one would attach to them. Mirrors podutils.ActivePods, reversed. */
function sortForAttach(pods: readonly KubeObject[]): KubeObject[] {
  return goSort(pods, (a, b) => firstDifference(a, b, (p) => -restartsOf(p)) > 0);
}

/** The pods behind an object, best first for exec and attach. */
export async function podsBehind(session: Session, info: Info, verb: string): Promise<KubeObject[]> {
  const labelSelector = await podSelectorOf(info, verb);
  const client = await session.client();
  const { items } = await client.list<KubeObject>(
    { group: "", version: "v1", resource: "pods", namespace: info.namespace },
    { labelSelector },
  );
  return items;
}

/** The pod that TYPE/NAME stands for: itself, or the best of a workload's, waited for. Mirrors polymorphichelpers.AttachablePodForObject. */
export async function attachablePod(session: Session, info: Info, timeoutMs: number): Promise<KubeObject> {
  if (info.resource.kind === "Pod" && info.resource.group === "") return info.object as KubeObject;
  const pod = await poll(session, session.now() + timeoutMs, async () => {
    const pods = await podsBehind(session, info, "attach to");
    return sortForAttach(pods)[0];
  });
  if (pod === undefined) throw new Error("timed out waiting for the condition");
  return pod;
}

/** The one thing that POD or TYPE/NAME (or a file) names. */
export async function findOne(session: Session, name: string, filenames: readonly string[] = []): Promise<Info> {
  const { name: namespace, explicit } = await session.namespace();
  const args = name === "" ? [] : name.includes("/") ? [name] : ["pods", name];
  const options = { args, filenames, namespace, enforceNamespace: explicit, discoveryTries: 4 };
  const result = await findResources(session, options);
  const { infos, error } = await result.infos();
  if (error !== undefined) throw error;
  if (infos.length > 1) throw new Error("expected a single resource");
  const info = infos[0]!;
  if (info.source !== "") info.object = await fetchInfo(session, info);
  return info;
}
