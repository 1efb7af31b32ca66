import fs from "node:fs";
import path from "node:path";
import type { UserInfo } from "../client/transport.ts";
import type { JsonObject } from "../machinery/object.ts";
import type { Instant } from "../machinery/time.ts";
import { ADMIN } from "./admin.ts";
import type { ClusterKeys } from "./settings.ts";

/** Who a kubeconfig's user is to an embedded cluster: somebody by certificate, a bearer of a token that the apiserver judges, or nobody. */
export type Credentials =
  | { readonly user: UserInfo }
  | { readonly authorization: string }
  | { readonly problem: string }
  | undefined;

/** Reads a kubeconfig user entry as a TLS handshake and the Authorization header would present it. */
export async function credentialsOf(
  entry: JsonObject,
  directory: string,
  keys: ClusterKeys,
  now: Instant,
): Promise<Credentials> {
  const certificate = dataOf(entry, "client-certificate", directory);
  if (certificate !== undefined) {
    if (certificate.trim() === keys.adminCertificate.trim()) return { user: ADMIN };
    return certificateUser(certificate, keys.caCertificate, now);
  }
  const token = entry["token"] ?? fileText(entry["tokenFile"], directory)?.trim();
  if (token) return { authorization: `Bearer ${token}` };
  if (entry["username"])
    return {
      authorization: `Basic ${Buffer.from(`${entry["username"]}:${entry["password"] ?? ""}`).toString("base64")}`,
    };
  return undefined;
}

async function certificateUser(pem: string, authority: string, now: Instant): Promise<Credentials> {
  const [{ X509Certificate }, { holdsAt, userOfCertificate }] = await Promise.all([
    import("node:crypto"),
    import("./certificate-user.ts"),
  ]);
  const found = userOfCertificate(new X509Certificate(pem), new X509Certificate(authority));
  if (found === undefined) return { problem: "x509: certificate signed by unknown authority" };
  if (!holdsAt(found, now)) return { problem: "x509: certificate has expired or is not yet valid" };
  return { user: found.user };
}

function dataOf(entry: JsonObject, field: string, directory: string): string | undefined {
  const data = entry[`${field}-data`];
  if (typeof data === "string" && data !== "") return Buffer.from(data, "base64").toString("utf8");
  return fileText(entry[field], directory);
}

function fileText(file: unknown, directory: string): string | undefined {
  return typeof file === "string" && file !== "" ? fs.readFileSync(path.resolve(directory, file), "utf8") : undefined;
}
