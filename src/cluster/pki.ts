import "reflect-metadata";
import { randomBytes, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import type { Instant } from "../machinery/time.ts";
import type { ClusterKeys } from "./settings.ts";

const ECDSA = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const YEAR_MS = 365 * 24 * 60 * 60 * 1000;
const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

/** A key pair and its certificate, PEM. */
export interface Credential {
  readonly certificate: string;
  readonly key: string;
}

/** Who a certificate is for, and what it may be used for. */
export interface CertificateRequest {
  /** "O=system:masters,CN=kubernetes-admin" */
  readonly subject: string;
  readonly usage: "client" | "server";
  readonly now: Instant;
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
}

const { subtle } = webcrypto;
x509.cryptoProvider.set(webcrypto as never);

/** A certificate authority as kubeadm makes it: CN=kubernetes, ten years. */
export async function createAuthority(now: Instant): Promise<Credential> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: "CN=kubernetes",
    notBefore: new Date(now - 5 * 60 * 1000),
    notAfter: new Date(now + 10 * YEAR_MS),
    signingAlgorithm: ECDSA,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: pem(certificate), key: await privateKeyPem(keys.privateKey) };
}

/** A certificate signed by `authority`, valid for a year. */
export async function issueCertificate(authority: Credential, request: CertificateRequest): Promise<Credential> {
  const issuer = new x509.X509Certificate(authority.certificate);
  const keys = await generateKeys();
  const names: x509.JsonGeneralNames = [
    ...(request.dnsNames ?? []).map((value) => ({ type: "dns" as const, value })),
    ...(request.ipAddresses ?? []).map((value) => ({ type: "ip" as const, value })),
  ];
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: request.subject,
    issuer: issuer.subject,
    notBefore: new Date(request.now - 5 * 60 * 1000),
    notAfter: new Date(request.now + YEAR_MS),
    signingAlgorithm: ECDSA,
    publicKey: keys.publicKey,
    signingKey: await importPrivateKey(authority.key),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
      new x509.ExtendedKeyUsageExtension([request.usage === "client" ? CLIENT_AUTH : SERVER_AUTH]),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
    ],
  });
  return { certificate: pem(certificate), key: await privateKeyPem(keys.privateKey) };
}

/** Everything that a new cluster signs with. */
export async function createClusterKeys(now: Instant): Promise<ClusterKeys> {
  const authority = await createAuthority(now);
  const subject = "O=system:masters,CN=kubernetes-admin";
  const admin = await issueCertificate(authority, { subject, usage: "client", now });
  return {
    caCertificate: authority.certificate,
    caKey: authority.key,
    adminCertificate: admin.certificate,
    adminKey: admin.key,
    serviceAccountKey: await privateKeyPem((await generateKeys()).privateKey),
  };
}

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return (await subtle.generateKey(ECDSA, true, ["sign", "verify"])) as webcrypto.CryptoKeyPair;
}

function importPrivateKey(key: string): Promise<webcrypto.CryptoKey> {
  return subtle.importKey("pkcs8", x509.PemConverter.decodeFirst(key), ECDSA, true, ["sign"]);
}

async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  return `${x509.PemConverter.encode(await subtle.exportKey("pkcs8", key), "PRIVATE KEY")}\n`;
}

const pem = (certificate: x509.X509Certificate): string => `${certificate.toString("pem")}\n`;

/** 63 random bits, positive, as kubeadm draws them. */
function serialNumber(): string {
  const bytes = randomBytes(8);
  bytes[0]! &= 0x7f;
  return bytes.toString("hex");
}
