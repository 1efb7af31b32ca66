import type { Node, Taint } from "../../kinds/types/core_v1.ts";

/** The effect that evicts. */
export const NO_EXECUTE = "NoExecute";

/** A node's taints of an effect. */
export const taintsOf = (node: Node, effect: string): Taint[] =>
  (node.spec?.taints ?? []).filter((t) => t.effect === effect);

/** Whether two taints are the same but for value and time. Mirrors Taint.MatchTaint. */
export const sameTaint = (a: Taint, b: Taint): boolean => a.key === b.key && a.effect === b.effect;
