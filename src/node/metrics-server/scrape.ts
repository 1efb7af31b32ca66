import type { Lister } from "../../client/lister.ts";
import type { Container, ContainerStatus, Node, Pod } from "../../kinds/types/core_v1.ts";
import { type Instant, parseTime } from "../../machinery/time.ts";
import type { NodeState } from "../kubelet/dependencies.ts";
import { targetsAt } from "../network/service-proxy.ts";
import type { ContainerRuntime, ServerLoad } from "../runtime/runtime.ts";

/** How often metrics-server asks the kubelets, in milliseconds (--metric-resolution=15s). */
export const RESOLUTION_MS = 15_000;
/** A container must have run this long before a scrape to count. Mirrors metrics-server pkg/storage freshContainerMinMetricsResolution. */
const FRESH_MS = 10_000;

/** What the scraper reads. */
export interface ScrapeSources {
  readonly lister: Lister;
  readonly runtime: ContainerRuntime;
  readonly nodes: NodeState;
  chance(purpose: string): number;
}

/** What something used in the window before `at`. */
export interface Sample {
  readonly name: string;
  readonly nanoCpu: number;
  readonly memoryBytes: number;
}

/** A scrape's view of a pod. */
export interface PodSample {
  readonly pod: Pod;
  readonly containers: readonly Sample[];
}

interface Running {
  readonly name: string;
  readonly id: string;
  readonly startedAt: Instant;
}

/** The instant of the last scrape before `now`. */
export const scrapedAt = (now: Instant): Instant => Math.floor(now / RESOLUTION_MS) * RESOLUTION_MS;

/** "15.087s": how long the window before a scrape was. */
export const windowText = ({ chance }: ScrapeSources, who: string, at: Instant): string =>
  `${(15 + Math.round(chance(`window/${who}/${at}`) * 120 - 60) / 1000).toFixed(3).replace(/\.?0+$/, "")}s`;

function runningContainers(pod: Pod): Running[] {
  const all: ContainerStatus[] = [
    ...(pod.status?.containerStatuses ?? []),
    ...(pod.status?.initContainerStatuses ?? []),
    ...(pod.status?.ephemeralContainerStatuses ?? []),
  ];
  return all.flatMap(({ name, containerID, state }) =>
    state?.running == null || containerID === undefined
      ? []
      : [{ name, id: containerID.replace(/^containerd:\/\//, ""), startedAt: parseTime(state.running.startedAt) }],
  );
}

/** The requests that containers in a steady rhythm send, by the address of the pod that gets them. */
function loads({ lister, runtime }: ScrapeSources): ReadonlyMap<string, ServerLoad> {
  const loads = new Map<string, { requests: { port: number; perSecond: number }[]; senders: Set<string> }>();
  for (const pod of lister.list<Pod>("", "pods"))
    for (const { id } of runningContainers(pod))
      for (const { ip, port, perSecond } of runtime.traffic(id)) {
        const targets = targetsAt(lister, ip, port);
        for (const target of targets) {
          const load = loads.get(target.ip) ?? { requests: [], senders: new Set<string>() };
          load.requests.push({ port: target.port, perSecond: perSecond / targets.length });
          load.senders.add(pod.status?.podIP ?? "");
          loads.set(target.ip, load);
        }
      }
  return loads;
}

/** What the containers of some pods used at the last scrape; pods whose containers are too new, or whose node is silent, are left out. */
export async function samplePods(
  sources: ScrapeSources,
  pods: readonly Pod[],
  now: Instant,
): Promise<readonly PodSample[]> {
  const at = scrapedAt(now);
  const demand = loads(sources);
  const samples: PodSample[] = [];
  for (const pod of pods) {
    const running = runningContainers(pod);
    const fresh = running.some(({ startedAt }) => !(startedAt <= at - FRESH_MS));
    if (pod.status?.phase !== "Running" || running.length === 0 || fresh) continue;
    if (!sources.nodes.isRunning(pod.spec?.nodeName ?? "")) continue;
    const containers: Sample[] = [];
    for (const { name, id } of running) {
      const used = await sources.runtime.usage(id, now, demand.get(pod.status.podIP ?? ""));
      if (used !== undefined) containers.push({ name, ...spread(sources, `${id}/${at}`, used) });
    }
    samples.push({ pod, containers: inSpecOrder(pod, containers) });
  }
  return samples;
}

function inSpecOrder(pod: Pod, samples: readonly Sample[]): Sample[] {
  const specs: readonly Container[] = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  const place = ({ name }: Sample): number => specs.findIndex((c) => c.name === name);
  return [...samples].sort((a, b) => place(a) - place(b));
}

/** Whole millicores and bytes look made up: real counters never stand on round figures. */
function spread(
  { chance }: ScrapeSources,
  who: string,
  used: { readonly milliCpu: number; readonly memoryBytes: number },
): { nanoCpu: number; memoryBytes: number } {
  const dust = Math.floor(chance(`dust/${who}`) * 300_000);
  return { nanoCpu: used.milliCpu * 1_000_000 + dust, memoryBytes: used.memoryBytes };
}

const BASE_MILLI_CPU = 38;
const BASE_MEMORY = 170 << 20;

/** What a node used: its pods, and under them the kubelet, containerd and the system. Undefined where its kubelet is silent or it is too new. */
export async function sampleNode(sources: ScrapeSources, node: Node, now: Instant): Promise<Sample | undefined> {
  const name = node.metadata.name ?? "";
  const at = scrapedAt(now);
  if (!sources.nodes.isRunning(name) || !(parseTime(node.metadata.creationTimestamp) <= at - RESOLUTION_MS))
    return undefined;
  const mine = sources.lister.list<Pod>("", "pods").filter((pod) => pod.spec?.nodeName === name);
  const containers = (await samplePods(sources, mine, now)).flatMap((sample) => sample.containers);
  const wobble = 0.95 + sources.chance(`node/${name}/${at}`) * 0.1;
  const base = spread(sources, `${name}/${at}`, {
    milliCpu: Math.round(BASE_MILLI_CPU * wobble),
    memoryBytes: Math.round((BASE_MEMORY * wobble) / 1024) * 1024,
  });
  const sum = (of: (sample: Sample) => number): number => containers.reduce((total, c) => total + of(c), 0);
  return {
    name,
    nanoCpu: base.nanoCpu + sum((c) => c.nanoCpu),
    memoryBytes: base.memoryBytes + sum((c) => c.memoryBytes),
  };
}
