import { type CertificateRequest, parseCertificateRequest } from "../../machinery/codec/certificate-request.ts";

const SYSTEM_NODES = "system:nodes";
const NODE_PREFIX = "system:node:";

/** The request of a CertificateSigningRequest, decoded; undefined where it cannot be read. */
export function readRequest(base64: string): CertificateRequest | undefined {
  try {
    return parseCertificateRequest(Buffer.from(base64, "base64"));
  } catch {
    return undefined;
  }
}

const commonName = (request: CertificateRequest): string => request.subject.get("CN")?.[0] ?? "";

/** The user that a kubelet's client certificate would make: "system:node:NAME". */
export const nodeUserOf = commonName;

function wrongNode(request: CertificateRequest): string | undefined {
  const organizations = request.subject.get("O") ?? [];
  if (organizations.length !== 1 || organizations[0] !== SYSTEM_NODES)
    return `subject organization is not ${SYSTEM_NODES}`;
  return undefined;
}

/** Whether the usages are the wanted ones; key encipherment is for RSA keys only. */
function wrongUsages(usages: readonly string[], auth: string): string | undefined {
  const wanted = [auth, "digital signature", "key encipherment"];
  const asked = new Set(usages);
  const stray = [...asked].some((usage) => !wanted.includes(usage));
  if (!stray && asked.has(auth) && asked.has("digital signature")) return undefined;
  return `usages did not match [${wanted.sort().join(" ")}]`;
}

const wrongName = (request: CertificateRequest): string | undefined =>
  commonName(request).startsWith(NODE_PREFIX) ? undefined : `subject common name does not begin with ${NODE_PREFIX}`;

/** Why a request is none for a kubelet's client certificate. Mirrors pkg/apis/certificates/helpers.go ValidateKubeletClientCSR. */
export function kubeletClientError(request: CertificateRequest, usages: readonly string[]): string | undefined {
  return (
    wrongNode(request) ??
    (request.dnsNames.length > 0 ? "DNS subjectAltNames are not allowed" : undefined) ??
    (request.emails.length > 0 ? "Email subjectAltNames are not allowed" : undefined) ??
    (request.ips.length > 0 ? "IP subjectAltNames are not allowed" : undefined) ??
    (request.uris.length > 0 ? "URI subjectAltNames are not allowed" : undefined) ??
    wrongName(request) ??
    wrongUsages(usages, "client auth")
  );
}

/** Why a request is none for a kubelet's serving certificate. Mirrors ValidateKubeletServingCSR. */
export function kubeletServingError(request: CertificateRequest, usages: readonly string[]): string | undefined {
  return (
    wrongNode(request) ??
    (request.dnsNames.length + request.ips.length === 0 ? "DNS or IP subjectAltName is required" : undefined) ??
    (request.emails.length > 0 ? "Email subjectAltNames are not allowed" : undefined) ??
    (request.uris.length > 0 ? "URI subjectAltNames are not allowed" : undefined) ??
    wrongUsages(usages, "server auth") ??
    wrongName(request)
  );
}
