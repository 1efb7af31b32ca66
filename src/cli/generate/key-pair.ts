import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----\r?\n[\s\S]*?-----END \1-----/g;

interface PemBlock {
  readonly type: string;
  readonly text: string;
}

const blocksOf = (pem: string): PemBlock[] => [...pem.matchAll(BLOCK)].map((m) => ({ type: m[1]!, text: m[0] }));

function certificateOf(pem: string): X509Certificate {
  const blocks = blocksOf(pem);
  const found = blocks.find((b) => b.type === "CERTIFICATE");
  if (found !== undefined)
    try {
      return new X509Certificate(found.text);
    } catch {
      throw new Error("x509: malformed certificate");
    }
  if (blocks.length === 0) throw new Error("tls: failed to find any PEM data in certificate input");
  if (blocks.length === 1 && blocks[0]!.type.endsWith("PRIVATE KEY"))
    throw new Error(
      "tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched",
    );
  throw new Error(
    `tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [${blocks.map((b) => b.type).join(" ")}]`,
  );
}

function keyOf(pem: string): KeyObject {
  const blocks = blocksOf(pem);
  const found = blocks.find((b) => b.type === "PRIVATE KEY" || b.type.endsWith(" PRIVATE KEY"));
  if (found !== undefined)
    try {
      return createPrivateKey(found.text);
    } catch {
      throw new Error("tls: failed to parse private key");
    }
  if (blocks.length === 0) throw new Error("tls: failed to find any PEM data in key input");
  if (blocks.length === 1 && blocks[0]!.type === "CERTIFICATE")
    throw new Error("tls: found a certificate rather than a key in the PEM for the private key");
  throw new Error(
    `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [${blocks.map((b) => b.type).join(" ")}]`,
  );
}

/** Throws Go's errors where a certificate and a key, as PEM, do not belong together. Mirrors crypto/tls.X509KeyPair. */
export function checkKeyPair(certificate: string, key: string): void {
  const parsed = certificateOf(certificate);
  const privateKey = keyOf(key);
  if (parsed.publicKey.asymmetricKeyType !== privateKey.asymmetricKeyType)
    throw new Error("tls: private key type does not match public key type");
  if (!parsed.checkPrivateKey(privateKey)) throw new Error("tls: private key does not match public key");
}
