import type { Node, Taint, Toleration } from "../../kinds/types/core_v1.ts";

/** The effect that evicts. */
export const NO_EXECUTE = "NoExecute";

/** Whether a toleration covers a taint. Mirrors Toleration.ToleratesTaint. */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  switch (toleration.operator ?? "Equal") {
    case "":
    case "Equal":
      return (toleration.value ?? "") === (taint.value ?? "") && Boolean(toleration.key);
    case "Exists":
      return true;
    default:
      return false;
  }
}

/** A node's taints of an effect. */
export const taintsOf = (node: Node, effect: string): Taint[] =>
  (node.spec?.taints ?? []).filter((t) => t.effect === effect);

/** Whether two taints are the same but for value and time. Mirrors Taint.MatchTaint. */
export const sameTaint = (a: Taint, b: Taint): boolean => a.key === b.key && a.effect === b.effect;
