import { type FieldError, GoLiteral } from "../../../machinery/field-error.ts";
import { dns1123SubdomainErrors } from "../../../machinery/names.ts";
import { validateLabelSelector } from "../../../machinery/selectors/label-selector.ts";
import type { Strategy } from "../../definition.ts";
import { checkImmutable, invalidEach, sortedKeys } from "../../shared/check.ts";
import { goLabelSelector } from "../../shared/go-syntax.ts";
import { checkNonNegativeQuantity } from "../../shared/pod/resources.ts";
import { deprecatedNodeLabels, isDeprecatedLabel, termWarnings } from "../../shared/pod/warnings.ts";
import type { CSIStorageCapacity } from "../../types/storage_v1.ts";

/** Mirrors pkg/registry/storage/csistoragecapacity/strategy.go. */
export const strategy: Strategy<CSIStorageCapacity> = {
  validate,
  validateUpdate: (capacity, old) => [
    ...checkImmutable(
      capacity.nodeTopology,
      old.nodeTopology,
      "nodeTopology",
      new GoLiteral(goLabelSelector(capacity.nodeTopology)),
    ),
    ...checkImmutable(capacity.storageClassName, old.storageClassName, "storageClassName"),
  ],
  warnings: ({ nodeTopology }) => [
    ...termWarnings({ matchExpressions: nodeTopology?.matchExpressions }, "nodeTopology"),
    ...sortedKeys(nodeTopology?.matchLabels)
      .filter(isDeprecatedLabel)
      .map((key) => `nodeTopology.matchLabels.${key}: ${deprecatedNodeLabels[key]}`),
  ],
  allowUnconditionalUpdate: false,
};

function validate(capacity: CSIStorageCapacity): FieldError[] {
  const name = capacity.storageClassName ?? "";
  return [
    ...validateLabelSelector(capacity.nodeTopology, "nodeTopology"),
    ...invalidEach("storageClassName", name, dns1123SubdomainErrors(name)),
    ...(capacity.capacity === undefined ? [] : checkNonNegativeQuantity(capacity.capacity, "capacity")),
    ...(capacity.maximumVolumeSize === undefined
      ? []
      : checkNonNegativeQuantity(capacity.maximumVolumeSize, "maximumVolumeSize")),
  ];
}
