import type { Lister } from "../../client/lister.ts";
import type { ControllerRegistration, WatchRow } from "../../controllers/controller.ts";
import { KUBELETS_USER } from "../../kinds/core/node/kubelets-user.ts";
import type { KubeObject } from "../../machinery/object.ts";
import { deepEqual } from "../../machinery/object.ts";
import type { KubeletDependencies } from "./dependencies.ts";

const bound = (pod: KubeObject): boolean => Boolean(pod.spec?.nodeName);

/** Whether a change of a bound pod is news to its kubelet: its own status writes are not. */
function concerns(pod: KubeObject, old: KubeObject): boolean {
  const { resourceVersion: _r, managedFields: _m, ...meta } = pod.metadata;
  const { resourceVersion: _s, managedFields: _n, ...oldMeta } = old.metadata;
  if (!deepEqual(pod.spec, old.spec) || !deepEqual(meta, oldMeta)) return true;
  const gates: string[] = (pod.spec?.readinessGates ?? []).map((g: { conditionType: string }) => g.conditionType);
  const of = (p: KubeObject) => (p.status?.conditions ?? []).filter((c: { type: string }) => gates.includes(c.type));
  return gates.length > 0 && !deepEqual(of(pod), of(old));
}

const keyOf = (pod: KubeObject): string => `${pod.metadata.namespace}/${pod.metadata.name}`;

function podKeys(pod: KubeObject, old: KubeObject | undefined, lister: Lister): readonly string[] {
  if (!bound(pod)) return [];
  const gone = lister.get("", "pods", pod.metadata.namespace, pod.metadata.name ?? "") === undefined;
  const mine = gone || old === undefined || concerns(pod, old) ? own(pod, gone) : [];
  const leaves = gone || (old !== undefined && isTerminal(pod) && !isTerminal(old));
  return leaves ? [...mine, ...waitingForRoom(pod, lister)] : mine;
}

const isTerminal = (pod: KubeObject): boolean => ["Succeeded", "Failed"].includes(pod.status?.phase);

/** The pods of the same node whose resize waits for room. */
const waitingForRoom = (pod: KubeObject, lister: Lister): string[] =>
  lister
    .list("", "pods")
    .filter((other) => other.spec?.nodeName === pod.spec.nodeName)
    .filter((other) => (other.status?.conditions ?? []).some((c: { type: string }) => c.type === "PodResizePending"))
    .map(keyOf);

function own(pod: KubeObject, gone: boolean): readonly string[] {
  const mirror = pod.metadata.annotations?.["kubernetes.io/config.mirror"] !== undefined;
  return mirror && (gone || pod.metadata.deletionTimestamp) ? [keyOf(pod), pod.spec.nodeName] : [keyOf(pod)];
}

/** Whether some part of a pod names the object: enough of a hint to look at the pod. */
function mentions(value: unknown, field: string, name: string): boolean {
  if (Array.isArray(value)) return value.some((part) => mentions(part, field, name));
  if (typeof value !== "object" || value === null) return false;
  for (const [key, part] of Object.entries(value)) {
    if ((key === "name" || key === field) && part === name) return true;
    if (typeof part === "object" && mentions(part, field, name)) return true;
  }
  return false;
}

/** The bound, unfinished pods of the namespace that use an object of the kind. */
const usersOf =
  (field: string) =>
  (object: KubeObject, old: KubeObject | undefined, lister: Lister): readonly string[] => {
    if (old !== undefined && deepEqual({ ...object, metadata: 0 }, { ...old, metadata: 0 })) return [];
    const { namespace, name = "" } = object.metadata;
    return lister
      .list("", "pods", namespace)
      .filter((pod) => bound(pod) && !["Succeeded", "Failed"].includes(pod.status?.phase))
      .filter((pod) => mentions([pod.spec.volumes, pod.spec.containers, pod.spec.initContainers], field, name))
      .map(keyOf);
  };

/** The pods that wait for their service account. */
const accountUsers = (object: KubeObject, old: KubeObject | undefined, lister: Lister): readonly string[] =>
  old !== undefined
    ? []
    : lister
        .list("", "pods", object.metadata.namespace)
        .filter((pod) => bound(pod) && (pod.spec.serviceAccountName ?? "default") === object.metadata.name)
        .map(keyOf);

/** The running pods whose probes run commands: what these ask may depend on who answers in the cluster. */
const probers = (slice: KubeObject, old: KubeObject | undefined, lister: Lister): readonly string[] =>
  old !== undefined && deepEqual(slice.endpoints, old.endpoints)
    ? []
    : lister
        .list("", "pods")
        .filter((pod) => pod.status?.phase === "Running" && bound(pod) && hasExecProbe(pod))
        .map(keyOf);

const hasExecProbe = (pod: KubeObject): boolean =>
  [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])].some(
    (c) => c.readinessProbe?.exec ?? c.livenessProbe?.exec ?? c.startupProbe?.exec,
  );

/** A node, where it is new, somebody has called its health into question or told it of another capacity. */
function nodeKeys(node: KubeObject, old: KubeObject | undefined): readonly string[] {
  const unwell = (node.status?.conditions ?? []).some((c: { status: string }) => c.status === "Unknown");
  const grown = old !== undefined && !deepEqual(node.status?.capacity, old.status?.capacity);
  return old === undefined || unwell || grown ? [node.metadata.name ?? ""] : [];
}

/** What wakes the kubelets. */
export const watches: readonly WatchRow[] = [
  { group: "", resource: "pods", keys: podKeys },
  { group: "", resource: "nodes", keys: nodeKeys },
  { group: "", resource: "configmaps", keys: usersOf("name") },
  { group: "", resource: "secrets", keys: usersOf("secretName") },
  { group: "", resource: "persistentvolumeclaims", keys: usersOf("claimName") },
  { group: "", resource: "serviceaccounts", keys: accountUsers },
  { group: "discovery.k8s.io", resource: "endpointslices", keys: probers },
];

/** The registry's row of the kubelets; `dependencies` is asked for when one first has work. */
export function kubeletRegistration(dependencies: () => Promise<KubeletDependencies>): ControllerRegistration {
  return {
    name: "kubelet",
    watches,
    user: KUBELETS_USER,
    manager: "kubelet",
    async load() {
      const [{ createKubelet }, found] = await Promise.all([import("./kubelet.ts"), dependencies()]);
      return createKubelet(found);
    },
  };
}

/** Every key that a node's kubelet has: what to wake when its machine goes down or comes up. */
export function keysOfNode(node: string, lister: Lister): readonly string[] {
  return [
    node,
    ...lister
      .list("", "pods")
      .filter((pod) => pod.spec?.nodeName === node)
      .map(keyOf),
  ];
}
