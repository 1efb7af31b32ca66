import "reflect-metadata";
import { createPrivateKey, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import type { Instant } from "../../machinery/time.ts";
import type { CertificateAuthority } from "../controller.ts";

const EXTENDED: Readonly<Record<string, string>> = {
  "client auth": "1.3.6.1.5.5.7.3.2",
  "server auth": "1.3.6.1.5.5.7.3.1",
  "code signing": "1.3.6.1.5.5.7.3.3",
  "email protection": "1.3.6.1.5.5.7.3.4",
  "s/mime": "1.3.6.1.5.5.7.3.4",
  "ipsec end system": "1.3.6.1.5.5.7.3.5",
  "ipsec tunnel": "1.3.6.1.5.5.7.3.6",
  "ipsec user": "1.3.6.1.5.5.7.3.7",
  timestamping: "1.3.6.1.5.5.7.3.8",
  "ocsp signing": "1.3.6.1.5.5.7.3.9",
  any: "2.5.29.37.0",
};
const KEY_USAGES: Readonly<Record<string, number>> = {
  signing: x509.KeyUsageFlags.digitalSignature,
  "digital signature": x509.KeyUsageFlags.digitalSignature,
  "content commitment": x509.KeyUsageFlags.nonRepudiation,
  "key encipherment": x509.KeyUsageFlags.keyEncipherment,
  "key agreement": x509.KeyUsageFlags.keyAgreement,
  "data encipherment": x509.KeyUsageFlags.dataEncipherment,
  "cert sign": x509.KeyUsageFlags.keyCertSign,
  "crl sign": x509.KeyUsageFlags.cRLSign,
  "encipher only": x509.KeyUsageFlags.encipherOnly,
  "decipher only": x509.KeyUsageFlags.decipherOnly,
};
const SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";

/** The certificate that a CA makes of a PEM request, PEM. Throws for a request that it cannot read. Mirrors authority.CertificateAuthority.Sign. */
export async function issue(
  authority: CertificateAuthority,
  request: string,
  usages: readonly string[],
  validity: { readonly from: Instant; readonly to: Instant },
  serialNumber: string,
): Promise<string> {
  x509.cryptoProvider.set(webcrypto as never);
  const csr = new x509.Pkcs10CertificateRequest(request);
  const issuer = new x509.X509Certificate(authority.certificate);
  const keyUsages = usages.reduce((flags, usage) => flags | (KEY_USAGES[usage] ?? 0), 0);
  const extended = usages.flatMap((usage) => EXTENDED[usage] ?? []);
  const names = csr.extensions.filter((extension) => extension.type === SUBJECT_ALTERNATIVE_NAME);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber,
    subject: csr.subject,
    issuer: issuer.subject,
    notBefore: new Date(validity.from),
    notAfter: new Date(Math.min(validity.to, issuer.notAfter.getTime())),
    publicKey: csr.publicKey,
    ...(await signingKey(authority.privateKey)),
    extensions: [
      ...(keyUsages === 0 ? [] : [new x509.KeyUsagesExtension(keyUsages, true)]),
      ...(extended.length === 0 ? [] : [new x509.ExtendedKeyUsageExtension(extended)]),
      new x509.BasicConstraintsExtension(false, undefined, true),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      ...names,
    ],
  });
  return `${certificate.toString("pem").trim()}\n`;
}

type Signing = Pick<Parameters<typeof x509.X509CertificateGenerator.create>[0], "signingAlgorithm"> & {
  readonly signingKey: webcrypto.CryptoKey;
};

async function signingKey(pem: string): Promise<Signing> {
  const key = createPrivateKey(pem);
  const der = key.export({ type: "pkcs8", format: "der" });
  const algorithm =
    key.asymmetricKeyType === "rsa"
      ? { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }
      : { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const imported = await webcrypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]);
  return { signingKey: imported, signingAlgorithm: algorithm };
}
