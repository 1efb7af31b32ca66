import { type FieldError, fieldForbidden, invalid } from "../../../machinery/field-error.ts";
import { deepEqual, type JsonObject } from "../../../machinery/object.ts";
import type { Strategy } from "../../definition.ts";
import { checkNonNegative } from "../../shared/check.ts";
import { checkCollisionCount } from "../../shared/collision-count.ts";
import { keep, keepAllButStatus } from "../../shared/keep.ts";
import { defaultPodTemplate } from "../../shared/pod/defaults.ts";
import { fractionWarning } from "../../shared/pod/warnings.ts";
import { templateWarnings } from "../../shared/workload-warnings.ts";
import type { StatefulSet, StatefulSetSpec, StatefulSetStatus } from "../../types/apps_v1.ts";
import type { PersistentVolumeClaim } from "../../types/core_v1.ts";
import { checkStatefulSetSpec } from "./validation.ts";

/** Mirrors pkg/registry/apps/statefulset/strategy.go. */
export const strategy: Strategy<StatefulSet> = {
  defaults,
  prepareForCreate(set) {
    set.status = { replicas: 0, availableReplicas: 0 };
    dropDisabledFields(set.spec);
  },
  prepareForUpdate(set, old) {
    keep(set, old, "status");
    dropDisabledFields(set.spec);
  },
  validate: (set) => checkStatefulSetSpec(set.spec ?? {}),
  validateUpdate: (set, old) => [...checkStatefulSetSpec(set.spec ?? {}), ...checkFixedFields(set.spec, old.spec)],
  warnings(set, old) {
    const warnings = templateWarnings(set, old, set.spec?.template);
    for (const [i, claim] of (set.spec?.volumeClaimTemplates ?? []).entries())
      warnings.push(
        ...fractionWarning(
          claim.spec?.resources?.requests?.storage,
          `spec.volumeClaimTemplates[${i}].Spec.resources.requests[storage]`,
        ),
      );
    if ((set.spec?.revisionHistoryLimit ?? 0) < 0)
      warnings.push(
        "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended",
      );
    return warnings;
  },
  status: {
    prepareForUpdate: keepAllButStatus,
    validateUpdate: (set, old) => [
      ...checkStatus(set.status ?? { replicas: 0 }),
      ...checkCollisionCount(set.status, old.status),
    ],
  },
};

/** Mirrors SetDefaults_StatefulSet. */
function defaults({ spec }: StatefulSet): void {
  if (!spec) return;
  spec.podManagementPolicy ||= "OrderedReady";
  spec.updateStrategy ??= {};
  const { updateStrategy } = spec;
  updateStrategy.type ||= "RollingUpdate";
  if (updateStrategy.type === "RollingUpdate") {
    updateStrategy.rollingUpdate ??= {};
    updateStrategy.rollingUpdate.partition ??= 0;
  }
  spec.persistentVolumeClaimRetentionPolicy ??= {};
  spec.persistentVolumeClaimRetentionPolicy.whenDeleted ||= "Retain";
  spec.persistentVolumeClaimRetentionPolicy.whenScaled ||= "Retain";
  spec.replicas ??= 1;
  spec.revisionHistoryLimit ??= 10;
  spec.template ??= {};
  defaultPodTemplate(spec.template);
  for (const claim of spec.volumeClaimTemplates ?? []) defaultClaimTemplate(claim);
}

function defaultClaimTemplate(claim: PersistentVolumeClaim): void {
  claim.apiVersion ||= "v1";
  claim.kind ||= "PersistentVolumeClaim";
  claim.metadata ??= {};
  if (claim.metadata.creationTimestamp === undefined) (claim.metadata as JsonObject).creationTimestamp = null;
  claim.spec ??= {};
  claim.spec.volumeMode ??= "Filesystem";
  claim.status ??= {};
  claim.status.phase ||= "Pending";
}

// The feature gate MaxUnavailableStatefulSet is off in 1.33.
function dropDisabledFields(spec: StatefulSetSpec | undefined): void {
  delete spec?.updateStrategy?.rollingUpdate?.maxUnavailable;
}

const changeable = new Set([
  ...["replicas", "template", "updateStrategy", "minReadySeconds", "ordinals", "revisionHistoryLimit"],
  "persistentVolumeClaimRetentionPolicy",
]);

function checkFixedFields(spec: Partial<StatefulSetSpec> = {}, old: Partial<StatefulSetSpec> = {}): FieldError[] {
  const fixed = (s: object): JsonObject =>
    Object.fromEntries(Object.entries(s).filter(([name]) => !changeable.has(name)));
  if (deepEqual(fixed(spec), fixed(old))) return [];
  return [
    fieldForbidden(
      "spec",
      "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    ),
  ];
}

/** Mirrors apps validation.ValidateStatefulSetStatus. */
function checkStatus(status: StatefulSetStatus): FieldError[] {
  const errors: FieldError[] = [];
  for (const name of [
    "replicas",
    "readyReplicas",
    "currentReplicas",
    "updatedReplicas",
    "availableReplicas",
    "observedGeneration",
    "collisionCount",
  ] as const)
    errors.push(...checkNonNegative(status[name], `status.${name}`));
  for (const name of ["readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"] as const)
    if ((status[name] ?? 0) > (status.replicas ?? 0))
      errors.push(invalid(`status.${name}`, status[name], "cannot be greater than status.replicas"));
  if ((status.availableReplicas ?? 0) > (status.readyReplicas ?? 0))
    errors.push(
      invalid("status.availableReplicas", status.availableReplicas, "cannot be greater than status.readyReplicas"),
    );
  return errors;
}
