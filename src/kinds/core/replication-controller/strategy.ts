import { type FieldError, GoLiteral, goStringMap, invalid, required } from "../../../machinery/field-error.ts";
import type { Strategy } from "../../definition.ts";
import { checkNonNegative } from "../../shared/check.ts";
import { keep, keepAllButStatus } from "../../shared/keep.ts";
import { defaultPodTemplate } from "../../shared/pod/defaults.ts";
import { checkAlwaysRestarts, checkPodTemplate } from "../../shared/pod/template.ts";
import { podWarnings } from "../../shared/pod/warnings.ts";
import { checkReplicaStatus } from "../../shared/replica-status.ts";
import type { ReplicationController } from "../../types/core_v1.ts";

/** Mirrors pkg/registry/core/replicationcontroller/strategy.go. */
export const strategy: Strategy<ReplicationController> = {
  defaults(controller) {
    controller.spec ??= {};
    const { spec, metadata } = controller;
    const labels = spec.template?.metadata?.labels;
    if (labels && Object.keys(spec.selector ?? {}).length === 0) spec.selector = { ...labels };
    if (labels && Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels };
    spec.replicas ??= 1;
    if (spec.template) defaultPodTemplate(spec.template);
  },
  prepareForCreate(controller) {
    controller.status = { replicas: 0 };
  },
  prepareForUpdate(controller, old) {
    keep(controller, old, "status");
  },
  validate,
  validateUpdate: validate,
  warnings: (controller) =>
    podWarnings(controller.spec?.template?.spec, controller.spec?.template?.metadata?.annotations, "spec.template."),
  selectableFields: (controller) => ({ "status.replicas": String(controller.status?.replicas ?? 0) }),
  status: {
    prepareForUpdate: keepAllButStatus,
    validateUpdate: (controller) => checkReplicaStatus(controller.status ?? { replicas: 0 }),
  },
};

function validate({ spec = {} }: ReplicationController): FieldError[] {
  const errors = checkNonNegative(spec.minReadySeconds, "spec.minReadySeconds");
  const selector = Object.entries(spec.selector ?? {});
  if (selector.length === 0) errors.push(required("spec.selector"));
  errors.push(...checkNonNegative(spec.replicas, "spec.replicas"));
  if (!spec.template) return [...errors, required("spec.template")];
  const labels = spec.template.metadata?.labels ?? {};
  if (selector.some(([key, value]) => labels[key] !== value))
    errors.push(
      invalid(
        "spec.template.metadata.labels",
        new GoLiteral(goStringMap(spec.template.metadata?.labels)),
        "`selector` does not match template `labels`",
      ),
    );
  errors.push(...checkPodTemplate(spec.template, "spec.template"));
  return [...errors, ...checkAlwaysRestarts(spec.template, "spec.template", "ReplicationController")];
}
