import type { Lister } from "../../client/lister.ts";
import type { Node, Pod } from "../../kinds/types/core_v1.ts";

/** Why a kubelet refuses a pod that is bound to its node; undefined: it takes it. Mirrors pkg/kubelet/lifecycle/predicate.go generalFilter. */
export function admissionFailure(
  _pod: Pod,
  _node: Node,
  _lister: Lister,
): { readonly reason: string; readonly message: string } | undefined {
  return undefined;
}
