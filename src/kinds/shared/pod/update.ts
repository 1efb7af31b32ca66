import { type FieldError, fieldForbidden, GoLiteral, invalid, required } from "../../../machinery/field-error.ts";
import { inclusiveRangeError } from "../../../machinery/names.ts";
import { deepCopy, deepEqual } from "../../../machinery/object.ts";
import type { Container, NodeAffinity, Pod, PodSchedulingGate, PodSpec, Toleration } from "../../types/core_v1.ts";
import { goDiff } from "../go-diff.ts";
import { checkTolerations } from "./scheduling.ts";

const maxInt32 = 2147483647;
const updatableFields = [
  "`spec.containers[*].image`",
  "`spec.initContainers[*].image`",
  "`spec.activeDeadlineSeconds`",
  "`spec.tolerations` (only additions to existing tolerations)",
  "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
].join(",");

/** What of a pod's spec was changed that may not be. Mirrors core validation.ValidatePodUpdate after its revalidation of the new spec. */
export function checkPodSpecUpdate(pod: Pod, old: Pod): FieldError[] {
  const spec = pod.spec ?? { containers: [] };
  const oldSpec = old.spec ?? { containers: [] };
  const errors: FieldError[] = [];
  for (const list of ["containers", "initContainers"] as const) {
    const containers = spec[list] ?? [];
    if (containers.length !== (oldSpec[list] ?? []).length)
      return [...errors, fieldForbidden(`spec.${list}`, "pod updates may not add or remove containers")];
    errors.push(...checkImages(containers, `spec.${list}`));
  }
  const deadline = checkDeadline(spec, oldSpec);
  errors.push(...deadline.errors);
  if (deadline.stop) return errors;
  errors.push(...checkOnlyAddedTolerations(spec.tolerations ?? [], oldSpec.tolerations ?? []));
  errors.push(...checkOnlyDeletedGates(spec.schedulingGates ?? [], oldSpec.schedulingGates ?? []));
  if (deepEqual(spec, oldSpec)) return errors;
  const munged = mungeUpdatable(spec, oldSpec);
  if ((oldSpec.schedulingGates ?? []).length > 0) errors.push(...mungeGated(munged, oldSpec));
  if (!deepEqual(munged, oldSpec))
    errors.push(
      fieldForbidden(
        "spec",
        `pod updates may not change fields other than ${updatableFields}\n${goDiff("core.PodSpec", internalSpec(oldSpec), internalSpec(munged))}`,
      ),
    );
  return errors;
}

/** The spec as the internal API has it: what is shared with the host is part of the security context there. */
function internalSpec(spec: PodSpec): object {
  const { hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers, ...others } = spec;
  const shared = Object.entries({ hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers });
  const said = Object.fromEntries(shared.filter(([, value]) => value !== undefined));
  return { ...others, securityContext: { ...said, ...spec.securityContext } };
}

function checkImages(containers: readonly Container[], field: string): FieldError[] {
  return containers.flatMap(({ image = "" }, i) => [
    ...(image === "" ? [required(`${field}[${i}].image`)] : []),
    ...(image.trim() === image
      ? []
      : [invalid(`${field}[${i}].image`, image, "must not have leading or trailing whitespace")]),
  ]);
}

function checkDeadline(spec: PodSpec, old: PodSpec): { errors: FieldError[]; stop: boolean } {
  const field = "spec.activeDeadlineSeconds";
  const { activeDeadlineSeconds: seconds } = spec;
  const before = old.activeDeadlineSeconds;
  if (typeof seconds !== "number") {
    if (typeof before !== "number") return { errors: [], stop: false };
    const message = "must not update from a positive integer to nil value";
    return { errors: [invalid(field, null, message)], stop: false };
  }
  if (seconds < 0 || seconds > maxInt32)
    return { errors: [invalid(field, seconds, inclusiveRangeError(0, maxInt32))], stop: true };
  if (typeof before === "number" && before < seconds)
    return { errors: [invalid(field, seconds, "must be less than or equal to previous value")], stop: true };
  return { errors: [], stop: false };
}

const withoutSeconds = ({ tolerationSeconds: _, ...rest }: Toleration): Omit<Toleration, "tolerationSeconds"> => rest;

function checkOnlyAddedTolerations(tolerations: readonly Toleration[], old: readonly Toleration[]): FieldError[] {
  const kept = old.every((o) => tolerations.some((t) => deepEqual(withoutSeconds(t), withoutSeconds(o))));
  if (!kept)
    return [fieldForbidden("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds")];
  return checkTolerations(tolerations, "spec.tolerations");
}

function checkOnlyDeletedGates(gates: readonly PodSchedulingGate[], old: readonly PodSchedulingGate[]): FieldError[] {
  return gates.flatMap(({ name }, i) =>
    old.some((o) => o.name === name)
      ? []
      : [
          fieldForbidden(
            `spec.schedulingGates[${i}].name`,
            `only deletion is allowed, but found new scheduling gate '${name}'`,
          ),
        ],
  );
}

/** The new spec with everything that may change put back as it was. */
function mungeUpdatable(spec: PodSpec, old: PodSpec): PodSpec {
  const munged = deepCopy(spec);
  for (const list of ["containers", "initContainers"] as const)
    for (const [i, container] of (munged[list] ?? []).entries()) container.image = old[list]?.[i]?.image;
  munged.activeDeadlineSeconds = old.activeDeadlineSeconds;
  munged.schedulingGates = old.schedulingGates;
  munged.tolerations = old.tolerations;
  if ((old.terminationGracePeriodSeconds ?? 0) < 0 && munged.terminationGracePeriodSeconds === 1)
    munged.terminationGracePeriodSeconds = old.terminationGracePeriodSeconds;
  return munged;
}

/** While gates hold a pod back, where it may go can be narrowed. Changes `munged`. */
function mungeGated(munged: PodSpec, old: PodSpec): FieldError[] {
  const errors: FieldError[] = [];
  if (!deepEqual(munged.nodeSelector ?? {}, old.nodeSelector ?? {})) {
    errors.push(...checkSelectorMutation(munged.nodeSelector ?? {}, old.nodeSelector ?? {}));
    munged.nodeSelector = old.nodeSelector;
  }
  const before = old.affinity?.nodeAffinity;
  const after = munged.affinity?.nodeAffinity;
  if (deepEqual(before ?? {}, after ?? {})) return errors;
  errors.push(...checkAffinityMutation(after, before));
  if (munged.affinity === undefined) munged.affinity = before && { nodeAffinity: before };
  else if (!old.affinity && !munged.affinity.podAffinity && !munged.affinity.podAntiAffinity)
    munged.affinity = undefined;
  else munged.affinity.nodeAffinity = before;
  return errors;
}

/** Mirrors core validation.validateNodeSelectorMutation. */
function checkSelectorMutation(
  selector: Readonly<Record<string, string>>,
  old: Readonly<Record<string, string>>,
): FieldError[] {
  return Object.entries(old)
    .filter(([key, value]) => selector[key] !== value)
    .slice(0, 1)
    .map(() =>
      invalid(
        "spec.nodeSelector",
        new GoLiteral(
          `map[string]string{${Object.keys(selector)
            .sort()
            .map((k) => `"${k}":"${selector[k]}"`)
            .join(", ")}}`,
        ),
        "only additions to spec.nodeSelector are allowed (no mutations or deletions)",
      ),
    );
}

/** Mirrors core validation.validateNodeAffinityMutation: required terms may only be narrowed. */
function checkAffinityMutation(affinity: NodeAffinity | undefined, old: NodeAffinity | undefined): FieldError[] {
  const field = "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms";
  const terms = affinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const oldTerms = old?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  if (oldTerms.length === 0) return [];
  if (oldTerms.length !== terms.length)
    return [
      invalid(
        field,
        new GoLiteral("[]core.NodeSelectorTerm{}"),
        "no additions/deletions to non-empty NodeSelectorTerms list are allowed",
      ),
    ];
  return oldTerms.flatMap((before, i) => {
    const after = terms[i]!;
    const grew = (list: "matchExpressions" | "matchFields"): boolean =>
      (before[list] ?? []).every((r, j) => deepEqual(r, after[list]?.[j]));
    const empty = (before.matchExpressions ?? []).length + (before.matchFields ?? []).length === 0;
    const unchanged = empty ? deepEqual(before, after) : grew("matchExpressions") && grew("matchFields");
    return unchanged
      ? []
      : [
          invalid(
            `${field}[${i}]`,
            new GoLiteral("core.NodeSelectorTerm{}"),
            "only additions are allowed (no mutations or deletions)",
          ),
        ];
  });
}
