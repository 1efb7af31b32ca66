import { type FieldError, fieldForbidden, invalid, required } from "../../../machinery/field-error.ts";
import type { Strategy } from "../../definition.ts";
import { checkNonNegative, checkOneOf } from "../../shared/check.ts";
import { keep, plainStatus } from "../../shared/keep.ts";
import type {
  LimitedPriorityLevelConfiguration,
  PriorityLevelConfiguration,
  QueuingConfiguration,
} from "../../types/flowcontrol_v1.ts";

const maxQueues = 10_000_000;
const maxHashBits = 60;

/** Mirrors pkg/registry/flowcontrol/prioritylevelconfiguration/strategy.go. */
export const strategy: Strategy<PriorityLevelConfiguration> = {
  defaults({ spec }) {
    if (spec?.exempt) {
      spec.exempt.nominalConcurrencyShares ??= 0;
      spec.exempt.lendablePercent ??= 0;
    }
    if (!spec?.limited) return;
    spec.limited.nominalConcurrencyShares ??= 30;
    spec.limited.lendablePercent ??= 0;
    const queuing = spec.limited.limitResponse?.queuing;
    if (!queuing) return;
    queuing.handSize ||= 8;
    queuing.queues ||= 64;
    queuing.queueLengthLimit ||= 50;
  },
  prepareForCreate(level) {
    level.status = {};
  },
  prepareForUpdate(level, old) {
    keep(level, old, "status");
  },
  validate,
  status: plainStatus,
};

function validate(level: PriorityLevelConfiguration): FieldError[] {
  const { type = "", limited, exempt } = level.spec ?? {};
  const errors: FieldError[] = [];
  if ((level.metadata.name === "exempt") !== (type === "Exempt"))
    errors.push(invalid("spec.type", type, "type must be 'Exempt' if and only if name is 'exempt'"));
  if (type === "Exempt") {
    if (limited) errors.push(fieldForbidden("spec.limited", "must be nil if the type is not Limited"));
    if (exempt) {
      errors.push(...checkShares(exempt.nominalConcurrencyShares, "spec.exempt.nominalConcurrencyShares"));
      errors.push(...checkPercent(exempt.lendablePercent, "spec.exempt.lendablePercent"));
    }
  } else if (type === "Limited") {
    if (exempt) errors.push(fieldForbidden("spec.exempt", "must be nil if the type is Limited"));
    errors.push(
      ...(limited
        ? checkLimited(limited, "spec.limited")
        : [required("spec.limited", "must not be empty when type is Limited")]),
    );
  } else errors.push(...checkOneOf(type, ["Exempt", "Limited"], "spec.type"));
  return errors;
}

const checkShares = (shares: number | undefined, field: string): FieldError[] =>
  shares !== undefined && shares < 0 ? [invalid(field, shares, "must be a non-negative integer")] : [];

const checkPercent = (percent: number | undefined, field: string): FieldError[] =>
  percent !== undefined && (percent < 0 || percent > 100)
    ? [invalid(field, percent, "must be between 0 and 100, inclusive")]
    : [];

function checkLimited(limited: LimitedPriorityLevelConfiguration, field: string): FieldError[] {
  const errors = checkShares(limited.nominalConcurrencyShares, `${field}.nominalConcurrencyShares`);
  const response = limited.limitResponse;
  const at = `${field}.limitResponse`;
  if (response?.type === "Reject") {
    if (response.queuing)
      errors.push(fieldForbidden(`${at}.queuing`, "must be nil if limited.limitResponse.type is not Limited"));
  } else if (response?.type === "Queue") {
    if (!response.queuing)
      errors.push(required(`${at}.queuing`, "must not be empty if limited.limitResponse.type is Limited"));
    else errors.push(...checkQueuing(response.queuing, `${at}.queuing`));
  } else errors.push(...checkOneOf(response?.type, ["Queue", "Reject"], `${at}.type`));
  errors.push(...checkPercent(limited.lendablePercent, `${field}.lendablePercent`));
  return [...errors, ...checkNonNegative(limited.borrowingLimitPercent, `${field}.borrowingLimitPercent`)];
}

function checkQueuing(queuing: QueuingConfiguration, field: string): FieldError[] {
  const { queues = 0, handSize = 0, queueLengthLimit = 0 } = queuing;
  const errors: FieldError[] = [];
  for (const [name, value] of [
    ["queueLengthLimit", queueLengthLimit],
    ["queues", queues],
  ] as const)
    if (value <= 0) errors.push(invalid(`${field}.${name}`, value, "must be positive"));
  if (queues > maxQueues) errors.push(invalid(`${field}.queues`, queues, `must not be greater than ${maxQueues}`));
  const at = `${field}.handSize`;
  if (handSize <= 0) errors.push(invalid(at, handSize, "must be positive"));
  else if (handSize > queues) errors.push(invalid(at, handSize, `should not be greater than queues (${queues})`));
  else {
    let bits = 0;
    for (let i = 0; i < Math.min(handSize, 64); i++) bits += Math.log2(queues - i);
    const required = Math.ceil(bits);
    if (required > maxHashBits)
      errors.push(
        invalid(
          at,
          handSize,
          `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${maxHashBits}`,
        ),
      );
  }
  return errors;
}
