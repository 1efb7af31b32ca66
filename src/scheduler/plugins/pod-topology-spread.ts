import { nodeAllowed } from "../../kinds/shared/scheduling/node-affinity.ts";
import { untoleratedTaint } from "../../kinds/shared/scheduling/taints.ts";
import type { Node, Pod, TopologySpreadConstraint } from "../../kinds/types/core_v1.ts";
import type { LabelSelector } from "../../kinds/types/meta_v1.ts";
import type { Plugin } from "../framework.ts";
import { maxNodeScore } from "../framework.ts";
import type { NodeInfo, Snapshot } from "../snapshot.ts";
import { defaultSelector } from "./default-selector.ts";
import { selects, withLabelKeys } from "./label-selector.ts";

const hostname = "kubernetes.io/hostname";
const zone = "topology.kubernetes.io/zone";
const mismatch = "node(s) didn't match pod topology spread constraints";

interface Constraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly selector: LabelSelector | undefined;
  readonly minDomains: number;
  readonly honorAffinity: boolean;
  readonly honorTaints: boolean;
}

/** Upstream's constraints for pods that bring none of their own. */
const systemDefaults = [
  { topologyKey: hostname, maxSkew: 3 },
  { topologyKey: zone, maxSkew: 5 },
];

function constraintsOf(pod: Pod, whenUnsatisfiable: string): Constraint[] {
  return (pod.spec?.topologySpreadConstraints ?? [])
    .filter((c) => c.whenUnsatisfiable === whenUnsatisfiable)
    .map((c: TopologySpreadConstraint) => ({
      maxSkew: c.maxSkew,
      topologyKey: c.topologyKey,
      selector: withLabelKeys(c.labelSelector, pod, c.matchLabelKeys),
      minDomains: c.minDomains ?? 1,
      honorAffinity: (c.nodeAffinityPolicy ?? "Honor") === "Honor",
      honorTaints: c.nodeTaintsPolicy === "Honor",
    }));
}

const labelOf = (node: Node, key: string): string | undefined => node.metadata.labels?.[key];

const hasAll = (node: Node, constraints: readonly Constraint[]): boolean =>
  constraints.every((c) => labelOf(node, c.topologyKey) !== undefined);

/** Whether the node counts for the constraint. Mirrors podtopologyspread/common.go matchNodeInclusionPolicies. */
function included(constraint: Constraint, pod: Pod, node: Node): boolean {
  if (constraint.honorAffinity && !nodeAllowed(pod, node)) return false;
  if (!constraint.honorTaints) return true;
  return untoleratedTaint(node.spec?.taints, pod.spec?.tolerations, ["NoSchedule", "NoExecute"]) === undefined;
}

const matching = (info: NodeInfo, constraint: Constraint, namespace: string | undefined): number =>
  info.pods.filter(
    (other) =>
      other.metadata.namespace === namespace &&
      other.metadata.deletionTimestamp === undefined &&
      selects(constraint.selector, other.metadata.labels),
  ).length;

interface Counted {
  readonly constraint: Constraint;
  /** Matching pods by the topology key's value. */
  readonly counts: ReadonlyMap<string, number>;
}

function count(pod: Pod, constraint: Constraint, nodes: readonly NodeInfo[]): Counted {
  const counts = new Map<string, number>();
  for (const info of nodes) {
    const value = labelOf(info.node, constraint.topologyKey);
    if (value === undefined || !included(constraint, pod, info.node)) continue;
    counts.set(value, (counts.get(value) ?? 0) + matching(info, constraint, pod.metadata.namespace));
  }
  return { constraint, counts };
}

interface SoftState {
  readonly counted: readonly (Counted & { readonly weight: number })[];
  readonly ignored: ReadonlySet<string>;
}

/** The soft constraints of a pod: its own, or the system's defaults over its services and owner. */
function softConstraints(pod: Pod, snapshot: Snapshot): { constraints: Constraint[]; requireAll: boolean } {
  if ((pod.spec?.topologySpreadConstraints ?? []).length > 0)
    return { constraints: constraintsOf(pod, "ScheduleAnyway"), requireAll: true };
  const selector = defaultSelector(pod, snapshot.lister);
  if (selector === undefined) return { constraints: [], requireAll: false };
  const base = { selector, minDomains: 1, honorAffinity: true, honorTaints: false };
  return { constraints: systemDefaults.map((c) => ({ ...base, ...c })), requireAll: false };
}

/** Spreads pods over topology domains. Mirrors plugins/podtopologyspread. */
export const podTopologySpread: Plugin = {
  name: "PodTopologySpread",
  weight: 2,
  preFilter(pod, snapshot) {
    const constraints = constraintsOf(pod, "DoNotSchedule");
    if (constraints.length === 0) return "skip";
    const nodes = snapshot.nodes.filter((n) => hasAll(n.node, constraints));
    return { state: constraints.map((constraint) => count(pod, constraint, nodes)) };
  },
  filter(pod, { node }, state) {
    for (const { constraint, counts } of state as readonly Counted[]) {
      const value = labelOf(node, constraint.topologyKey);
      if (value === undefined) return { reasons: [`${mismatch} (missing required label)`], unresolvable: true };
      const least = counts.size < constraint.minDomains ? 0 : Math.min(...counts.values());
      const self = selects(constraint.selector, pod.metadata.labels) ? 1 : 0;
      const skew = (counts.get(value) ?? 0) + self - (Number.isFinite(least) ? least : 0);
      if (skew > constraint.maxSkew) return { reasons: [mismatch], unresolvable: false };
    }
    return undefined;
  },
  preScore(pod, nodes, snapshot): SoftState | undefined {
    const { constraints, requireAll } = softConstraints(pod, snapshot);
    if (constraints.length === 0) return undefined;
    const ignored = new Set(nodes.filter((n) => requireAll && !hasAll(n.node, constraints)).map((n) => n.name));
    const counting = snapshot.nodes.filter((n) => !requireAll || hasAll(n.node, constraints));
    const candidates = nodes.filter((n) => !ignored.has(n.name));
    const counted = constraints.map((constraint) => {
      const values = new Set(candidates.map((n) => labelOf(n.node, constraint.topologyKey)));
      values.delete(undefined);
      const size = constraint.topologyKey === hostname ? candidates.length : values.size;
      return { ...count(pod, constraint, counting), weight: Math.log(size + 2) };
    });
    return { counted, ignored };
  },
  score(pod, info, state) {
    const { counted, ignored } = state as SoftState;
    if (ignored.has(info.name)) return 0;
    let score = 0;
    for (const { constraint, counts, weight } of counted) {
      const value = labelOf(info.node, constraint.topologyKey);
      if (value === undefined) continue;
      const found =
        constraint.topologyKey === hostname
          ? matching(info, constraint, pod.metadata.namespace)
          : (counts.get(value) ?? 0);
      score += found * weight + (constraint.maxSkew - 1);
    }
    return Math.round(score);
  },
  normalize(scores, nodes, state) {
    const { ignored } = state as SoftState;
    const valid = scores.filter((_, i) => !ignored.has(nodes[i]?.name ?? ""));
    const largest = Math.max(...valid);
    const smallest = Math.min(...valid);
    return scores.map((score, i) => {
      if (ignored.has(nodes[i]?.name ?? "")) return 0;
      if (largest === 0) return maxNodeScore;
      return Math.floor((maxNodeScore * (largest + smallest - score)) / largest);
    });
  },
};
