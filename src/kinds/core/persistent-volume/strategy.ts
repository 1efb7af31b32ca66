import { type FieldError, fieldForbidden, GoLiteral, invalid } from "../../../machinery/field-error.ts";
import { deepEqual } from "../../../machinery/object.ts";
import { formatTime } from "../../../machinery/time.ts";
import type { Strategy } from "../../definition.ts";
import { checkImmutable, immutableMessage } from "../../shared/check.ts";
import { goDiff } from "../../shared/go-diff.ts";
import { goPointer } from "../../shared/go-syntax.ts";
import { keep, keepAllButStatus } from "../../shared/keep.ts";
import { defaultCloudVolume } from "../../shared/pod/defaults.ts";
import { fractionWarning, termWarnings } from "../../shared/pod/warnings.ts";
import { dropVolumeAttributesClass } from "../../shared/volume-attributes-class.ts";
import type { PersistentVolume, PersistentVolumeSpec } from "../../types/core_v1.ts";
import { checkVolumeSpec, volumeSources } from "./validation.ts";

/** Mirrors pkg/registry/core/persistentvolume/strategy.go. */
export const strategy: Strategy<PersistentVolume> = {
  defaults(volume) {
    volume.status ??= {};
    volume.status.phase ||= "Pending";
    volume.spec ??= {};
    volume.spec.persistentVolumeReclaimPolicy ||= "Retain";
    volume.spec.volumeMode ??= "Filesystem";
    if (volume.spec.hostPath) volume.spec.hostPath.type ??= "";
    defaultCloudVolume(volume.spec);
  },
  prepareForCreate(volume, context) {
    volume.status = { phase: "Pending", lastPhaseTransitionTime: formatTime(context.now) };
    dropVolumeAttributesClass(volume.spec);
  },
  prepareForUpdate(volume, old) {
    keep(volume, old, "status");
    dropVolumeAttributesClass(volume.spec, old.spec);
  },
  validate: (volume) => checkVolumeSpec(volume.spec ?? {}, volume.metadata.name ?? ""),
  validateUpdate: (volume, old) => [
    ...checkVolumeSpec(volume.spec ?? {}, volume.metadata.name ?? ""),
    ...checkChanges(volume.spec ?? {}, old.spec ?? {}),
  ],
  warnings,
  selectableFields: (volume) => ({ name: volume.metadata.name ?? "" }),
  status: {
    prepareForUpdate(volume, old, context) {
      keepAllButStatus(volume, old);
      const { status } = volume;
      if (!status || status.phase === old.status?.phase) return;
      if (status.lastPhaseTransitionTime === old.status?.lastPhaseTransitionTime)
        status.lastPhaseTransitionTime = formatTime(context.now);
    },
    validateUpdate: () => [],
  },
};

const sourceOf = (spec: PersistentVolumeSpec): Partial<PersistentVolumeSpec> =>
  Object.fromEntries(volumeSources.flatMap((name) => (spec[name] === undefined ? [] : [[name, spec[name]]])));

/** Mirrors core validation.ValidatePersistentVolumeUpdate. */
function checkChanges(spec: PersistentVolumeSpec, old: PersistentVolumeSpec): FieldError[] {
  const now = sourceOf(spec);
  if (now.csi?.controllerExpandSecretRef && old.csi && !old.csi.controllerExpandSecretRef) {
    const { controllerExpandSecretRef: _, ...csi } = now.csi;
    now.csi = csi;
  }
  const errors: FieldError[] = [];
  if (!deepEqual(now, sourceOf(old)))
    errors.push(
      fieldForbidden(
        "spec.persistentvolumesource",
        `spec.persistentvolumesource is immutable after creation\n${goDiff("core.PersistentVolumeSource", sourceOf(old), now)}`,
      ),
    );
  errors.push(...checkImmutable(spec.volumeMode, old.volumeMode, "volumeMode", spec.volumeMode ?? null));
  if (old.nodeAffinity && !deepEqual(withStableLabels(old.nodeAffinity), withStableLabels(spec.nodeAffinity)))
    errors.push(
      invalid(
        "nodeAffinity",
        new GoLiteral(
          `core.VolumeNodeAffinity{Required:${goPointer("core.NodeSelector", spec.nodeAffinity?.required)}}`,
        ),
        `${immutableMessage}, except for updating from beta label to GA`,
      ),
    );
  return errors;
}

const stableLabels: Readonly<Record<string, string>> = {
  "failure-domain.beta.kubernetes.io/zone": "topology.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
  "beta.kubernetes.io/os": "kubernetes.io/os",
  "beta.kubernetes.io/arch": "kubernetes.io/arch",
  "beta.kubernetes.io/instance-type": "node.kubernetes.io/instance-type",
};

/** The affinity under today's label names, as text to compare. */
function withStableLabels(affinity: PersistentVolumeSpec["nodeAffinity"]): unknown {
  return (affinity?.required?.nodeSelectorTerms ?? []).map((term) => ({
    ...term,
    matchExpressions: (term.matchExpressions ?? []).map((e) => ({ ...e, key: stableLabels[e.key] ?? e.key })),
  }));
}

const deprecatedSources: Readonly<Record<string, string>> = {
  photonPersistentDisk: "deprecated in v1.11, non-functional in v1.16+",
  scaleIO: "deprecated in v1.16, non-functional in v1.22+",
  storageos: "deprecated in v1.22, non-functional in v1.25+",
  glusterfs: "deprecated in v1.25, non-functional in v1.26+",
  cephfs: "deprecated in v1.28, non-functional in v1.31+",
  rbd: "deprecated in v1.28, non-functional in v1.31+",
};

/** Mirrors api/persistentvolume GetWarningsForPersistentVolume. */
function warnings({ metadata, spec = {} }: PersistentVolume): string[] {
  const found: string[] = [];
  const oldClass = "volume.beta.kubernetes.io/storage-class";
  const oldOptions = "volume.beta.kubernetes.io/mount-options";
  if (metadata.annotations?.[oldClass] !== undefined)
    found.push(`metadata.annotations[${oldClass}]: deprecated since v1.8; use "storageClassName" attribute instead`);
  if (metadata.annotations?.[oldOptions] !== undefined)
    found.push(`metadata.annotations[${oldOptions}]: deprecated since v1.31; use "mountOptions" attribute instead`);
  for (const [i, term] of (spec.nodeAffinity?.required?.nodeSelectorTerms ?? []).entries())
    found.push(...termWarnings(term, `spec.nodeAffinity.required.nodeSelectorTerms[${i}]`));
  if (spec.persistentVolumeReclaimPolicy === "Recycle")
    found.push(
      "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.",
    );
  for (const [name, message] of Object.entries(deprecatedSources))
    if (spec[name as keyof PersistentVolumeSpec])
      found.push(`spec.${name === "storageos" ? "storageOS" : name}: ${message}`);
  return [...found, ...fractionWarning(spec.capacity?.storage, "spec.capacity[storage]")];
}
