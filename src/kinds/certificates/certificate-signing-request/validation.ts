import { duplicate, type FieldError, fieldForbidden, invalid, required } from "../../../machinery/field-error.ts";
import { dns1123LabelErrors, dns1123SubdomainErrors } from "../../../machinery/names.ts";
import { checkOneOf } from "../../shared/check.ts";
import { goBytes } from "../../shared/go-syntax.ts";
import type { CertificateSigningRequest } from "../../types/certificates_v1.ts";

const minSeconds = 600;
const usages = [
  ...["any", "cert sign", "client auth", "code signing", "content commitment", "crl sign", "data encipherment"],
  ...["decipher only", "digital signature", "email protection", "encipher only", "ipsec end system", "ipsec tunnel"],
  ...["ipsec user", "key agreement", "key encipherment", "microsoft sgc", "netscape sgc", "ocsp signing", "s/mime"],
  ...["server auth", "signing", "timestamping"],
];

/** Mirrors certificates validation.ValidateCertificateSigningRequestCreate. */
export function validateRequest({ spec, status }: CertificateSigningRequest): FieldError[] {
  const errors: FieldError[] = [];
  const bytes = Buffer.from(spec?.request ?? "", "base64");
  const cause = requestError(bytes);
  if (cause) errors.push(invalid("spec.request", goBytes(bytes), cause));
  const wanted = spec?.usages ?? [];
  if (wanted.length === 0) errors.push(required("spec.usages"));
  errors.push(...wanted.flatMap((usage, i) => checkOneOf(usage, usages, `spec.usages[${i}]`)));
  for (const [i, usage] of wanted.entries())
    if (wanted.indexOf(usage) < i) errors.push(duplicate(`spec.usages[${i}]`, usage));
  errors.push(...checkSignerName(spec?.signerName ?? "", "spec.signerName"));
  const seconds = spec?.expirationSeconds;
  if (seconds !== undefined && seconds < minSeconds)
    errors.push(
      invalid("spec.expirationSeconds", seconds, "may not specify a duration less than 600 seconds (10 minutes)"),
    );
  return [...errors, ...checkConditions(status)];
}

/** PEM, then DER's outermost shape: a sequence that fills it. */
function requestError(bytes: Buffer): string | undefined {
  const pem = /-----BEGIN ([A-Z0-9 ]+)-----\s*([A-Za-z0-9+/=\s]*?)-----END \1-----/.exec(bytes.toString("latin1"));
  if (pem?.[1] !== "CERTIFICATE REQUEST") return "PEM block type must be CERTIFICATE REQUEST";
  const der = Buffer.from(pem[2]!, "base64");
  if (der.length < 2 || der[0] !== 0x30) return "asn1: structure error: tags don't match";
  const long = der[1]! & 0x80 ? der[1]! & 0x7f : 0;
  const length = long === 0 ? der[1]! : der.subarray(2, 2 + Math.min(long, 4)).reduce((n, b) => n * 256 + b, 0);
  if (der.length < 2 + long + length) return "asn1: syntax error: data truncated";
  return der.length > 2 + long + length ? "asn1: syntax error: trailing data" : undefined;
}

/** example.com/signer. Mirrors core validation.ValidateSignerName. */
function checkSignerName(name: string, field: string): FieldError[] {
  if (name === "") return [required(field)];
  const segments = name.split("/");
  if (segments.length !== 2)
    return [invalid(field, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'")];
  const [domain, path] = segments as [string, string];
  const labels = domain.split(".");
  const errors: FieldError[] = [];
  for (const message of dns1123SubdomainErrors(domain))
    errors.push(invalid(field, domain, `validating domain: ${message}`));
  if (labels.length < 2)
    errors.push(invalid(field, domain, "should be a domain with at least two segments separated by dots"));
  for (const label of labels)
    for (const message of dns1123LabelErrors(label))
      errors.push(invalid(field, label, `validating label "${label}": ${message}`));
  for (const message of dns1123SubdomainErrors(path))
    errors.push(invalid(field, path, `validating label "${path}": ${message}`));
  return errors;
}

function checkConditions(status: CertificateSigningRequest["status"]): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [i, condition] of (status?.conditions ?? []).entries()) {
    const at = `status.conditions[${i}]`;
    if (!condition.type) errors.push(required(`${at}.type`));
    else if (seen.has(condition.type)) errors.push(duplicate(`${at}.type`, condition.type));
    if (!condition.status) errors.push(required(`${at}.status`));
    else if (["Approved", "Denied", "Failed"].includes(condition.type))
      errors.push(...checkOneOf(condition.status, ["True"], `${at}.status`));
    if (condition.type === "Denied" && seen.has("Approved"))
      errors.push(invalid(`${at}.type`, condition.type, "Approved and Denied conditions are mutually exclusive"));
    if (condition.type === "Approved" && seen.has("Denied"))
      errors.push(invalid(`${at}.type`, condition.type, "Approved and Denied conditions are mutually exclusive"));
    seen.add(condition.type);
  }
  return errors;
}

/** A decision stays. Mirrors certificates validation.ValidateCertificateSigningRequestUpdate. */
export function validateRequestUpdate(
  request: CertificateSigningRequest,
  old: CertificateSigningRequest,
): FieldError[] {
  const errors = checkConditions(request.status);
  for (const type of ["Approved", "Denied", "Failed"]) {
    const had = (old.status?.conditions ?? []).some((c) => c.type === type);
    const has = (request.status?.conditions ?? []).some((c) => c.type === type);
    if (had && !has)
      errors.push(fieldForbidden("status.conditions", `updates may not remove a condition of type "${type}"`));
  }
  if (old.status?.certificate && request.status?.certificate !== old.status.certificate)
    errors.push(fieldForbidden("status.certificate", "updates may not set certificate content"));
  return errors;
}
