import type { ClientConfig } from "../client/client-config.ts";
import type { Transport } from "../client/transport.ts";
import { isAlive, readOwner } from "../store/lock.ts";
import { clusterDirectory, lockPath } from "./home.ts";
import { readKeys } from "./settings.ts";
import { openState } from "./state-guard.ts";

/** Where a cluster is being served at this moment; undefined where nobody does. */
export function servingUrl(home: string, cluster: string): string | undefined {
  const owner = readOwner(lockPath(clusterDirectory(home, cluster)));
  return owner?.endpoint !== undefined && isAlive(owner) ? owner.endpoint.url : undefined;
}

/** The way to the process that serves a cluster, as the kubeconfig's user; without any configuration, as the administrator. */
export async function connectServed(
  home: string,
  cluster: string,
  url: string,
  config: ClientConfig,
): Promise<Transport> {
  const { createHttpsTransport } = await import("../client/https.ts");
  const state = openState(clusterDirectory(home, cluster));
  const keys = readKeys(state);
  state.close();
  const base64 = (pem: string): string => Buffer.from(pem).toString("base64");
  const user = config.isEmpty
    ? { "client-certificate-data": base64(keys.adminCertificate), "client-key-data": base64(keys.adminKey) }
    : config.user;
  // The server is ours whatever the kubeconfig says of addresses, so its own authority is what it is checked against.
  const served = { server: url, "certificate-authority-data": base64(keys.caCertificate) };
  return createHttpsTransport({
    config: { ...config, server: url, cluster: served, user },
    timeoutMs: 0,
    insecure: false,
  });
}
