import type { ReconcileContext } from "../../controllers/controller.ts";
import type { Node, Pod } from "../../kinds/types/core_v1.ts";
import { deepCopy, type JsonObject, type KubeObject } from "../../machinery/object.ts";
import { isAlreadyExists, isConflict, isInvalid, isNotFound } from "../../machinery/status-error.ts";
import { formatTime } from "../../machinery/time.ts";
import { hexId } from "./container-spec.ts";
import type { KubeletDependencies } from "./dependencies.ts";

const hashAnnotation = "kubernetes.io/config.hash";
const mirrorAnnotation = "kubernetes.io/config.mirror";
const seenAnnotation = "kubernetes.io/config.seen";
const sourceAnnotation = "kubernetes.io/config.source";

/** Whether a pod object stands for a static pod of its node. */
export const isMirror = (pod: { readonly metadata: { readonly annotations?: Record<string, string> } }): boolean =>
  pod.metadata.annotations?.[mirrorAnnotation] !== undefined;

/** What tells one incarnation of a pod from the next: for static pods the manifest's hash, because their object in the API may come and go. */
export const podUid = (pod: Pod): string =>
  (isMirror(pod) ? pod.metadata.annotations?.[hashAnnotation] : undefined) ?? pod.metadata.uid ?? "";

/** The pod object that stands for a manifest in the node's static pod folder. Mirrors pkg/kubelet/config/common.go applyDefaults and pkg/kubelet/pod/mirror_client.go. */
export function mirrorPod(manifest: JsonObject, node: Node, now: number): KubeObject {
  const nodeName = node.metadata.name ?? "";
  const hash = hexId(`${nodeName}/${JSON.stringify(manifest)}`).slice(0, 32);
  const pod = deepCopy(manifest) as KubeObject;
  const owner = { apiVersion: "v1", kind: "Node", name: nodeName, uid: node.metadata.uid ?? "", controller: true };
  pod.apiVersion = "v1";
  pod.kind = "Pod";
  pod.metadata = {
    ...pod.metadata,
    name: `${pod.metadata?.name}-${nodeName}`,
    namespace: pod.metadata?.namespace ?? "default",
    annotations: {
      ...pod.metadata?.annotations,
      [hashAnnotation]: hash,
      [mirrorAnnotation]: hash,
      [seenAnnotation]: formatTime(now),
      [sourceAnnotation]: "file",
    },
    ownerReferences: [owner],
  };
  pod.spec.nodeName = nodeName;
  pod.spec.tolerations = [...(pod.spec.tolerations ?? []), { effect: "NoExecute", operator: "Exists" }];
  return pod;
}

/** Makes the API show a node's static pods: creates mirror pods, replaces those of changed manifests, removes those without. */
export async function syncStaticPods(
  { staticPods }: KubeletDependencies,
  node: Node,
  context: ReconcileContext,
): Promise<void> {
  if (staticPods === undefined) return;
  const name = node.metadata.name ?? "";
  const wanted = staticPods(name).map((manifest) => mirrorPod(manifest, node, context.now));
  const keyOf = (pod: { metadata: KubeObject["metadata"] }): string => `${pod.metadata.namespace}/${pod.metadata.name}`;
  const byKey = new Map(wanted.map((pod) => [keyOf(pod), pod]));
  for (const pod of context.lister.list<Pod>("", "pods")) {
    if (pod.spec?.nodeName !== name || !isMirror(pod)) continue;
    const match = byKey.get(keyOf(pod));
    const same = match?.metadata.annotations?.[hashAnnotation] === pod.metadata.annotations?.[hashAnnotation];
    if (same && pod.metadata.deletionTimestamp === undefined) byKey.delete(keyOf(pod));
    else await remove(pod, context);
  }
  for (const pod of byKey.values()) await create(pod, context);
}

const path = (namespace: string | undefined) => ({
  group: "",
  version: "v1",
  resource: "pods",
  namespace: namespace ?? "",
});

async function create(pod: KubeObject, context: ReconcileContext): Promise<void> {
  try {
    await context.client.create(path(pod.metadata.namespace), pod);
  } catch (error) {
    // A manifest that the apiserver refuses is logged by a real kubelet, and left alone.
    if (!isAlreadyExists(error) && !isInvalid(error)) throw error;
  }
}

async function remove(pod: Pod, context: ReconcileContext): Promise<void> {
  const { uid } = pod.metadata;
  try {
    await context.client.delete(path(pod.metadata.namespace), pod.metadata.name ?? "", {
      gracePeriodSeconds: 0,
      ...(uid === undefined ? {} : { uid }),
    });
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}

/** The hash of a static pod that a node has a manifest for; undefined: none of that name. */
export function staticHash(
  { staticPods }: KubeletDependencies,
  node: Node | undefined,
  namespace: string,
  name: string,
): string | undefined {
  if (staticPods === undefined || node === undefined) return undefined;
  for (const manifest of staticPods(node.metadata.name ?? "")) {
    const pod = mirrorPod(manifest, node, 0);
    if (pod.metadata.name === name && pod.metadata.namespace === namespace)
      return pod.metadata.annotations?.[hashAnnotation];
  }
  return undefined;
}
