import type { ResourcePath } from "../../client/client.ts";
import type { CertificateSigningRequest } from "../../kinds/types/certificates_v1.ts";
import type { ReconcileContext } from "../controller.ts";
import { path } from "../shared/paths.ts";

/** Where certificate requests are. */
export const requestsPath: ResourcePath = path("certificates.k8s.io", "v1", "certificatesigningrequests");

/** A certificate request as it is now; undefined where there is none. */
export function requestNamed(context: ReconcileContext, name: string): CertificateSigningRequest | undefined {
  const { group, resource } = requestsPath;
  return context.lister.get<CertificateSigningRequest>(group, resource, undefined, name);
}
