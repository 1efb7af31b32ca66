import { type FieldError, fieldForbidden, invalid, required } from "../../../machinery/field-error.ts";
import { deepCopy, deepEqual } from "../../../machinery/object.ts";
import { compareQuantities, quantityValue } from "../../../machinery/quantity.ts";
import type { Strategy } from "../../definition.ts";
import { checkImmutable, immutableMessage, sortedKeys } from "../../shared/check.ts";
import { goDiff } from "../../shared/go-diff.ts";
import { keep, keepAllButStatus } from "../../shared/keep.ts";
import { checkClaimSpec } from "../../shared/pod/claim-spec.ts";
import { quantityOf } from "../../shared/pod/resources.ts";
import { fractionWarning } from "../../shared/pod/warnings.ts";
import { dropVolumeAttributesClass } from "../../shared/volume-attributes-class.ts";
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from "../../types/core_v1.ts";

const oldClassAnnotation = "volume.beta.kubernetes.io/storage-class";

/** Mirrors pkg/registry/core/persistentvolumeclaim/strategy.go. */
export const strategy: Strategy<PersistentVolumeClaim> = {
  defaults(claim) {
    claim.spec ??= {};
    claim.spec.volumeMode ??= "Filesystem";
    claim.status ??= {};
    claim.status.phase ||= "Pending";
  },
  prepareForCreate(claim) {
    claim.status = { phase: "Pending" };
    dropVolumeAttributesClass(claim.spec);
    if (claim.spec) dropOddDataSource(claim.spec);
    if (claim.spec) normalizeDataSources(claim.spec);
  },
  prepareForUpdate(claim, old) {
    keep(claim, old, "status");
    dropVolumeAttributesClass(claim.spec, old.spec);
    if (claim.spec && !old.spec?.dataSource && !old.spec?.dataSourceRef) dropOddDataSource(claim.spec);
    if (claim.spec) normalizeDataSources(claim.spec);
  },
  validate: (claim) => checkClaimSpec(claim.spec ?? {}, "spec"),
  validateUpdate,
  warnings: ({ metadata, spec }) => [
    ...(metadata.annotations?.[oldClassAnnotation] === undefined
      ? []
      : [
          `metadata.annotations[${oldClassAnnotation}]: deprecated since v1.8; use "storageClassName" attribute instead`,
        ]),
    ...fractionWarning(spec?.resources?.requests?.storage, "spec.resources.requests[storage]"),
    ...fractionWarning(spec?.resources?.limits?.storage, "spec.resources.limits[storage]"),
  ],
  selectableFields: (claim) => ({ name: claim.metadata.name ?? "" }),
  status: { prepareForUpdate: keepAllButStatus, validateUpdate: validateStatus },
};

/** What the older way could not name is let go. Mirrors EnforceDataSourceBackwardsCompatibility. */
function dropOddDataSource(spec: PersistentVolumeClaimSpec): void {
  const { apiGroup = "", kind } = spec.dataSource ?? {};
  const isClaim = apiGroup === "" && kind === "PersistentVolumeClaim";
  const isSnapshot = apiGroup === "snapshot.storage.k8s.io" && kind === "VolumeSnapshot";
  if (!isClaim && !isSnapshot) delete spec.dataSource;
}

/** The two ways to name a source say the same, where the namespace lets them. Mirrors NormalizeDataSources. */
function normalizeDataSources(spec: PersistentVolumeClaimSpec): void {
  if (spec.dataSource && !spec.dataSourceRef) spec.dataSourceRef = { ...spec.dataSource };
  else if (spec.dataSourceRef && !spec.dataSource && !spec.dataSourceRef.namespace) {
    const { namespace: _, ...source } = spec.dataSourceRef;
    spec.dataSource = source;
  }
}

/** Mirrors core validation.ValidatePersistentVolumeClaimUpdate. */
function validateUpdate(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): FieldError[] {
  const spec = claim.spec ?? {};
  const before = deepCopy(old.spec ?? {});
  const now = deepCopy(spec);
  const errors = checkClaimSpec(spec, "spec");
  // The binder names the volume, once.
  if (!before.volumeName) before.volumeName = now.volumeName;
  errors.push(...adoptClass(claim, old, now, before));
  if (claim.status?.phase === "Bound" && now.resources?.requests) {
    const storage = before.resources?.requests?.storage;
    if (storage !== undefined) now.resources.requests.storage = storage;
  }
  if (!deepEqual(now, before))
    errors.push(
      fieldForbidden(
        "spec",
        `spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n${goDiff("core.PersistentVolumeClaimSpec", before, now)}`,
      ),
    );
  const size = quantityOf(spec.resources?.requests?.storage);
  const shrinks = compareQuantities(size, quantityOf(old.spec?.resources?.requests?.storage)) < 0;
  if (shrinks && compareQuantities(size, quantityOf(old.status?.capacity?.storage)) <= 0)
    errors.push(fieldForbidden("spec.resources.requests.storage", "field can not be less than status.capacity"));
  return [...errors, ...checkImmutable(spec.volumeMode, old.spec?.volumeMode, "volumeMode", spec.volumeMode ?? null)];
}

/** A class may be given to a claim that has none, or move from the old annotation. Changes `now`. */
function adoptClass(
  claim: PersistentVolumeClaim,
  old: PersistentVolumeClaim,
  now: PersistentVolumeClaimSpec,
  before: PersistentVolumeClaimSpec,
): FieldError[] {
  const annotation = claim.metadata.annotations?.[oldClassAnnotation];
  const oldAnnotation = old.metadata.annotations?.[oldClassAnnotation];
  const fresh = before.storageClassName === undefined && now.storageClassName !== undefined;
  if (fresh && oldAnnotation !== undefined && now.storageClassName === oldAnnotation) {
    if (annotation === undefined || annotation === oldAnnotation) {
      delete now.storageClassName;
      return [];
    }
  }
  const errors =
    (annotation ?? "") === (oldAnnotation ?? "")
      ? []
      : [invalid(`metadata.annotations.${oldClassAnnotation}`, annotation ?? "", immutableMessage)];
  if (fresh && (oldAnnotation === undefined || now.storageClassName === oldAnnotation)) delete now.storageClassName;
  return errors;
}

/** Mirrors core validation.ValidatePersistentVolumeClaimStatusUpdate. */
function validateStatus(claim: PersistentVolumeClaim): FieldError[] {
  const errors: FieldError[] = (claim.spec?.accessModes ?? []).length === 0 ? [required("Spec.accessModes")] : [];
  for (const name of sortedKeys(claim.status?.capacity)) {
    const value = quantityValue(quantityOf(claim.status!.capacity![name]));
    if (value < 0) errors.push(invalid(`status.capacity[${name}]`, value, "must be a valid resource quantity"));
  }
  return errors;
}
