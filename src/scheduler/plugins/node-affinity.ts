import { nodeAllowed, termMatches } from "../../kinds/shared/scheduling/node-affinity.ts";
import type { NodeSelectorTerm, Pod, PreferredSchedulingTerm } from "../../kinds/types/core_v1.ts";
import type { Plugin } from "../framework.ts";
import { scaledToLargest } from "../framework.ts";

const requiredTerms = (pod: Pod): readonly NodeSelectorTerm[] =>
  pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];

const preferredTerms = (pod: Pod): readonly PreferredSchedulingTerm[] =>
  pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];

/** The nodes that the terms name by metadata.name, where every term does (DaemonSet pods). */
function namedNodes(terms: readonly NodeSelectorTerm[]): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  for (const term of terms) {
    const lists = (term.matchFields ?? [])
      .filter((f) => f.key === "metadata.name" && f.operator === "In")
      .map((f) => f.values ?? []);
    const [first, ...others] = lists;
    if (first === undefined) return undefined;
    for (const name of first) if (others.every((list) => list.includes(name))) names.add(name);
  }
  return terms.length === 0 ? undefined : names;
}

/** nodeSelector and node affinity. Mirrors plugins/nodeaffinity. */
export const nodeAffinity: Plugin = {
  name: "NodeAffinity",
  weight: 2,
  preFilter(pod) {
    const terms = requiredTerms(pod);
    if (terms.length === 0 && pod.spec?.nodeSelector === undefined) return "skip";
    const nodeNames = namedNodes(terms);
    if (nodeNames === undefined) return {};
    if (nodeNames.size === 0) return { reject: { reasons: ["pod affinity terms conflict"], unresolvable: true } };
    return { nodeNames };
  },
  filter(pod, { node }) {
    if (nodeAllowed(pod, node)) return undefined;
    return { reasons: ["node(s) didn't match Pod's node affinity/selector"], unresolvable: true };
  },
  preScore: (pod) => (preferredTerms(pod).length === 0 ? undefined : {}),
  score(pod, { node }) {
    return preferredTerms(pod).reduce(
      (sum, { weight, preference }) => sum + (termMatches(preference, node) ? weight : 0),
      0,
    );
  },
  normalize: (scores) => scaledToLargest(scores, false),
};
