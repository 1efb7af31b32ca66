import type { Strategy } from "../../definition.ts";
import type { ServiceAccount } from "../../types/core_v1.ts";

const enforceMountable = "kubernetes.io/enforce-mountable-secrets";

/** Mirrors pkg/registry/core/serviceaccount/strategy.go. */
export const strategy: Strategy<ServiceAccount> = {
  prepareForCreate: nameSecretsOnly,
  prepareForUpdate: nameSecretsOnly,
  validate: () => [],
  warnings: (account, old) =>
    account.metadata.annotations?.[enforceMountable] !== undefined &&
    old?.metadata.annotations?.[enforceMountable] === undefined
      ? [
          `metadata.annotations[${enforceMountable}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`,
        ]
      : [],
};

/** References to secrets keep nothing but the name. Mirrors cleanSecretReferences. */
function nameSecretsOnly(account: ServiceAccount): void {
  if (account.secrets) account.secrets = account.secrets.map(({ name }) => ({ name }));
}
