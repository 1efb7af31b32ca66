import type { X509Certificate } from "node:crypto";
import type { UserInfo } from "../client/transport.ts";
import type { Instant } from "../machinery/time.ts";

/** Whom a client certificate names, and for how long. */
export interface CertificateUser {
  readonly user: UserInfo;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
}

/** The extended key usage without which a certificate says nothing about a client. */
const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

/** The user that a certificate names, if the authority signed it for a client: CN is the name, O the groups. Mirrors authentication/request/x509. */
export function userOfCertificate(
  certificate: X509Certificate,
  authority: X509Certificate,
): CertificateUser | undefined {
  if (!certificate.checkIssued(authority) || !certificate.verify(authority.publicKey)) return undefined;
  // Absent: any use.
  const usages = certificate.keyUsage as readonly string[] | undefined;
  if (usages !== undefined && !usages.includes(CLIENT_AUTH)) return undefined;
  const fields = certificate.subject.split("\n").map((line) => {
    const equals = line.indexOf("=");
    return [line.slice(0, equals), line.slice(equals + 1)] as const;
  });
  const values = (name: string): string[] => fields.filter(([key]) => key === name).map(([, value]) => value);
  return {
    user: { name: values("CN")[0] ?? "", groups: [...values("O"), "system:authenticated"] },
    notBefore: Date.parse(certificate.validFrom),
    notAfter: Date.parse(certificate.validTo),
  };
}

/** Whether a certificate holds at this instant of the cluster's time. */
export const holdsAt = ({ notBefore, notAfter }: CertificateUser, now: Instant): boolean =>
  now >= notBefore && now <= notAfter;
