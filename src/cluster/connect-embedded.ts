import type { ClientConfig } from "../client/client-config.ts";
import type { Transport } from "../client/transport.ts";
import { unauthorized } from "../machinery/status-error.ts";
import type { Instant } from "../machinery/time.ts";
import { ADMIN } from "./admin.ts";
import { credentialsOf } from "./authenticate.ts";
import { type EmbeddedTransport, openEmbedded } from "./embedded.ts";
import { clusterDirectory, drykubeHome, listClusters } from "./home.ts";
import { readKeys } from "./settings.ts";

/** What a process gives to its embedded cluster. */
export interface EmbeddedHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly streams: { readonly stderr: { write(text: string): void; readonly isTTY: boolean } };
  now(): Instant;
  sleep(ms: number): Promise<void>;
  readSchema(file: string): string;
}

/** Opens the cluster that a kubeconfig selects, with all that goes beyond the API; where there is no configuration at all, makes kind's default cluster first. */
export async function openForHost(host: EmbeddedHost, config: ClientConfig): Promise<EmbeddedTransport> {
  const home = config.embedded?.home ?? drykubeHome(host.env);
  const cluster = config.embedded?.cluster ?? "kind";
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

/** The transport of a process to its embedded cluster, authenticated as the kubeconfig's user. */
export async function connectEmbedded(host: EmbeddedHost, config: ClientConfig): Promise<Transport> {
  const embedded = await openForHost(host, config);
  const credentials = config.isEmpty
    ? { user: ADMIN }
    : await credentialsOf(config.user, config.directory, readKeys(embedded.cluster.state));
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
  const { createCluster } = await import("./create-cluster.ts");
  const progress = host.streams.stderr.isTTY;
  if (progress) host.streams.stderr.write(`Creating cluster "${name}" in ${clusterDirectory(home, name)} ...\n`);
  await createCluster({
    home,
    name,
    now: host.now(),
    sleep: (ms) => host.sleep(ms),
    readSchema: (file) => host.readSchema(file),
  });
}
