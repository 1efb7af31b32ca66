import type { DescribeContext, DescribeFacet, DescribeWriter } from "../../definition.ts";
import { describeClaim } from "../../shared/describe/claim.ts";
import { describeEvents } from "../../shared/describe/events.ts";
import { multiline, rows } from "../../shared/describe/fields.ts";
import { rfc1123 } from "../../shared/describe/time.ts";
import type { PersistentVolumeClaim, Pod } from "../../types/core_v1.ts";

/** Pods that mount the claim, once for each volume, and the pods that own it. Mirrors describe.getPodsForPVC. */
async function usersOf(claim: PersistentVolumeClaim, context: DescribeContext): Promise<string[]> {
  const { namespace, name, ownerReferences = [] } = claim.metadata;
  const pods = (await context.list("", "v1", "pods", namespace)) as readonly unknown[] as Pod[];
  const users = pods.flatMap((pod) =>
    (pod.spec?.volumes ?? []).filter((v) => v.persistentVolumeClaim?.claimName === name).map(() => pod),
  );
  for (const owner of ownerReferences.filter((o) => o.kind === "Pod")) {
    const pod = pods.find((p) => p.metadata.uid === owner.uid);
    if (pod !== undefined && !users.some((u) => u.metadata.uid === pod.metadata.uid)) users.push(pod);
  }
  return users.map((p) => p.metadata.name ?? "").sort();
}

function conditions(out: DescribeWriter, { status }: PersistentVolumeClaim): void {
  if (!status?.conditions?.length) return;
  out.write(0, "Conditions:\n");
  rows(out, 1, [
    ["Type", "Status", "LastProbeTime", "LastTransitionTime", "Reason", "Message"],
    ["----", "------", "-----------------", "------------------", "------", "-------"],
    ...status.conditions.map((c) => [
      `${c.type} `,
      `${c.status} `,
      `${rfc1123(c.lastProbeTime)} `,
      `${rfc1123(c.lastTransitionTime)} `,
      `${c.reason ?? ""} `,
      c.message ?? "",
    ]),
  ]);
}

async function describePersistentVolumeClaim(
  claim: PersistentVolumeClaim,
  context: DescribeContext,
  out: DescribeWriter,
): Promise<void> {
  const users = await usersOf(claim, context);
  describeClaim(out, claim, true, context.now);
  multiline(out, "Used By", users);
  conditions(out, claim);
  await describeEvents(claim, context, out);
}

/** Mirrors describe.describePersistentVolumeClaim. */
export const describe: DescribeFacet<PersistentVolumeClaim> = { describe: describePersistentVolumeClaim };
