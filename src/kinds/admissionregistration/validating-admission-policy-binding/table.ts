import type { TableFacet } from "../../definition.ts";
import { age } from "../../shared/table/cells.ts";
import { ageColumn, nameColumn, textColumn } from "../../shared/table/columns.ts";
import type { ValidatingAdmissionPolicyBinding } from "../../types/admissionregistration_v1.ts";
import type { LabelSelector } from "../../types/meta_v1.ts";

/** A selector as its generated String() in Go writes it. */
function selectorText({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const labels = Object.keys(matchLabels)
    .sort()
    .map((key) => `${key}: ${matchLabels[key]},`);
  const expressions = matchExpressions.map(
    (e) => `LabelSelectorRequirement{Key:${e.key},Operator:${e.operator},Values:[${(e.values ?? []).join(" ")}],},`,
  );
  return `&LabelSelector{MatchLabels:map[string]string{${labels.join("")}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join("")}},}`;
}

function parameters({ spec }: ValidatingAdmissionPolicyBinding): string {
  const reference = spec?.paramRef;
  if (reference?.name) return `${reference.namespace || "*"}/${reference.name}`;
  return reference?.selector === undefined ? "<unset>" : selectorText(reference.selector);
}

/** Mirrors printers.printValidatingAdmissionPolicyBinding. */
export const table: TableFacet<ValidatingAdmissionPolicyBinding> = {
  columns: [nameColumn, textColumn("PolicyName"), textColumn("ParamRef"), ageColumn],
  row: (binding, now) => [
    binding.metadata.name,
    binding.spec?.policyName ?? "",
    parameters(binding),
    age(binding, now),
  ],
};
