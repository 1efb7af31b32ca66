import {
  type FieldError,
  fieldForbidden,
  GoLiteral,
  goQuote,
  invalid,
  notSupported,
  required,
} from "../../../machinery/field-error.ts";
import { deepEqual } from "../../../machinery/object.ts";
import type { Strategy } from "../../definition.ts";
import {
  checkImmutable,
  checkNonNegative,
  checkNotMoreThan100Percent,
  checkPositiveIntOrPercent,
  checkWorkloadSelector,
  intOrPercentValue,
  isBrokenSelector,
} from "../../shared/check.ts";
import { checkCollisionCount } from "../../shared/collision-count.ts";
import { goIntOrString, goLabelSelector, goPointer } from "../../shared/go-syntax.ts";
import { keep, keepAllButStatus } from "../../shared/keep.ts";
import { defaultPodTemplate } from "../../shared/pod/defaults.ts";
import { checkAlwaysRestarts, checkPodTemplate, checkSelectorMatchesTemplate } from "../../shared/pod/template.ts";
import { nameWarnings, templateWarnings } from "../../shared/workload-warnings.ts";
import type { Deployment, DeploymentSpec, DeploymentStatus, DeploymentStrategy } from "../../types/apps_v1.ts";

/** Mirrors pkg/registry/apps/deployment/strategy.go. */
export const strategy: Strategy<Deployment> = {
  defaults,
  prepareForCreate(deployment) {
    deployment.status = {};
  },
  prepareForUpdate(deployment, old) {
    keep(deployment, old, "status");
  },
  // Annotations travel to the replica sets, so they count as well.
  generationChanges: (deployment, old) =>
    !deepEqual(deployment.spec, old.spec) ||
    !deepEqual(deployment.metadata.annotations ?? {}, old.metadata.annotations ?? {}),
  validate: (deployment) => checkSpec(deployment.spec),
  validateUpdate: (deployment, old) => [
    ...checkSpec(deployment.spec),
    ...checkImmutable(
      deployment.spec?.selector,
      old.spec?.selector,
      "spec.selector",
      new GoLiteral(goLabelSelector(deployment.spec?.selector)),
    ),
  ],
  warnings: (deployment, old) => [
    ...(old ? [] : nameWarnings(deployment)),
    ...templateWarnings(deployment, old, deployment.spec?.template),
  ],
  status: {
    prepareForUpdate: keepAllButStatus,
    validateUpdate: (deployment, old) => [
      ...checkStatus(deployment.status ?? {}),
      ...checkCollisionCount(deployment.status, old.status),
    ],
  },
};

/** Mirrors SetDefaults_Deployment. */
function defaults(deployment: Deployment): void {
  const { spec } = deployment;
  if (!spec) return;
  spec.replicas ??= 1;
  spec.strategy ??= {};
  spec.strategy.type ||= "RollingUpdate";
  if (spec.strategy.type === "RollingUpdate") {
    spec.strategy.rollingUpdate ??= {};
    spec.strategy.rollingUpdate.maxUnavailable ??= "25%";
    spec.strategy.rollingUpdate.maxSurge ??= "25%";
  }
  spec.revisionHistoryLimit ??= 10;
  spec.progressDeadlineSeconds ??= 600;
  spec.template ??= {};
  defaultPodTemplate(spec.template);
}

/** Mirrors apps validation.ValidateDeploymentSpec. */
function checkSpec(spec: Partial<DeploymentSpec> = {}): FieldError[] {
  const errors = [
    ...checkNonNegative(spec.replicas, "spec.replicas"),
    ...checkWorkloadSelector(spec.selector, "spec.selector", "empty selector is invalid for deployment"),
  ];
  if (isBrokenSelector(spec.selector))
    errors.push(invalid("spec.selector", new GoLiteral(goLabelSelector(spec.selector)), "invalid label selector"));
  else
    errors.push(
      ...checkSelectorMatchesTemplate(spec.selector, spec.template, "spec.template"),
      ...checkPodTemplate(spec.template, "spec.template"),
      ...checkAlwaysRestarts(spec.template, "spec.template", "ReplicaSet"),
    );
  errors.push(...checkStrategy(spec.strategy ?? {}, "spec.strategy"));
  const minReady = spec.minReadySeconds ?? 0;
  errors.push(...checkNonNegative(minReady, "spec.minReadySeconds"));
  errors.push(...checkNonNegative(spec.revisionHistoryLimit, "spec.revisionHistoryLimit"));
  const deadline = spec.progressDeadlineSeconds;
  if (deadline === undefined) return errors;
  errors.push(...checkNonNegative(deadline, "spec.progressDeadlineSeconds"));
  if (deadline <= minReady)
    errors.push(invalid("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds"));
  return errors;
}

function checkStrategy(strategy: DeploymentStrategy, field: string): FieldError[] {
  const rolling = strategy.rollingUpdate;
  const at = `${field}.rollingUpdate`;
  if (strategy.type === "Recreate")
    return rolling ? [fieldForbidden(at, "may not be specified when strategy `type` is 'Recreate'")] : [];
  if (strategy.type !== "RollingUpdate") {
    const shown = `apps.DeploymentStrategy{Type:${goQuote(strategy.type ?? "")}, RollingUpdate:${goPointer("apps.RollingUpdateDeployment", rolling)}}`;
    return [notSupported(field, new GoLiteral(shown), ["Recreate", "RollingUpdate"])];
  }
  if (!rolling) return [required(at, "this should be defaulted and never be nil")];
  const { maxUnavailable, maxSurge } = rolling;
  const errors = [
    ...checkPositiveIntOrPercent(maxUnavailable, `${at}.maxUnavailable`),
    ...checkPositiveIntOrPercent(maxSurge, `${at}.maxSurge`),
  ];
  if (intOrPercentValue(maxUnavailable) === 0 && intOrPercentValue(maxSurge) === 0)
    errors.push(
      invalid(`${at}.maxUnavailable`, goIntOrString(maxUnavailable ?? 0), "may not be 0 when `maxSurge` is 0"),
    );
  return [...errors, ...checkNotMoreThan100Percent(maxUnavailable, `${at}.maxUnavailable`)];
}

/** Mirrors apps validation.ValidateDeploymentStatus. */
function checkStatus(status: DeploymentStatus): FieldError[] {
  const errors: FieldError[] = [];
  for (const name of [
    "observedGeneration",
    "replicas",
    "updatedReplicas",
    "readyReplicas",
    "availableReplicas",
    "unavailableReplicas",
    "collisionCount",
  ] as const)
    errors.push(...checkNonNegative(status[name], `status.${name}`));
  for (const name of ["updatedReplicas", "readyReplicas", "availableReplicas"] as const)
    if ((status[name] ?? 0) > (status.replicas ?? 0))
      errors.push(invalid(`status.${name}`, status[name], "cannot be greater than status.replicas"));
  if ((status.availableReplicas ?? 0) > (status.readyReplicas ?? 0))
    errors.push(invalid("status.availableReplicas", status.availableReplicas, "cannot be greater than readyReplicas"));
  return errors;
}
