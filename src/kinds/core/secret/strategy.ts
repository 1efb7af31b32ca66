import { JsonError, parseJson } from "../../../machinery/codec/json-read.ts";
import { type FieldError, fieldForbidden, invalid, required, tooLong } from "../../../machinery/field-error.ts";
import { configMapKeyErrors } from "../../../machinery/names.ts";
import { deepEqual } from "../../../machinery/object.ts";
import type { Strategy } from "../../definition.ts";
import { checkImmutable, invalidEach, sortedKeys } from "../../shared/check.ts";
import type { Secret } from "../../types/core_v1.ts";

const maxSecretBytes = 1024 * 1024;
const immutableWhenSet = "field is immutable when `immutable` is set";
const serviceAccountName = "kubernetes.io/service-account.name";

/** Mirrors pkg/registry/core/secret/strategy.go. */
export const strategy: Strategy<Secret> = {
  defaults(secret) {
    secret.type ||= "Opaque";
    mergeStringData(secret);
  },
  prepareForUpdate(secret, old) {
    if (!secret.type && old.type) secret.type = old.type;
  },
  validate,
  validateUpdate,
  selectableFields: (secret) => ({ type: secret.type ?? "" }),
};

/** stringData is for writing only. Mirrors Convert_v1_Secret_To_core_Secret. */
function mergeStringData(secret: Secret): void {
  const { stringData } = secret;
  delete secret.stringData;
  if (!stringData || Object.keys(stringData).length === 0) return;
  const encoded = Object.entries(stringData).map(([key, text]) => [key, Buffer.from(text, "utf8").toString("base64")]);
  // fromEntries defines properties: a key "__proto__" stays data.
  secret.data = Object.fromEntries([...Object.entries(secret.data ?? {}), ...encoded]);
}

function validate(secret: Secret): FieldError[] {
  const errors: FieldError[] = [];
  const data = secret.data ?? {};
  let size = 0;
  for (const key of sortedKeys(data)) {
    errors.push(...invalidEach(`data[${key}]`, key, configMapKeyErrors(key)));
    size += Buffer.byteLength(data[key] ?? "", "base64");
  }
  if (size > maxSecretBytes) errors.push(tooLong("data", maxSecretBytes));
  return [...errors, ...validateType(secret)];
}

const missing = (secret: Secret, ...keys: string[]): FieldError[] =>
  keys.filter((key) => !Object.hasOwn(secret.data ?? {}, key)).map((key) => required(`data[${key}]`));

function validateType(secret: Secret): FieldError[] {
  switch (secret.type) {
    case "kubernetes.io/service-account-token":
      return secret.metadata.annotations?.[serviceAccountName]
        ? []
        : [required(`metadata.annotations[${serviceAccountName}]`)];
    case "kubernetes.io/dockercfg":
      return validateJson(secret, ".dockercfg");
    case "kubernetes.io/dockerconfigjson":
      return validateJson(secret, ".dockerconfigjson");
    case "kubernetes.io/basic-auth": {
      const absent = missing(secret, "username", "password");
      return absent.length === 2 ? absent : [];
    }
    case "kubernetes.io/ssh-auth":
      return secret.data?.["ssh-privatekey"] ? [] : [required("data[ssh-privatekey]")];
    case "kubernetes.io/tls":
      return missing(secret, "tls.crt", "tls.key");
    default:
      return [];
  }
}

function validateJson(secret: Secret, key: string): FieldError[] {
  const absent = missing(secret, key);
  if (absent.length > 0) return absent;
  const cause = jsonObjectError(Buffer.from(secret.data![key] ?? "", "base64").toString("utf8"));
  return cause ? [invalid(`data[${key}]`, "<secret contents redacted>", cause)] : [];
}

/** Why encoding/json cannot read `text` into a map. */
function jsonObjectError(text: string): string | undefined {
  try {
    const value = parseJson(text);
    if (value === null || (typeof value === "object" && !Array.isArray(value))) return undefined;
    const type = Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;
    return `json: cannot unmarshal ${type} into Go value of type map[string]interface {}`;
  } catch (error) {
    if (error instanceof JsonError) return error.message;
    throw error;
  }
}

function validateUpdate(secret: Secret, old: Secret): FieldError[] {
  const errors = checkImmutable(secret.type ?? "", old.type ?? "", "type");
  if (old.immutable) {
    if (!secret.immutable) errors.push(fieldForbidden("immutable", immutableWhenSet));
    if (!deepEqual(secret.data ?? {}, old.data ?? {})) errors.push(fieldForbidden("data", immutableWhenSet));
  }
  return [...errors, ...validate(secret)];
}
