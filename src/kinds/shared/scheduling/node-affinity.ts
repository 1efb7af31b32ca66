import { isInt64 } from "../../../machinery/selectors/label.ts";
import type { Node, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, Pod } from "../../types/core_v1.ts";

function requirementHolds(requirement: NodeSelectorRequirement, value: string | undefined): boolean {
  const values = requirement.values ?? [];
  switch (requirement.operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
    case "Lt": {
      const bound = values[0] ?? "";
      if (value === undefined || !isInt64(value) || !isInt64(bound)) return false;
      return requirement.operator === "Gt" ? BigInt(value) > BigInt(bound) : BigInt(value) < BigInt(bound);
    }
    default:
      return false;
  }
}

const labelOf = (node: Node, key: string): string | undefined => {
  const labels = node.metadata.labels ?? {};
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
};

/** Whether a node meets one term; an empty term matches nothing. */
export function termMatches(term: NodeSelectorTerm, node: Node): boolean {
  const expressions = term.matchExpressions ?? [];
  const fields = term.matchFields ?? [];
  if (expressions.length === 0 && fields.length === 0) return false;
  return (
    expressions.every((e) => requirementHolds(e, labelOf(node, e.key))) &&
    fields.every((f) => requirementHolds(f, f.key === "metadata.name" ? node.metadata.name : undefined))
  );
}

/** Whether a node meets one of the selector's terms. Mirrors component-helpers/scheduling/corev1/nodeaffinity. */
export const nodeSelectorMatches = (selector: NodeSelector, node: Node): boolean =>
  selector.nodeSelectorTerms.some((term) => termMatches(term, node));

/** Whether a pod's nodeSelector and required node affinity allow a node. Mirrors nodeaffinity.GetRequiredNodeAffinity. */
export function nodeAllowed(pod: Pod, node: Node): boolean {
  const wanted = pod.spec?.nodeSelector ?? {};
  for (const key of Object.keys(wanted)) if (labelOf(node, key) !== wanted[key]) return false;
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || nodeSelectorMatches(required, node);
}
