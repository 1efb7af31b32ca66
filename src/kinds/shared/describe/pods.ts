import type { TypedObject } from "../../../machinery/object.ts";
import type { DescribeContext } from "../../definition.ts";
import type { Pod } from "../../types/core_v1.ts";

/** "2 Running / 0 Waiting / 0 Succeeded / 0 Failed": the pods that a controller owns. Mirrors describe.getPodStatusForController. */
export async function podStatusText(
  owner: TypedObject,
  labelSelector: string,
  context: DescribeContext,
): Promise<string> {
  const { namespace, uid } = owner.metadata;
  const pods = (await context.list("", "v1", "pods", namespace, { labelSelector })) as readonly unknown[] as Pod[];
  const own = pods.filter((p) => p.metadata.ownerReferences?.find((o) => o.controller)?.uid === uid);
  const count = (phase: string): number => own.filter((p) => p.status?.phase === phase).length;
  return `${count("Running")} Running / ${count("Pending")} Waiting / ${count("Succeeded")} Succeeded / ${count("Failed")} Failed`;
}
