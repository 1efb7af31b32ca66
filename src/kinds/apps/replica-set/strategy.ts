import { type FieldError, GoLiteral, invalid } from "../../../machinery/field-error.ts";
import type { Strategy } from "../../definition.ts";
import { checkImmutable, checkNonNegative, checkWorkloadSelector, isBrokenSelector } from "../../shared/check.ts";
import { goLabelSelector } from "../../shared/go-syntax.ts";
import { keep, keepAllButStatus } from "../../shared/keep.ts";
import { defaultPodTemplate } from "../../shared/pod/defaults.ts";
import { checkAlwaysRestarts, checkPodTemplate, checkSelectorMatchesTemplate } from "../../shared/pod/template.ts";
import { checkReplicaStatus } from "../../shared/replica-status.ts";
import { nameWarnings, templateWarnings } from "../../shared/workload-warnings.ts";
import type { ReplicaSet, ReplicaSetSpec } from "../../types/apps_v1.ts";

/** Mirrors pkg/registry/apps/replicaset/strategy.go. */
export const strategy: Strategy<ReplicaSet> = {
  defaults({ spec }) {
    if (!spec) return;
    spec.replicas ??= 1;
    spec.template ??= {};
    defaultPodTemplate(spec.template);
  },
  prepareForCreate(set) {
    set.status = { replicas: 0 };
  },
  prepareForUpdate(set, old) {
    keep(set, old, "status");
  },
  validate: (set) => checkSpec(set.spec),
  validateUpdate: (set, old) => [
    ...checkSpec(set.spec),
    ...checkImmutable(
      set.spec?.selector,
      old.spec?.selector,
      "spec.selector",
      new GoLiteral(goLabelSelector(set.spec?.selector)),
    ),
  ],
  warnings: (set, old) => [...(old ? [] : nameWarnings(set)), ...templateWarnings(set, old, set.spec?.template)],
  selectableFields: (set) => ({ "status.replicas": String(set.status?.replicas ?? 0) }),
  status: {
    prepareForUpdate: keepAllButStatus,
    validateUpdate: (set) => checkReplicaStatus(set.status ?? { replicas: 0 }),
  },
};

/** Mirrors apps validation.ValidateReplicaSetSpec, whose words name deployments. */
function checkSpec(spec: Partial<ReplicaSetSpec> = {}): FieldError[] {
  const errors = [
    ...checkNonNegative(spec.replicas, "spec.replicas"),
    ...checkNonNegative(spec.minReadySeconds, "spec.minReadySeconds"),
    ...checkWorkloadSelector(spec.selector, "spec.selector", "empty selector is invalid for deployment"),
  ];
  if (isBrokenSelector(spec.selector))
    return [
      ...errors,
      invalid("spec.selector", new GoLiteral(goLabelSelector(spec.selector)), "invalid label selector"),
    ];
  return [
    ...errors,
    ...checkSelectorMatchesTemplate(spec.selector, spec.template, "spec.template"),
    ...checkPodTemplate(spec.template, "spec.template"),
    ...checkAlwaysRestarts(spec.template, "spec.template", "ReplicaSet"),
  ];
}
