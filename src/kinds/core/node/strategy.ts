import {
  duplicate,
  type FieldError,
  fieldForbidden,
  GoLiteral,
  goQuote,
  invalid,
} from "../../../machinery/field-error.ts";
import { labelValueErrors } from "../../../machinery/names.ts";
import type { Strategy } from "../../definition.ts";
import { checkCidr, isDualStack } from "../../shared/addresses.ts";
import { checkLabelName, checkRequiredOneOf, sortedKeys } from "../../shared/check.ts";
import { goStrings } from "../../shared/go-syntax.ts";
import { keep } from "../../shared/keep.ts";
import { checkResourceQuantity } from "../../shared/pod/resources.ts";
import { taintEffects } from "../../shared/pod/scheduling.ts";
import type { Node, Taint } from "../../types/core_v1.ts";

/** Mirrors pkg/registry/core/node/strategy.go. A node's status may be set when it is created: kubelets do. */
export const strategy: Strategy<Node> = {
  defaults(node) {
    if (node.status?.capacity && !node.status.allocatable) node.status.allocatable = { ...node.status.capacity };
  },
  prepareForCreate() {},
  prepareForUpdate(node, old) {
    keep(node, old, "status");
  },
  validate,
  validateUpdate,
  warnings(node) {
    const warnings: string[] = [];
    if (node.spec?.configSource)
      warnings.push("spec.configSource: the feature is no longer supported, this field is ignored");
    if (node.spec?.externalID) warnings.push("spec.externalID: this field is deprecated, and is unused by Kubernetes");
    return warnings;
  },
  selectableFields: (node) => ({ "spec.unschedulable": String(node.spec?.unschedulable ?? false) }),
  status: {
    prepareForUpdate(node, old) {
      keep(node, old, "spec");
    },
    validateUpdate,
  },
};

function validate(node: Node): FieldError[] {
  const errors = [...checkTaints(node.spec?.taints ?? []), ...checkResources(node)];
  const cidrs = node.spec?.podCIDRs ?? [];
  errors.push(...cidrs.flatMap((cidr, i) => checkCidr(cidr, `spec.podCIDRs[${i}]`)));
  if (cidrs.length > 1) {
    const families = cidrs.map((c) => c.split("/", 1)[0]!);
    if (cidrs.length > 2 || !isDualStack(families))
      errors.push(
        invalid(
          "spec.podCIDRs",
          new GoLiteral(goStrings(cidrs)),
          "may specify no more than one CIDR for each IP family",
        ),
      );
    for (const [i, cidr] of cidrs.entries())
      if (cidrs.indexOf(cidr) < i) errors.push(duplicate(`spec.podCIDRs[${i}]`, cidr));
  }
  return errors;
}

/** Taints are told at metadata, as upstream has it. Mirrors core validation.validateNodeTaints. */
function checkTaints(taints: readonly Taint[]): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [i, taint] of taints.entries()) {
    const at = `metadata.taints[${i}]`;
    errors.push(...checkLabelName(taint.key ?? "", `${at}.key`));
    const messages = labelValueErrors(taint.value ?? "");
    if (messages.length > 0) errors.push(invalid(`${at}.value`, taint.value, messages.join(";")));
    errors.push(...checkRequiredOneOf(taint.effect, taintEffects, `${at}.effect`));
    const pair = JSON.stringify([taint.key, taint.effect]);
    if (seen.has(pair)) errors.push(duplicateTaint(taint, at));
    seen.add(pair);
  }
  return errors;
}

function duplicateTaint(taint: Taint, at: string): FieldError {
  const time = taint.timeAdded ? "time.Time{}" : "<nil>";
  const shown = `core.Taint{Key:${goQuote(taint.key)}, Value:${goQuote(taint.value ?? "")}, Effect:${goQuote(taint.effect)}, TimeAdded:${time}}`;
  const error = duplicate(at, new GoLiteral(shown));
  return { ...error, message: `${error.message}: taints must be unique by key and effect pair` };
}

function checkResources(node: Node): FieldError[] {
  return (["capacity", "allocatable"] as const).flatMap((list) =>
    sortedKeys(node.status?.[list]).flatMap((name) =>
      checkResourceQuantity(name, node.status![list]![name]!, `status.${list}.${name}`),
    ),
  );
}

/** Mirrors core validation.ValidateNodeUpdate. */
function validateUpdate(node: Node, old: Node): FieldError[] {
  const errors = checkResources(node);
  const seen = new Set<string>();
  for (const [i, { type, address }] of (node.status?.addresses ?? []).entries()) {
    const key = JSON.stringify([type, address]);
    const shown = `core.NodeAddress{Type:${goQuote(type)}, Address:${goQuote(address)}}`;
    if (seen.has(key)) errors.push(duplicate(`status.addresses[${i}]`, new GoLiteral(shown)));
    seen.add(key);
  }
  const before = old.spec?.podCIDRs ?? [];
  const after = node.spec?.podCIDRs ?? [];
  if (before.length > 0 && (before.length !== after.length || before.some((cidr, i) => cidr !== after[i])))
    errors.push(fieldForbidden("spec.podCIDRs", 'node updates may not change podCIDR except from "" to valid'));
  if (old.spec?.providerID && old.spec.providerID !== node.spec?.providerID)
    errors.push(fieldForbidden("spec.providerID", 'node updates may not change providerID except from "" to valid'));
  errors.push(...checkTaints(node.spec?.taints ?? []));
  if ((node.spec?.externalID ?? "") !== (old.spec?.externalID ?? ""))
    errors.push(fieldForbidden("spec.externalID", "may not be updated"));
  return errors;
}
