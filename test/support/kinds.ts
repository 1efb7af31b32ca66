import { parse } from "yaml";
import type { Strategy, StrategyContext } from "../../src/kinds/definition.ts";
import type { FieldError } from "../../src/machinery/field-error.ts";
import { deepCopy, type JsonObject } from "../../src/machinery/object.ts";

/** What strategies are told of a request, in tests. */
export const context: StrategyContext = {
  now: Date.UTC(2026, 10, 20, 8),
  user: { name: "kubernetes-admin", uid: "admin", groups: ["kubeadm:cluster-admins", "system:authenticated"] } as never,
  dryRun: false,
};

export const texts = (errors: readonly FieldError[]): string[] => errors.map((e) => `${e.field}: ${e.message}`);

/** A manifest as an apiserver holds it before validation: defaulted and prepared. */
export function drafted(strategy: Strategy<any>, manifest: string | JsonObject): any {
  const object = typeof manifest === "string" ? parse(manifest) : deepCopy(manifest);
  object.metadata ??= {};
  object.metadata.uid ??= "a5b9e5fb-ddf2-405b-abc2-46cf5f453060";
  strategy.defaults?.(object);
  strategy.prepareForCreate?.(object, context);
  return object;
}

/** What is wrong with a manifest beyond its metadata. */
export const refusals = (strategy: Strategy<any>, manifest: string | JsonObject): string[] =>
  texts(strategy.validate(drafted(strategy, manifest)));

/** What is wrong with a change of a manifest that was accepted. */
export function updateRefusals(
  strategy: Strategy<any>,
  manifest: string | JsonObject,
  change: (object: any) => void,
): string[] {
  const old = drafted(strategy, manifest);
  const object = deepCopy(old);
  change(object);
  strategy.defaults?.(object);
  strategy.prepareForUpdate?.(object, old, context);
  return texts(strategy.validateUpdate?.(object, old) ?? strategy.validate(object));
}
