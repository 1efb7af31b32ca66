import { type FieldError, invalid } from "../../../machinery/field-error.ts";
import { qualifiedNameErrors } from "../../../machinery/names.ts";
import type { Strategy } from "../../definition.ts";
import { invalidEach } from "../../shared/check.ts";
import { kubeFinalizerErrors } from "../../shared/finalizers.ts";
import { keep } from "../../shared/keep.ts";
import type { Namespace } from "../../types/core_v1.ts";

const nameLabel = "kubernetes.io/metadata.name";

/** Mirrors pkg/registry/core/namespace/strategy.go. */
export const strategy: Strategy<Namespace> = {
  defaults(namespace) {
    labelWithName(namespace);
    namespace.status ??= {};
    namespace.status.phase ||= "Active";
  },
  prepareForCreate(namespace) {
    labelWithName(namespace);
    namespace.status = { phase: "Active" };
    const finalizers = namespace.spec?.finalizers ?? [];
    if (!finalizers.includes("kubernetes"))
      namespace.spec = { ...namespace.spec, finalizers: [...finalizers, "kubernetes"] };
  },
  prepareForUpdate(namespace, old) {
    keep(namespace, old, "spec");
    keep(namespace, old, "status");
  },
  validate: (namespace) => (namespace.spec?.finalizers ?? []).flatMap((f) => checkFinalizer(f, "spec.finalizers")),
  validateUpdate: () => [],
  selectableFields: (namespace) => ({
    name: namespace.metadata.name ?? "",
    "status.phase": namespace.status?.phase ?? "",
  }),
  nameRule: "dns-label",
  status: {
    prepareForUpdate(namespace, old) {
      keep(namespace, old, "spec");
    },
    validateUpdate: validateStatus,
  },
};

/** Not for names that are yet to be generated. Mirrors SetDefaults_Namespace. */
function labelWithName(namespace: Namespace): void {
  const { name } = namespace.metadata;
  if (name) namespace.metadata.labels = { ...namespace.metadata.labels, [nameLabel]: name };
}

/** Mirrors core validation.validateFinalizerName. */
const checkFinalizer = (name: string, field: string): FieldError[] => [
  ...invalidEach(field, name, qualifiedNameErrors(name)),
  ...kubeFinalizerErrors(name, field),
];

function validateStatus(namespace: Namespace): FieldError[] {
  const deleted = Boolean(namespace.metadata.deletionTimestamp);
  const expected = deleted ? "Terminating" : "Active";
  const phase = namespace.status?.phase ?? "";
  if (phase === expected) return [];
  const when = deleted ? "is not empty" : "is empty";
  return [invalid("status.Phase", phase, `may only be '${expected}' if \`deletionTimestamp\` ${when}`)];
}
