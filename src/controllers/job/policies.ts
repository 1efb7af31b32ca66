import type { Job, PodFailurePolicyRule } from "../../kinds/types/batch_v1.ts";
import type { ContainerStatus, Pod } from "../../kinds/types/core_v1.ts";
import { podCondition } from "../shared/pods.ts";
import { has, type Intervals, parseIntervals, total } from "./indexes.ts";

/** What the failure policy makes of a failed pod. */
export interface FailureVerdict {
  readonly action: "Count" | "Ignore" | "FailIndex" | "FailJob";
  /** For FailJob: what the job's condition says. */
  readonly message?: string;
}

const COUNT: FailureVerdict = { action: "Count" };

function failedContainer(rule: PodFailurePolicyRule, pod: Pod): ContainerStatus | undefined {
  const requirement = rule.onExitCodes;
  if (requirement === undefined) return undefined;
  const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
  return statuses.find((status) => {
    const code = status.state?.terminated?.exitCode;
    if (code === undefined || code === 0) return false;
    if (requirement.containerName !== undefined && requirement.containerName !== status.name) return false;
    return requirement.values.includes(code) === (requirement.operator === "In");
  });
}

/** The first rule that matches a failed pod decides. Mirrors matchPodFailurePolicy. */
export function judgeFailure(job: Job, pod: Pod): FailureVerdict {
  // Only a pod that has come to its end can be judged.
  if (pod.status?.phase !== "Failed") return COUNT;
  for (const [index, rule] of (job.spec?.podFailurePolicy?.rules ?? []).entries()) {
    const { namespace, name } = pod.metadata;
    const action = rule.action as FailureVerdict["action"];
    const container = failedContainer(rule, pod);
    if (container !== undefined) {
      const code = container.state!.terminated!.exitCode;
      const message = `Container ${container.name} for pod ${namespace}/${name} failed with exit code ${code} matching ${action} rule at index ${index}`;
      return { action, message };
    }
    const matched = rule.onPodConditions?.find((p) => podCondition(pod, p.type)?.status === p.status);
    if (matched !== undefined) {
      const message = `Pod ${namespace}/${name} has condition ${matched.type} matching ${action} rule at index ${index}`;
      return { action, message };
    }
  }
  return COUNT;
}

/** What the success policy says of the indexes that succeeded; undefined: no rule is met. Mirrors matchSuccessPolicy. */
export function metSuccessPolicy(job: Job, succeeded: Intervals): string | undefined {
  const completions = job.spec?.completions ?? 0;
  for (const [index, rule] of (job.spec?.successPolicy?.rules ?? []).entries()) {
    const wanted = rule.succeededIndexes === undefined ? undefined : parseIntervals(rule.succeededIndexes, completions);
    let count = total(succeeded);
    let needed = rule.succeededCount;
    if (wanted !== undefined) {
      count = 0;
      for (const [a, b] of wanted) for (let i = a; i <= b; i++) if (has(succeeded, i)) count++;
      needed ??= total(wanted);
    }
    if (needed !== undefined && count >= needed) return `Matched rules at index ${index}`;
  }
  return undefined;
}
