import fs from "node:fs";

/** A server that could not be reached. `host` is "HOST:PORT"; `refused`: nothing listens there. */
export class ConnectionError extends Error {
  readonly host: string;
  readonly refused: boolean;
  constructor(host: string, refused: boolean, message: string) {
    super(message);
    this.name = "ConnectionError";
    this.host = host;
    this.refused = refused;
  }
}

/** "HOST:PORT" of a server, as kubectl quotes it. Throws where it is no address. */
export function hostOf(server: string): string {
  const url = server.includes("://") ? server : `http://${server}`;
  if (!URL.canParse(url)) throw new Error(`parse ${JSON.stringify(url)}: invalid address of a server`);
  return new URL(url).host;
}

const UNKNOWN_AUTHORITY = "tls: failed to verify certificate: x509: certificate signed by unknown authority";
const WORDS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  CERT_HAS_EXPIRED: "tls: failed to verify certificate: x509: certificate has expired or is not yet valid",
};

/** " on 10.0.0.2:53": the resolver that was asked, which Go's lookup errors name. */
function resolver(): string {
  try {
    const found = /^nameserver\s+(\S+)/m.exec(fs.readFileSync("/etc/resolv.conf", "utf8"))?.[1];
    return found === undefined ? "" : ` on ${found.includes(":") ? `[${found}]` : found}:53`;
  } catch {
    return "";
  }
}

/** What Go says of a certificate that is for others. */
function otherNames(error: NodeJS.ErrnoException & { host?: string; cert?: { subjectaltname?: string } }): string {
  const wanted = (error.host ?? "").replace(/\.$/, "");
  const isAddress = /^[0-9.]+$|:/.test(wanted);
  const names = (error.cert?.subjectaltname ?? "")
    .split(", ")
    .flatMap((name) =>
      name.startsWith(isAddress ? "IP Address:" : "DNS:") ? [name.slice(name.indexOf(":") + 1)] : [],
    );
  return `tls: failed to verify certificate: x509: certificate is valid for ${names.join(", ")}, not ${wanted}`;
}

/** Node's error of a connection in Go's words. `host` is "HOST:PORT". */
export function connectionError(host: string, error: NodeJS.ErrnoException): ConnectionError {
  const { code = "", message } = error;
  if (code === "ECONNREFUSED") {
    // An AggregateError of several addresses has no message of its own.
    const address = /ECONNREFUSED (\S+)/.exec(message)?.[1] ?? host;
    return new ConnectionError(host, true, `dial tcp ${address}: connect: connection refused`);
  }
  if (code === "ENOTFOUND")
    return new ConnectionError(host, false, `dial tcp: lookup ${host.replace(/:\d+$/, "")}${resolver()}: no such host`);
  if (code === "ETIMEDOUT") return new ConnectionError(host, false, `dial tcp ${host}: i/o timeout`);
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return new ConnectionError(host, false, otherNames(error));
  return new ConnectionError(host, false, WORDS[code] ?? message);
}
