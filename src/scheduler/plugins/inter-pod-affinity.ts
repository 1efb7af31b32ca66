import type { Lister } from "../../client/lister.ts";
import type { Namespace, Node, Pod, PodAffinityTerm, WeightedPodAffinityTerm } from "../../kinds/types/core_v1.ts";
import type { Plugin } from "../framework.ts";
import { maxNodeScore } from "../framework.ts";
import type { NodeInfo, Snapshot } from "../snapshot.ts";
import { selects, withLabelKeys } from "./label-selector.ts";

/** How much a required affinity of a pod that runs already counts when nodes are scored. */
const hardPodAffinityWeight = 1;

const affinityOf = (pod: Pod): readonly PodAffinityTerm[] =>
  pod.spec?.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
const antiAffinityOf = (pod: Pod): readonly PodAffinityTerm[] =>
  pod.spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
const preferredOf = (pod: Pod): readonly WeightedPodAffinityTerm[] =>
  pod.spec?.affinity?.podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
const preferredAntiOf = (pod: Pod): readonly WeightedPodAffinityTerm[] =>
  pod.spec?.affinity?.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];

/** Whether a term of `owner` picks `other`, namespaces included. Mirrors framework AffinityTerm.Matches. */
function picks(term: PodAffinityTerm, owner: Pod, other: Pod, lister: Lister): boolean {
  if (!inNamespaces(term, owner, other, lister)) return false;
  return selects(withLabelKeys(term.labelSelector, owner, term.matchLabelKeys), other.metadata.labels);
}

function inNamespaces(term: PodAffinityTerm, owner: Pod, other: Pod, lister: Lister): boolean {
  const namespace = other.metadata.namespace ?? "";
  const named = term.namespaces ?? [];
  if (named.length === 0 && term.namespaceSelector === undefined) return namespace === owner.metadata.namespace;
  if (named.includes(namespace)) return true;
  if (term.namespaceSelector === undefined) return false;
  const labels = lister.get<Namespace>("", "namespaces", undefined, namespace)?.metadata.labels;
  return selects(term.namespaceSelector, labels);
}

const pairOf = (node: Node, topologyKey: string): string | undefined => {
  const value = node.metadata.labels?.[topologyKey];
  return value === undefined ? undefined : `${topologyKey}\u0000${value}`;
};

type Counts = Map<string, number>;
const raise = (counts: Counts, pair: string | undefined, by: number): void => {
  if (pair !== undefined) counts.set(pair, (counts.get(pair) ?? 0) + by);
};

interface FilterState {
  /** Domains where a running pod's anti-affinity refuses the pod. */
  readonly refusing: Counts;
  readonly attracting: Counts;
  readonly repelling: Counts;
}

/** The two topology maps are built over all nodes at once. */
function filterState(pod: Pod, { nodes, lister }: Snapshot): FilterState {
  const refusing: Counts = new Map();
  const attracting: Counts = new Map();
  const repelling: Counts = new Map();
  const affinity = affinityOf(pod);
  const antiAffinity = antiAffinityOf(pod);
  for (const { node, pods } of nodes)
    for (const other of pods) {
      for (const term of antiAffinityOf(other))
        if (picks(term, other, pod, lister)) raise(refusing, pairOf(node, term.topologyKey), 1);
      if (affinity.length > 0 && affinity.every((term) => picks(term, pod, other, lister)))
        for (const term of affinity) raise(attracting, pairOf(node, term.topologyKey), 1);
      for (const term of antiAffinity)
        if (picks(term, pod, other, lister)) raise(repelling, pairOf(node, term.topologyKey), 1);
    }
  return { refusing, attracting, repelling };
}

function satisfiesAffinity(pod: Pod, node: Node, { attracting }: FilterState, lister: Lister): boolean {
  const terms = affinityOf(pod);
  const pairs = terms.map((term) => pairOf(node, term.topologyKey));
  if (pairs.includes(undefined)) return false;
  if (pairs.every((pair) => (attracting.get(pair ?? "") ?? 0) > 0)) return true;
  // The first pod of a group that wants to be together would otherwise wait for ever.
  return attracting.size === 0 && terms.every((term) => picks(term, pod, pod, lister));
}

interface ScoreState {
  readonly scores: Counts;
}

function scoreState(pod: Pod, nodes: readonly NodeInfo[], lister: Lister): ScoreState | undefined {
  const scores: Counts = new Map();
  const weigh = (terms: readonly WeightedPodAffinityTerm[], owner: Pod, other: Pod, node: Node, sign: number) => {
    for (const { podAffinityTerm: term, weight } of terms)
      if (picks(term, owner, other, lister)) raise(scores, pairOf(node, term.topologyKey), sign * weight);
  };
  for (const { node, pods } of nodes)
    for (const other of pods) {
      weigh(preferredOf(pod), pod, other, node, 1);
      weigh(preferredAntiOf(pod), pod, other, node, -1);
      const required = affinityOf(other).map((podAffinityTerm) => ({ podAffinityTerm, weight: hardPodAffinityWeight }));
      weigh(required, other, pod, node, 1);
      weigh(preferredOf(other), other, pod, node, 1);
      weigh(preferredAntiOf(other), other, pod, node, -1);
    }
  return scores.size === 0 ? undefined : { scores };
}

/** Affinity and anti-affinity between pods. Mirrors plugins/interpodaffinity. */
export const interPodAffinity: Plugin = {
  name: "InterPodAffinity",
  weight: 2,
  preFilter(pod, snapshot) {
    const state = filterState(pod, snapshot);
    if (state.refusing.size === 0 && affinityOf(pod).length === 0 && antiAffinityOf(pod).length === 0) return "skip";
    return { state };
  },
  filter(pod, { node }, state, { lister }) {
    const counts = state as FilterState;
    if (!satisfiesAffinity(pod, node, counts, lister))
      return { reasons: ["node(s) didn't match pod affinity rules"], unresolvable: true };
    const repelled = antiAffinityOf(pod).some(
      (t) => (counts.repelling.get(pairOf(node, t.topologyKey) ?? "") ?? 0) > 0,
    );
    if (repelled) return { reasons: ["node(s) didn't match pod anti-affinity rules"], unresolvable: false };
    const labels = Object.entries(node.metadata.labels ?? {});
    if (labels.some(([key, value]) => (counts.refusing.get(`${key}\u0000${value}`) ?? 0) > 0))
      return { reasons: ["node(s) didn't satisfy existing pods anti-affinity rules"], unresolvable: false };
    return undefined;
  },
  preScore: (pod, _nodes, snapshot) => scoreState(pod, snapshot.nodes, snapshot.lister),
  score(_pod, { node }, state) {
    const { scores } = state as ScoreState;
    return Object.entries(node.metadata.labels ?? {}).reduce(
      (sum, [key, value]) => sum + (scores.get(`${key}\u0000${value}`) ?? 0),
      0,
    );
  },
  normalize(scores) {
    const smallest = Math.min(...scores);
    const range = Math.max(...scores) - smallest;
    return scores.map((score) => (range > 0 ? Math.floor((maxNodeScore * (score - smallest)) / range) : 0));
  },
};
