import type {
  CertificateSigningRequest,
  CertificateSigningRequestCondition,
} from "../../kinds/types/certificates_v1.ts";
import { isNotFound } from "../../machinery/status-error.ts";
import { formatTime, type Instant } from "../../machinery/time.ts";
import type { Controller, ReconcileContext } from "../controller.ts";
import { isConditionTrue } from "../shared/conditions.ts";
import { errorText } from "../shared/pod-control.ts";
import { kubeletClientError, kubeletServingError, readRequest } from "./kubelet-request.ts";
import { requestNamed, requestsPath } from "./requests.ts";

const YEAR_MS = 365 * 24 * 3_600_000;
const LEAST_MS = 600_000;

/** Why each signer refuses a request. */
const SIGNERS: Readonly<Record<string, ((csr: CertificateSigningRequest) => string | undefined) | undefined>> = {
  "kubernetes.io/kube-apiserver-client": ({ spec }) => clientUsageError(spec.usages ?? []),
  "kubernetes.io/kube-apiserver-client-kubelet": (csr) => kubeletError(csr, kubeletClientError),
  "kubernetes.io/kubelet-serving": (csr) => kubeletError(csr, kubeletServingError),
  "kubernetes.io/legacy-unknown": () => undefined,
};

function kubeletError({ spec }: CertificateSigningRequest, check: typeof kubeletClientError): string | undefined {
  const request = readRequest(spec.request);
  return request === undefined ? "PEM block type must be CERTIFICATE REQUEST" : check(request, spec.usages ?? []);
}

/** Signs approved requests of the built-in signers with the cluster's CA. Mirrors pkg/controller/certificates/signer. */
export const csrSigner: Controller = {
  async reconcile(name, context) {
    const csr = requestNamed(context, name);
    const signer = csr && Object.hasOwn(SIGNERS, csr.spec.signerName) ? SIGNERS[csr.spec.signerName] : undefined;
    if (csr === undefined || signer === undefined || csr.status?.certificate) return undefined;
    const { conditions } = csr.status ?? {};
    if (
      !isConditionTrue(conditions, "Approved") ||
      isConditionTrue(conditions, "Denied") ||
      isConditionTrue(conditions, "Failed")
    )
      return undefined;
    const refusal = signer(csr);
    if (refusal !== undefined) await fail(context, csr, refusal);
    else await sign(context, csr);
    return undefined;
  },
};

/** Mirrors validAPIServerClientUsages. */
function clientUsageError(usages: readonly string[]): string | undefined {
  const stray = usages.find((u) => u !== "digital signature" && u !== "key encipherment" && u !== "client auth");
  if (stray !== undefined) return `invalid usage for client certificate: ${stray}`;
  return usages.includes("client auth") ? undefined : "missing required usage for client certificate: client auth";
}

async function writeStatus(
  context: ReconcileContext,
  csr: CertificateSigningRequest,
  status: CertificateSigningRequest["status"],
): Promise<void> {
  try {
    const at = requestsPath;
    await context.client.update(at, { ...csr, status }, { subresource: "status" });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

async function fail(context: ReconcileContext, csr: CertificateSigningRequest, message: string): Promise<void> {
  const now = formatTime(context.now);
  const condition: CertificateSigningRequestCondition = {
    type: "Failed",
    status: "True",
    reason: "SignerValidationFailure",
    message,
    lastTransitionTime: now,
    lastUpdateTime: now,
  };
  await writeStatus(context, csr, { ...csr.status, conditions: [...(csr.status?.conditions ?? []), condition] });
}

async function sign(context: ReconcileContext, csr: CertificateSigningRequest): Promise<void> {
  if (context.certificateAuthority === undefined)
    throw new Error("the cluster has no certificate authority to sign with");
  const authority = await context.certificateAuthority();
  const { issue } = await import("./issue.ts");
  const usages = csr.spec.usages ?? [];
  let certificate: string;
  try {
    certificate = await issue(
      authority,
      atob(csr.spec.request),
      usages,
      validity(csr, context.now),
      serial(context, csr),
    );
  } catch (error) {
    return fail(context, csr, errorText(error));
  }
  await writeStatus(context, csr, { ...csr.status, certificate: btoa(certificate) });
}

/** A year at most, ten minutes at least, from five minutes ago. Mirrors PermissiveSigningPolicy. */
function validity(csr: CertificateSigningRequest, now: Instant): { readonly from: Instant; readonly to: Instant } {
  const asked = csr.spec.expirationSeconds === undefined ? YEAR_MS : csr.spec.expirationSeconds * 1000;
  return { from: now - 300_000, to: now + Math.min(YEAR_MS, Math.max(LEAST_MS, asked)) };
}

/** 16 bytes that follow from the request, so that a replay signs the same. */
function serial(context: ReconcileContext, csr: CertificateSigningRequest): string {
  let hex = "";
  for (let i = 0; i < 16; i++) {
    const byte = Math.floor(context.chance(`serial ${csr.metadata.uid} ${i}`) * 256);
    hex += (i === 0 ? (byte & 0x7f) | 0x01 : byte).toString(16).padStart(2, "0");
  }
  return hex;
}
