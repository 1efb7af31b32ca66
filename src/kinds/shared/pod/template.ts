import {
  type FieldError,
  fieldForbidden,
  GoLiteral,
  goStringMap,
  invalid,
  notSupported,
} from "../../../machinery/field-error.ts";
import { labelSelectorMatches, validateLabels } from "../../../machinery/selectors/label-selector.ts";
import type { PodTemplateSpec } from "../../types/core_v1.ts";
import type { LabelSelector } from "../../types/meta_v1.ts";
import { checkAnnotations, isBrokenSelector, isEmptySelector } from "../check.ts";
import { checkAppArmorAgreement, checkPodAnnotations, checkSeccompAgreement } from "./annotations.ts";
import { checkPodSpec, noEphemeralContainers } from "./spec.ts";

/** Mirrors core validation.ValidatePodTemplateSpec. */
export function checkPodTemplate(template: PodTemplateSpec | undefined, field: string): FieldError[] {
  const spec = template?.spec ?? { containers: [] };
  const annotations = template?.metadata?.annotations;
  return [
    ...checkTemplateMetadata(template, field),
    ...checkPodSpec(spec, `${field}.spec`, { isPod: false }),
    ...checkSeccompAgreement(annotations, spec, `${field}.spec`),
    ...checkAppArmorAgreement(annotations, spec, `${field}.spec`),
    ...noEphemeralContainers(spec, `${field}.spec`),
  ];
}

/** Labels and annotations alone: all that a StatefulSet's template is asked for. */
export function checkTemplateMetadata(template: PodTemplateSpec | undefined, field: string): FieldError[] {
  const metadata = template?.metadata;
  return [
    ...validateLabels(metadata?.labels, `${field}.labels`),
    ...checkAnnotations(metadata?.annotations, `${field}.annotations`),
    ...checkPodAnnotations(metadata?.annotations, template?.spec ?? { containers: [] }, `${field}.annotations`),
  ];
}

/** The template's labels must be what the workload selects. An empty selector is told elsewhere. */
export function checkSelectorMatchesTemplate(
  selector: LabelSelector | undefined,
  template: PodTemplateSpec | undefined,
  field: string,
): FieldError[] {
  if (selector && (isBrokenSelector(selector) || isEmptySelector(selector))) return [];
  const labels = template?.metadata?.labels;
  return labelSelectorMatches(selector, labels) ? [] : [templateLabelsMismatch(labels, field)];
}

export const templateLabelsMismatch = (
  labels: Readonly<Record<string, string>> | undefined,
  field: string,
): FieldError =>
  invalid(
    `${field}.metadata.labels`,
    new GoLiteral(goStringMap(labels)),
    "`selector` does not match template `labels`",
  );

/** A workload that keeps its pods running wants restartPolicy Always and no deadline; `kind` is upstream's word in the message. */
export function checkAlwaysRestarts(template: PodTemplateSpec | undefined, field: string, kind: string): FieldError[] {
  const errors: FieldError[] = [];
  const spec = template?.spec;
  if (spec?.restartPolicy !== "Always")
    errors.push(notSupported(`${field}.spec.restartPolicy`, spec?.restartPolicy ?? "", ["Always"]));
  if (typeof spec?.activeDeadlineSeconds === "number")
    errors.push(
      fieldForbidden(`${field}.spec.activeDeadlineSeconds`, `activeDeadlineSeconds in ${kind} is not Supported`),
    );
  return errors;
}
