import {
  type FieldError,
  GoLiteral,
  goQuote,
  invalid,
  notSupported,
  required,
} from "../../../machinery/field-error.ts";
import { deepEqual } from "../../../machinery/object.ts";
import { labelSelectorMatches, validateLabelSelector } from "../../../machinery/selectors/label-selector.ts";
import type { Strategy } from "../../definition.ts";
import {
  checkImmutable,
  checkNonNegative,
  checkNotMoreThan100Percent,
  checkPositiveIntOrPercent,
  intOrPercentValue,
  isBrokenSelector,
  isEmptySelector,
} from "../../shared/check.ts";
import { checkCollisionCount } from "../../shared/collision-count.ts";
import { goIntOrString, goLabelSelector, goPointer } from "../../shared/go-syntax.ts";
import { keep, keepAllButStatus } from "../../shared/keep.ts";
import { defaultPodTemplate } from "../../shared/pod/defaults.ts";
import { checkAlwaysRestarts, checkPodTemplate, templateLabelsMismatch } from "../../shared/pod/template.ts";
import { templateWarnings } from "../../shared/workload-warnings.ts";
import type { DaemonSet, DaemonSetSpec, DaemonSetStatus, DaemonSetUpdateStrategy } from "../../types/apps_v1.ts";

const templateGeneration = "deprecated.daemonset.template.generation";

/** Mirrors pkg/registry/apps/daemonset/strategy.go. */
export const strategy: Strategy<DaemonSet> = {
  defaults,
  prepareForCreate(set) {
    set.status = { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 };
    annotate(set, Math.max(1, generationOf(set)));
  },
  prepareForUpdate(set, old) {
    keep(set, old, "status");
    const changed = !deepEqual(set.spec?.template, old.spec?.template);
    annotate(set, generationOf(old) + (changed ? 1 : 0));
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
  warnings: (set, old) => templateWarnings(set, old, set.spec?.template),
  status: {
    prepareForUpdate: keepAllButStatus,
    validateUpdate: (set, old) => [...checkStatus(set.status), ...checkCollisionCount(set.status, old.status)],
  },
};

const generationOf = (set: DaemonSet): number => {
  const text = set.metadata.annotations?.[templateGeneration] ?? "";
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : 0;
};

// Internally a field of the spec; in v1 only this annotation shows it.
function annotate(set: DaemonSet, generation: number): void {
  set.metadata.annotations = { ...set.metadata.annotations, [templateGeneration]: String(generation) };
}

/** Mirrors SetDefaults_DaemonSet. */
function defaults({ spec }: DaemonSet): void {
  if (!spec) return;
  spec.updateStrategy ??= {};
  const { updateStrategy } = spec;
  updateStrategy.type ||= "RollingUpdate";
  if (updateStrategy.type === "RollingUpdate") {
    updateStrategy.rollingUpdate ??= {};
    updateStrategy.rollingUpdate.maxUnavailable ??= 1;
    updateStrategy.rollingUpdate.maxSurge ??= 0;
  }
  spec.revisionHistoryLimit ??= 10;
  spec.template ??= {};
  defaultPodTemplate(spec.template);
}

/** Mirrors apps validation.ValidateDaemonSetSpec. */
function checkSpec(spec: Partial<DaemonSetSpec> = {}): FieldError[] {
  const errors = validateLabelSelector(spec.selector, "spec.selector");
  const { selector, template } = spec;
  if (!isBrokenSelector(selector) && !labelSelectorMatches(selector, template?.metadata?.labels))
    errors.push(templateLabelsMismatch(template?.metadata?.labels, "spec.template"));
  if (selector && isEmptySelector(selector))
    errors.push(
      invalid("spec.selector", new GoLiteral(goLabelSelector(selector)), "empty selector is invalid for daemonset"),
    );
  errors.push(...checkPodTemplate(template, "spec.template"));
  errors.push(...checkAlwaysRestarts(template, "spec.template", "DaemonSet"));
  errors.push(...checkNonNegative(spec.minReadySeconds, "spec.minReadySeconds"));
  errors.push(...checkUpdateStrategy(spec.updateStrategy ?? {}, "spec.updateStrategy"));
  return [...errors, ...checkNonNegative(spec.revisionHistoryLimit, "spec.revisionHistoryLimit")];
}

function checkUpdateStrategy(strategy: DaemonSetUpdateStrategy, field: string): FieldError[] {
  const rolling = strategy.rollingUpdate;
  if (strategy.type === "OnDelete") return [];
  if (strategy.type !== "RollingUpdate") {
    const shown = `apps.DaemonSetUpdateStrategy{Type:${goQuote(strategy.type ?? "")}, RollingUpdate:${goPointer("apps.RollingUpdateDaemonSet", rolling)}}`;
    return [notSupported(field, new GoLiteral(shown), ["RollingUpdate", "OnDelete"])];
  }
  const at = `${field}.rollingUpdate`;
  if (!rolling) return [required(at)];
  const { maxUnavailable, maxSurge } = rolling;
  const errors = [
    ...checkPositiveIntOrPercent(maxUnavailable, `${at}.maxUnavailable`),
    ...checkPositiveIntOrPercent(maxSurge, `${at}.maxSurge`),
    ...checkNotMoreThan100Percent(maxUnavailable, `${at}.maxUnavailable`),
    ...checkNotMoreThan100Percent(maxSurge, `${at}.maxSurge`),
  ];
  const [unavailable, surge] = [intOrPercentValue(maxUnavailable) !== 0, intOrPercentValue(maxSurge) !== 0];
  if (unavailable && surge)
    errors.push(invalid(`${at}.maxSurge`, goIntOrString(maxSurge!), "may not be set when maxUnavailable is non-zero"));
  if (!unavailable && !surge) errors.push(required(`${at}.maxUnavailable`, "cannot be 0 when maxSurge is 0"));
  return errors;
}

const counts = [
  ...(["currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady"] as const),
  ...([
    "observedGeneration",
    "updatedNumberScheduled",
    "numberAvailable",
    "numberUnavailable",
    "collisionCount",
  ] as const),
];

const checkStatus = (status: DaemonSetStatus | undefined): FieldError[] =>
  counts.flatMap((name) => checkNonNegative(status?.[name], `status.${name}`));
