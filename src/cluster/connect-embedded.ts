import type { ClientConfig } from "../client/client-config.ts";
import type { Transport } from "../client/transport.ts";
import { unauthorized } from "../machinery/status-error.ts";
import type { Instant } from "../machinery/time.ts";
import { ADMIN } from "./admin.ts";
import { credentialsOf } from "./authenticate.ts";
import type { ClusterControls } from "./controls.ts";
import { type EmbeddedTransport, openEmbedded } from "./embedded.ts";
import { clusterDirectory, drykubeHome, listClusters } from "./home.ts";
import { connectServed, servingUrl } from "./serving.ts";
import { readKeys } from "./settings.ts";
import { StateServedError } from "./state-guard.ts";

/** What a process gives to its embedded cluster. */
export interface EmbeddedHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly streams: { readonly stderr: { write(text: string): void; readonly isTTY: boolean } };
  now(): Instant;
  sleep(ms: number): Promise<void>;
  readSchema(file: string): string;
}

/** The cluster that a kubeconfig selects; kind's default one without any. */
function selected(host: EmbeddedHost, config: ClientConfig): { readonly home: string; readonly cluster: string } {
  return config.embedded ?? { home: drykubeHome(host.env), cluster: "kind" };
}

/** What the selected cluster offers beyond the API, here or in the process that serves it. */
export async function openControls(host: EmbeddedHost, config: ClientConfig): Promise<ClusterControls> {
  const { home, cluster } = selected(host, config);
  const url = servingUrl(home, cluster);
  if (url !== undefined) {
    const { remoteControls } = await import("./remote-controls.ts");
    return remoteControls(await connectServed(home, cluster, url, config));
  }
  const embedded = await openForHost(host, config);
  const { localControls } = await import("./controls.ts");
  return localControls(embedded, () => embedded.close!());
}

/** Opens the cluster that a kubeconfig selects in this process; where there is no configuration at all, makes kind's default cluster first. */
async function openForHost(host: EmbeddedHost, config: ClientConfig): Promise<EmbeddedTransport> {
  const { home, cluster } = selected(host, config);
  if (config.isEmpty) await createDefault(host, home, cluster);
  const debug = host.env["DRYKUBE_DEBUG"] === "1";
  const report = (error: unknown, owner: string, key: string): void =>
    host.streams.stderr.write(`${owner} ${key}: ${(error as Error).stack}\n`);
  return openEmbedded({
    home,
    cluster,
    now: () => host.now(),
    sleep: (ms) => host.sleep(ms),
    readSchema: (file) => host.readSchema(file),
    ...(debug ? { onError: report } : {}),
  });
}

/**
 * The transport of a process to a simulated cluster, authenticated as the kubeconfig's user: in this process or, while
 * a server holds the state, to that server. One that starts meanwhile takes over from the next request on.
 */
export async function connectEmbedded(host: EmbeddedHost, config: ClientConfig): Promise<Transport> {
  const { home, cluster } = selected(host, config);
  const url = servingUrl(home, cluster);
  if (url !== undefined) return connectServed(home, cluster, url, config);
  const embedded = await openInProcess(host, config);
  let served: Transport | undefined;
  return {
    async request(request) {
      if (served !== undefined) return served.request(request);
      try {
        return await embedded.request(request);
      } catch (error) {
        if (!(error instanceof StateServedError)) throw error;
        served = await connectServed(home, cluster, error.url, config);
        return served.request(request);
      }
    },
    now: () => (served === undefined ? embedded.now?.() : served.now?.()) ?? host.now(),
    async close() {
      await served?.close?.();
      await embedded.close?.().catch((error: unknown) => {
        // What this process saw last is the server's to settle now.
        if (!(error instanceof StateServedError)) throw error;
      });
    },
  };
}

async function openInProcess(host: EmbeddedHost, config: ClientConfig): Promise<Transport> {
  const embedded = await openForHost(host, config);
  const credentials = config.isEmpty
    ? { user: ADMIN }
    : await credentialsOf(config.user, config.directory, readKeys(embedded.cluster.state), embedded.cluster.now());
  return {
    request: (request) => {
      if (credentials === undefined) return embedded.request(request);
      if ("user" in credentials) return embedded.request({ ...request, user: request.user ?? credentials.user });
      if ("problem" in credentials)
        return Promise.resolve({ kind: "object", code: 401, body: unauthorized().status as object });
      return embedded.request({
        ...request,
        headers: { authorization: credentials.authorization, ...request.headers },
      });
    },
    close: () => embedded.close!(),
    now: () => embedded.cluster.now(),
  };
}

async function createDefault(host: EmbeddedHost, home: string, name: string): Promise<void> {
  if (listClusters(home).includes(name)) return;
  const { ClusterExistsError, createCluster } = await import("./create-cluster.ts");
  const progress = host.streams.stderr.isTTY;
  if (progress) host.streams.stderr.write(`Creating cluster "${name}" in ${clusterDirectory(home, name)} ...\n`);
  await createCluster({
    home,
    name,
    now: host.now(),
    sleep: (ms) => host.sleep(ms),
    readSchema: (file) => host.readSchema(file),
  }).catch((error: unknown) => {
    // Two first commands at once: the other one was faster, and its cluster will do.
    if (!(error instanceof ClusterExistsError)) throw error;
  });
}
