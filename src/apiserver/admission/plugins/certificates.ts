import type { JsonObject, KubeObject } from "../../../machinery/object.ts";
import { authorize } from "../../authz/authorize.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import { admissionForbidden } from "../refusal.ts";

/** Whether the user has `verb` on the signer, or on all of its domain. Mirrors plugin/pkg/admission/certificates IsAuthorizedForSignerName. */
async function isAuthorizedForSigner(request: AdmissionRequest, verb: string, signer: string): Promise<boolean> {
  const { server, user } = request.context;
  const domain = signer.slice(0, signer.indexOf("/"));
  for (const name of [signer, `${domain}/*`]) {
    const decision = await authorize(server, {
      user,
      verb,
      isResource: true,
      group: "certificates.k8s.io",
      resource: "signers",
      subresource: "",
      namespace: "",
      name,
      path: "",
    });
    if (decision.allowed) return true;
  }
  return false;
}

/** Who approves needs the right to approve for that signer. Mirrors plugin/pkg/admission/certificates/approval. */
export const certificateApproval: AdmissionPlugin = {
  async validate(request) {
    const signer: string = request.old?.spec?.signerName ?? "";
    if (!(await isAuthorizedForSigner(request, "approve", signer)))
      throw admissionForbidden(
        request,
        `user not permitted to approve requests with signerName ${JSON.stringify(signer)}`,
      );
  },
};

const outcome = (csr: KubeObject | undefined): string =>
  JSON.stringify([
    csr?.status?.certificate,
    ((csr?.status?.conditions ?? []) as JsonObject[]).filter((c) => c.type === "Failed"),
  ]);

/** Who signs needs the right to sign for that signer. Mirrors plugin/pkg/admission/certificates/signing. */
export const certificateSigning: AdmissionPlugin = {
  async validate(request) {
    if (outcome(request.object) === outcome(request.old)) return;
    const signer: string = request.old?.spec?.signerName ?? "";
    if (!(await isAuthorizedForSigner(request, "sign", signer)))
      throw admissionForbidden(
        request,
        `user not permitted to sign requests with signerName ${JSON.stringify(signer)}`,
      );
  },
};

const CLIENT_SIGNER = "kubernetes.io/kube-apiserver-client";
/** The object identifier 2.5.4.10 (organization) in DER, before a string of any kind. */
const ORGANIZATION = Buffer.from([0x06, 0x03, 0x55, 0x04, 0x0a]);

/** The organizations of a PEM certificate request's subject. */
function organizationsOf(request: string): string[] {
  const pem = Buffer.from(request, "base64").toString("latin1");
  const body = /-----BEGIN CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]*)-----END/.exec(pem)?.[1] ?? "";
  const der = Buffer.from(body, "base64");
  const found: string[] = [];
  for (let at = der.indexOf(ORGANIZATION); at >= 0; at = der.indexOf(ORGANIZATION, at + 1)) {
    const length = der[at + ORGANIZATION.length + 1] ?? 0;
    const start = at + ORGANIZATION.length + 2;
    found.push(der.subarray(start, start + length).toString());
  }
  return found;
}

/** Nobody becomes a member of system:masters by a certificate. Mirrors plugin/pkg/admission/certificates/subjectrestriction. */
export const certificateSubjectRestriction: AdmissionPlugin = {
  validate(request) {
    const spec = request.object?.spec;
    if (spec?.signerName !== CLIENT_SIGNER) return;
    if (organizationsOf(String(spec.request ?? "")).includes("system:masters"))
      throw admissionForbidden(request, `use of ${CLIENT_SIGNER} signer with system:masters group is not allowed`);
  },
};
