import fs from "node:fs";
import path from "node:path";
import type { UserInfo } from "../client/transport.ts";
import type { JsonObject } from "../machinery/object.ts";
import { ADMIN } from "./admin.ts";
import type { ClusterKeys } from "./settings.ts";

/** Who a kubeconfig's user is to an embedded cluster: somebody by certificate, a bearer of a token that the apiserver judges, or nobody. */
export type Credentials =
  | { readonly user: UserInfo }
  | { readonly authorization: string }
  | { readonly problem: string }
  | undefined;

/** Reads a kubeconfig user entry as a TLS handshake and the Authorization header would present it. */
export async function credentialsOf(entry: JsonObject, directory: string, keys: ClusterKeys): Promise<Credentials> {
  const certificate = dataOf(entry, "client-certificate", directory);
  if (certificate !== undefined) {
    if (certificate.trim() === keys.adminCertificate.trim()) return { user: ADMIN };
    return certificateUser(certificate, keys.caCertificate);
  }
  const token = entry["token"] ?? fileText(entry["tokenFile"], directory)?.trim();
  if (token) return { authorization: `Bearer ${token}` };
  if (entry["username"])
    return {
      authorization: `Basic ${Buffer.from(`${entry["username"]}:${entry["password"] ?? ""}`).toString("base64")}`,
    };
  return undefined;
}

/** The user that a client certificate names, if our authority signed it: CN is the name, O the groups. Mirrors authentication/request/x509. */
export async function certificateUser(pem: string, authority: string): Promise<Credentials> {
  const { X509Certificate } = await import("node:crypto");
  const certificate = new X509Certificate(pem);
  const ca = new X509Certificate(authority);
  if (!certificate.checkIssued(ca) || !certificate.verify(ca.publicKey))
    return { problem: "x509: certificate signed by unknown authority" };
  const fields = certificate.subject.split("\n").map((line) => {
    const equals = line.indexOf("=");
    return [line.slice(0, equals), line.slice(equals + 1)] as const;
  });
  const values = (name: string): string[] => fields.filter(([key]) => key === name).map(([, value]) => value);
  return { user: { name: values("CN")[0] ?? "", groups: [...values("O"), "system:authenticated"] } };
}

function dataOf(entry: JsonObject, field: string, directory: string): string | undefined {
  const data = entry[`${field}-data`];
  if (typeof data === "string" && data !== "") return Buffer.from(data, "base64").toString("utf8");
  return fileText(entry[field], directory);
}

function fileText(file: unknown, directory: string): string | undefined {
  return typeof file === "string" && file !== "" ? fs.readFileSync(path.resolve(directory, file), "utf8") : undefined;
}
