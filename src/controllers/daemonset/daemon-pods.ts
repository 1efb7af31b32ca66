import { nodeAllowed } from "../../kinds/shared/scheduling/node-affinity.ts";
import { isTolerated } from "../../kinds/shared/scheduling/taints.ts";
import type { DaemonSet } from "../../kinds/types/apps_v1.ts";
import type { Node, NodeSelectorTerm, Pod, PodSpec, Toleration } from "../../kinds/types/core_v1.ts";
import { scaledValue } from "../shared/int-or-percent.ts";
import { podFromTemplate } from "../shared/pod-control.ts";

/** The labels by which a daemon pod shows its revision. */
export const REVISION = "controller-revision-hash";
export const GENERATION_LABEL = "pod-template-generation";
export const GENERATION = "deprecated.daemonset.template.generation";
const NODE_NAME = "metadata.name";

const DAEMON_TOLERATIONS: readonly (readonly [string, string])[] = [
  ["node.kubernetes.io/not-ready", "NoExecute"],
  ["node.kubernetes.io/unreachable", "NoExecute"],
  ["node.kubernetes.io/disk-pressure", "NoSchedule"],
  ["node.kubernetes.io/memory-pressure", "NoSchedule"],
  ["node.kubernetes.io/pid-pressure", "NoSchedule"],
  ["node.kubernetes.io/unschedulable", "NoSchedule"],
];

/** The tolerations of the template, and those that let daemons stay where others must not. Mirrors util.AddOrUpdateDaemonPodTolerations. */
function withTolerations(spec: PodSpec): Toleration[] {
  const tolerations = [...(spec.tolerations ?? [])];
  const wanted = spec.hostNetwork
    ? [...DAEMON_TOLERATIONS, ["node.kubernetes.io/network-unavailable", "NoSchedule"] as const]
    : DAEMON_TOLERATIONS;
  for (const [key, effect] of wanted) {
    const present = tolerations.findIndex((t) => t.key === key && t.effect === effect && t.operator === "Exists");
    const toleration: Toleration = { key, operator: "Exists", effect };
    if (present < 0) tolerations.push(toleration);
    else tolerations[present] = toleration;
  }
  return tolerations;
}

/** Required node affinity for one node by name, in place of earlier match fields. Mirrors util.ReplaceDaemonSetPodNodeNameNodeAffinity. */
function pinned(spec: PodSpec, node: string): NonNullable<PodSpec["affinity"]> {
  const own: NodeSelectorTerm = { matchFields: [{ key: NODE_NAME, operator: "In", values: [node] }] };
  const { affinity } = spec;
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const terms = (required?.nodeSelectorTerms ?? []).map((term) => ({ ...term, ...own }));
  return {
    ...affinity,
    nodeAffinity: {
      ...affinity?.nodeAffinity,
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms.length === 0 ? [own] : terms },
    },
  };
}

/** The daemon pod of a node, not yet created. Mirrors util.CreatePodTemplate. */
export function daemonPodOf(set: DaemonSet, hash: string, node: string): Pod {
  const pod = podFromTemplate(set.spec!.template, set);
  const generation = set.metadata.annotations?.[GENERATION];
  pod.metadata.labels = {
    ...pod.metadata.labels,
    ...(generation === undefined ? {} : { [GENERATION_LABEL]: generation }),
    [REVISION]: hash,
  };
  pod.spec = { ...pod.spec!, tolerations: withTolerations(pod.spec!), affinity: pinned(pod.spec!, node) };
  return pod;
}

/** What a node means to a DaemonSet. */
export interface Eligibility {
  readonly shouldRun: boolean;
  readonly shouldContinue: boolean;
}

/** Whether a node should get a pod, and whether one that is there may stay. Mirrors NodeShouldRunDaemonPod. */
export function eligibility(set: DaemonSet, node: Node): Eligibility {
  const spec = set.spec!.template.spec!;
  const named = !spec.nodeName || spec.nodeName === node.metadata.name;
  if (!named || !nodeAllowed({ apiVersion: "v1", kind: "Pod", metadata: {}, spec }, node))
    return { shouldRun: false, shouldContinue: false };
  const tolerations = withTolerations(spec);
  const repels = (effects: readonly string[]): boolean =>
    (node.spec?.taints ?? []).some((t) => effects.includes(t.effect) && !isTolerated(t, tolerations));
  if (repels(["NoSchedule", "NoExecute"])) return { shouldRun: false, shouldContinue: !repels(["NoExecute"]) };
  return { shouldRun: true, shouldContinue: true };
}

/** The node that a daemon pod is on or made for. Mirrors util.GetTargetNodeName. */
export function targetNode(pod: Pod): string | undefined {
  if (pod.spec?.nodeName) return pod.spec.nodeName;
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  for (const term of required?.nodeSelectorTerms ?? [])
    for (const { key, values } of term.matchFields ?? []) if (key === NODE_NAME) return values?.[0];
  return undefined;
}

/** Whether a pod has the set's present template. Mirrors util.IsPodUpdated. */
export function isUpdated(set: DaemonSet, pod: Pod, hash: string): boolean {
  const generation = set.metadata.annotations?.[GENERATION];
  const labels = pod.metadata.labels ?? {};
  return (generation !== undefined && labels[GENERATION_LABEL] === generation) || labels[REVISION] === hash;
}

/** How many nodes may have an old and a new pod at once; 0: pods are replaced in place. Mirrors util.SurgeCount. */
export function maxSurge(set: DaemonSet, nodes: number): number {
  const { type, rollingUpdate } = set.spec?.updateStrategy ?? {};
  return type === "OnDelete" ? 0 : scaledValue(rollingUpdate?.maxSurge, nodes, true);
}
