import type { CertificateSigningRequest } from "../../kinds/types/certificates_v1.ts";
import type { JsonObject } from "../../machinery/object.ts";
import { isNotFound } from "../../machinery/status-error.ts";
import { formatTime } from "../../machinery/time.ts";
import type { Controller, ReconcileContext } from "../controller.ts";
import { isConditionTrue } from "../shared/conditions.ts";
import { path } from "../shared/paths.ts";
import { kubeletClientError, nodeUserOf, readRequest } from "./kubelet-request.ts";
import { requestNamed, requestsPath } from "./requests.ts";

const SIGNER = "kubernetes.io/kube-apiserver-client-kubelet";

/** What a requester must be allowed to create for a request to be approved by itself. */
interface Right {
  readonly subresource: "selfnodeclient" | "nodeclient";
  readonly message: string;
}

const SELF: Right = {
  subresource: "selfnodeclient",
  message: "Auto approving self kubelet client certificate after SubjectAccessReview.",
};
const OTHER: Right = {
  subresource: "nodeclient",
  message: "Auto approving kubelet client certificate after SubjectAccessReview.",
};

/** Approves kubelets' client certificates where the requester may have them; all else waits for a person. Mirrors pkg/controller/certificates/approver/sarapprove.go. */
export const csrApprover: Controller = {
  async reconcile(name, context) {
    const csr = requestNamed(context, name);
    if (csr === undefined || csr.status?.certificate || csr.spec.signerName !== SIGNER) return undefined;
    const { conditions } = csr.status ?? {};
    if (isConditionTrue(conditions, "Approved") || isConditionTrue(conditions, "Denied")) return undefined;
    const request = readRequest(csr.spec.request);
    if (request === undefined || kubeletClientError(request, csr.spec.usages ?? []) !== undefined) return undefined;
    const rights = csr.spec.username === nodeUserOf(request) ? [SELF, OTHER] : [OTHER];
    for (const right of rights) if (await isAllowed(context, csr, right)) return approve(context, csr, right.message);
    return undefined;
  },
};

async function isAllowed(
  { client }: ReconcileContext,
  { spec }: CertificateSigningRequest,
  { subresource }: Right,
): Promise<boolean> {
  const review = await client.create<JsonObject>(path("authorization.k8s.io", "v1", "subjectaccessreviews"), {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SubjectAccessReview",
    spec: {
      user: spec.username,
      uid: spec.uid,
      groups: spec.groups,
      extra: spec.extra,
      resourceAttributes: {
        group: "certificates.k8s.io",
        resource: "certificatesigningrequests",
        verb: "create",
        subresource,
        version: "*",
      },
    },
  });
  return review["status"]?.allowed === true;
}

async function approve(context: ReconcileContext, csr: CertificateSigningRequest, message: string): Promise<undefined> {
  const now = formatTime(context.now);
  const condition = {
    type: "Approved",
    status: "True",
    reason: "AutoApproved",
    message,
    lastUpdateTime: now,
    lastTransitionTime: now,
  };
  const conditions = [...(csr.status?.conditions ?? []), condition];
  try {
    await context.client.update(
      requestsPath,
      { ...csr, status: { ...csr.status, conditions } },
      { subresource: "approval" },
    );
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  return undefined;
}
