import { type FieldError, GoLiteral, goQuote, invalid, required } from "../../../machinery/field-error.ts";
import {
  checkDnsLabel,
  checkNonNegative,
  checkOneOf,
  checkWorkloadSelector,
  isBrokenSelector,
} from "../../shared/check.ts";
import { goLabelSelector, goPointer } from "../../shared/go-syntax.ts";
import { checkAlwaysRestarts, checkSelectorMatchesTemplate, checkTemplateMetadata } from "../../shared/pod/template.ts";
import type { StatefulSetSpec, StatefulSetUpdateStrategy } from "../../types/apps_v1.ts";

/** The template's PodSpec is not looked at: its volumes may be those of the claims. Mirrors apps validation.ValidateStatefulSetSpec. */
export function checkStatefulSetSpec(spec: Partial<StatefulSetSpec>): FieldError[] {
  const errors = [
    ...checkManagementPolicy(spec.podManagementPolicy),
    ...checkUpdateStrategy(spec.updateStrategy ?? {}),
    ...checkRetention(spec),
    ...checkNonNegative(spec.ordinals?.start, "spec.ordinals.start"),
    ...checkNonNegative(spec.replicas, "spec.replicas"),
    ...checkNonNegative(spec.minReadySeconds, "spec.minReadySeconds"),
    ...checkWorkloadSelector(spec.selector, "spec.selector", "empty selector is invalid for statefulset"),
  ];
  if (spec.serviceName) errors.push(...checkDnsLabel(spec.serviceName, "spec.serviceName"));
  if (isBrokenSelector(spec.selector))
    errors.push(invalid("spec.selector", new GoLiteral(goLabelSelector(spec.selector)), ""));
  else
    errors.push(
      ...checkSelectorMatchesTemplate(spec.selector, spec.template, "spec.template"),
      ...checkTemplateMetadata(spec.template, "spec.template"),
    );
  return [...errors, ...checkAlwaysRestarts(spec.template, "spec.template", "StatefulSet")];
}

function checkManagementPolicy(policy: string | undefined): FieldError[] {
  const field = "spec.podManagementPolicy";
  if (!policy) return [required(field)];
  if (policy === "OrderedReady" || policy === "Parallel") return [];
  return [invalid(field, policy, "must be 'OrderedReady' or 'Parallel'")];
}

function checkUpdateStrategy(strategy: StatefulSetUpdateStrategy): FieldError[] {
  const field = "spec.updateStrategy";
  const rolling = strategy.rollingUpdate;
  if (!strategy.type) return [required(field)];
  if (strategy.type === "RollingUpdate")
    return checkNonNegative(rolling?.partition, `${field}.rollingUpdate.partition`);
  if (strategy.type === "OnDelete") {
    const shown = new GoLiteral(
      `apps.RollingUpdateStatefulSetStrategy{Partition:${rolling?.partition ?? 0}, MaxUnavailable:(*intstr.IntOrString)(nil)}`,
    );
    return rolling ? [invalid(`${field}.rollingUpdate`, shown, "only allowed for updateStrategy 'RollingUpdate'")] : [];
  }
  const shown = `apps.StatefulSetUpdateStrategy{Type:${goQuote(strategy.type)}, RollingUpdate:${goPointer("apps.RollingUpdateStatefulSetStrategy", rolling)}}`;
  return [invalid(field, new GoLiteral(shown), "must be 'RollingUpdate' or 'OnDelete'")];
}

function checkRetention({ persistentVolumeClaimRetentionPolicy: policy }: Partial<StatefulSetSpec>): FieldError[] {
  if (!policy) return [];
  const at = "spec.persistentVolumeClaimRetentionPolicy";
  return (["whenDeleted", "whenScaled"] as const).flatMap((name) =>
    checkOneOf(policy[name], ["Retain", "Delete"], `${at}.${name}`),
  );
}
