import type { Taint, Toleration } from "../../types/core_v1.ts";

/** Whether a toleration covers a taint. Mirrors api/core/v1 Toleration.ToleratesTaint. */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  if (toleration.operator === "Exists") return true;
  return (toleration.operator ?? "Equal") === "Equal" && (toleration.value ?? "") === (taint.value ?? "");
}

/** Whether some toleration covers the taint. */
export const isTolerated = (taint: Taint, tolerations: readonly Toleration[] | undefined): boolean =>
  (tolerations ?? []).some((toleration) => tolerates(toleration, taint));

/** The first taint with one of the effects that nothing tolerates. Mirrors component-helpers/scheduling/corev1 FindMatchingUntoleratedTaint. */
export const untoleratedTaint = (
  taints: readonly Taint[] | undefined,
  tolerations: readonly Toleration[] | undefined,
  effects: readonly string[],
): Taint | undefined =>
  (taints ?? []).find((taint) => effects.includes(taint.effect) && !isTolerated(taint, tolerations));
