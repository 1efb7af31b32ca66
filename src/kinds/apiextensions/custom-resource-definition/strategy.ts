import type { Strategy } from "../../definition.ts";
import { keep, keepAllButStatus } from "../../shared/keep.ts";
import type { CustomResourceDefinition } from "../../types/apiextensions_v1.ts";
import { checkNames, checkUpdate, validate } from "./validation.ts";

/** Mirrors apiextensions-apiserver/pkg/registry/customresourcedefinition/strategy.go. */
export const strategy: Strategy<CustomResourceDefinition> = {
  defaults,
  prepareForCreate(crd) {
    crd.status = {};
    storeVersion(crd);
  },
  prepareForUpdate(crd, old) {
    keep(crd, old, "status");
    storeVersion(crd);
  },
  validate,
  validateUpdate: (crd, old) => [...validate(crd), ...checkUpdate(crd, old)],
  allowUnconditionalUpdate: false,
  status: {
    prepareForUpdate: keepAllButStatus,
    validateUpdate: ({ status }) => checkNames(status?.acceptedNames, "status.acceptedNames"),
  },
};

/** Mirrors apiextensions v1 SetDefaults_CustomResourceDefinitionSpec. */
function defaults({ spec }: CustomResourceDefinition): void {
  if (!spec) return;
  if (spec.names) {
    spec.names.singular ||= (spec.names.kind ?? "").toLowerCase();
    if (!spec.names.listKind && spec.names.kind) spec.names.listKind = `${spec.names.kind}List`;
  }
  spec.conversion ??= { strategy: "None" };
  const service = spec.conversion.webhook?.clientConfig?.service;
  if (service) service.port ??= 443;
}

/** A version that is stored from now on counts among those that have been. */
function storeVersion(crd: CustomResourceDefinition): void {
  const version = crd.spec?.versions?.find((v) => v.storage)?.name;
  const stored = crd.status?.storedVersions ?? [];
  if (version !== undefined && !stored.includes(version))
    crd.status = { ...crd.status, storedVersions: [...stored, version] };
}
