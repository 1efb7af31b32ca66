import type { Lister } from "../client/lister.ts";
import type { ControllerRegistration } from "../controllers/controller.ts";
import { workKey } from "../controllers/controller.ts";
import { deepEqual, type KubeObject } from "../machinery/object.ts";

const isWaiting = (pod: KubeObject): boolean =>
  !pod.spec?.nodeName && !pod.metadata.deletionTimestamp && pod.status?.phase !== "Failed";

/** Every pod that waits for a node. */
const waitingPods = (lister: Lister, namespace?: string): string[] =>
  lister.list("", "pods", namespace).filter(isWaiting).map(workKey);

const isTerminal = (pod: KubeObject): boolean => ["Succeeded", "Failed"].includes(pod.status?.phase);

/** Whether what a pod means to the others has changed: it came to a node, left it, ended, or has other labels. */
function movesOthers(pod: KubeObject, old: KubeObject | undefined, gone: boolean): boolean {
  if (!pod.spec?.nodeName) return false;
  if (gone || old === undefined || !old.spec?.nodeName) return true;
  return isTerminal(pod) !== isTerminal(old) || !deepEqual(pod.metadata.labels, old.metadata.labels);
}

function podKeys(pod: KubeObject, old: KubeObject | undefined, lister: Lister): readonly string[] {
  const gone = lister.get("", "pods", pod.metadata.namespace, pod.metadata.name ?? "") === undefined;
  if (
    isWaiting(pod) &&
    !gone &&
    (old === undefined || !deepEqual(pod.spec, old.spec) || !deepEqual(pod.metadata.labels, old.metadata.labels))
  )
    return [workKey(pod)];
  return movesOthers(pod, old, gone) ? waitingPods(lister) : [];
}

/** Whether a node has changed in a way that could let a pod onto it. Mirrors pkg/scheduler/eventhandlers.go nodeSchedulingPropertiesChange. */
function nodeKeys(node: KubeObject, old: KubeObject | undefined, lister: Lister): readonly string[] {
  const same =
    old !== undefined &&
    deepEqual(node.spec, old.spec) &&
    deepEqual(node.metadata.labels, old.metadata.labels) &&
    deepEqual(node.status?.allocatable, old.status?.allocatable);
  return same ? [] : waitingPods(lister);
}

const anyChange = (_object: KubeObject, _old: KubeObject | undefined, lister: Lister): readonly string[] =>
  waitingPods(lister);
const inNamespace = (object: KubeObject, _old: KubeObject | undefined, lister: Lister): readonly string[] =>
  waitingPods(lister, object.metadata.namespace);

/** The scheduler's row of the registry. */
export const registrations: readonly ControllerRegistration[] = [
  {
    name: "default-scheduler",
    watches: [
      { group: "", resource: "pods", keys: podKeys },
      { group: "", resource: "nodes", keys: nodeKeys },
      { group: "", resource: "persistentvolumeclaims", keys: inNamespace },
      { group: "", resource: "persistentvolumes", keys: anyChange },
      { group: "storage.k8s.io", resource: "storageclasses", keys: anyChange },
      { group: "storage.k8s.io", resource: "csinodes", keys: anyChange },
    ],
    user: "system:kube-scheduler",
    manager: "kube-scheduler",
    load: async () => (await import("./scheduler.ts")).scheduler,
  },
];
