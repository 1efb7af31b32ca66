import type { Node, NodeSelectorRequirement, NodeSelectorTerm, PodSpec } from "../../kinds/types/core_v1.ts";
import { matchesLabels } from "./selector.ts";

function meets(
  values: Readonly<Record<string, string>>,
  { key, operator, values: wanted = [] }: NodeSelectorRequirement,
): boolean {
  const value = Object.hasOwn(values, key) ? values[key] : undefined;
  switch (operator) {
    case "In":
      return value !== undefined && wanted.includes(value);
    case "NotIn":
      return value === undefined || !wanted.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
    case "Lt": {
      if (value === undefined || !/^-?\d{1,18}$/.test(value) || !/^-?\d{1,18}$/.test(wanted[0] ?? "")) return false;
      return operator === "Gt" ? BigInt(value) > BigInt(wanted[0]!) : BigInt(value) < BigInt(wanted[0]!);
    }
    default:
      return false;
  }
}

/** Whether one of the terms matches a node; a term without requirements matches none. Mirrors component-helpers' nodeaffinity.NodeSelector.Match. */
export function matchesNodeTerms(terms: readonly NodeSelectorTerm[], node: Node): boolean {
  const fields = { "metadata.name": node.metadata.name ?? "" };
  return terms.some(({ matchExpressions = [], matchFields = [] }) => {
    if (matchExpressions.length === 0 && matchFields.length === 0) return false;
    return (
      matchExpressions.every((r) => meets(node.metadata.labels ?? {}, r)) && matchFields.every((r) => meets(fields, r))
    );
  });
}

/** Whether a pod's node selector and required node affinity allow a node. Mirrors nodeaffinity.GetRequiredNodeAffinity. */
export function matchesNode(spec: PodSpec | undefined, node: Node): boolean {
  if (!matchesLabels(spec?.nodeSelector, node.metadata.labels)) return false;
  const required = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || matchesNodeTerms(required.nodeSelectorTerms, node);
}
