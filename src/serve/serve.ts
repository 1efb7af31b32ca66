import type { ApiRequest, ApiResponse } from "../client/transport.ts";
import { ADMIN } from "../cluster/admin.ts";
import { localControls } from "../cluster/controls.ts";
import { clusterDirectory } from "../cluster/home.ts";
import { openCluster } from "../cluster/open-cluster.ts";
import { type Credential, issueCertificate } from "../cluster/pki.ts";
import { type ClusterKeys, readKeys } from "../cluster/settings.ts";
import { lockState, openState } from "../cluster/state-guard.ts";
import type { Instant } from "../machinery/time.ts";
import { type Listener, listen } from "./https-listener.ts";
import { createLiveDriver } from "./live-driver.ts";
import { createMetrics } from "./metrics.ts";
import { serveControls } from "./serve-controls.ts";
import { createUpgrader } from "./upgrade/upgrade.ts";

/** What `drykube serve` was asked for. */
export interface ServeOptions {
  readonly home: string;
  readonly cluster: string;
  /** 0: the port that the cluster's kubeconfig entry names. */
  readonly port: number;
  readonly bind: string;
  /** Also listen for plain HTTP on this loopback port, where everybody is the administrator; undefined: don't. */
  readonly insecurePort?: number;
  now(): Instant;
  sleep(ms: number): Promise<void>;
  readSchema(file: string): string;
  onError?(error: unknown, owner: string, key: string): void;
}

/** A cluster that is being served. */
export interface Server {
  readonly url: string;
  readonly insecureUrl?: string;
  /** Settles, saves, lets go of the state. */
  close(): Promise<void>;
}

/** Opens a cluster's apiserver over HTTPS. While it runs it alone holds the state; other drykube commands come here. */
export async function serve(options: ServeOptions): Promise<Server> {
  const directory = clusterDirectory(options.home, options.cluster);
  const lock = await lockState(directory, options.sleep);
  const listeners: Listener[] = [];
  try {
    const state = openState(directory);
    const cluster = openCluster({
      state,
      wallClock: options.now,
      sleep: options.sleep,
      readSchema: options.readSchema,
      ...(options.onError ? { onError: options.onError } : {}),
    });
    const keys = readKeys(state);
    const driver = await createLiveDriver(cluster);
    const metrics = createMetrics();
    const controls = localControls({ cluster, transaction: driver.transaction }, async () => {});
    const handle = async (request: ApiRequest): Promise<ApiResponse> =>
      (await serveControls(controls, request)) ?? metrics.amend(request, await driver.handle(request));
    const upgrade = createUpgrader(handle);
    const serving = await servingCertificate(options, keys);
    const secure = await listen({
      host: options.bind,
      port: options.port || cluster.settings.port,
      tls: {
        certificate: serving.certificate,
        key: serving.key,
        clientCa: keys.caCertificate,
        adminCertificate: keys.adminCertificate,
      },
      handle,
      upgrade,
      now: cluster.now,
      observe: metrics.observe,
    });
    listeners.push(secure);
    const plain =
      options.insecurePort === undefined
        ? undefined
        : await listen({
            host: "127.0.0.1",
            port: options.insecurePort,
            handle,
            upgrade,
            now: cluster.now,
            observe: metrics.observe,
            plainUser: ADMIN,
          });
    if (plain !== undefined) listeners.push(plain);
    const url = `https://${hostInUrl(options.bind)}:${secure.port}`;
    lock.describe({ endpoint: { url } });
    return {
      url,
      ...(plain ? { insecureUrl: `http://127.0.0.1:${plain.port}` } : {}),
      async close() {
        await Promise.all(listeners.map((listener) => listener.close()));
        await driver.stop();
        state.close();
        lock.release();
      },
    };
  } catch (error) {
    await Promise.all(listeners.map((listener) => listener.close()));
    lock.release();
    throw error;
  }
}

/** The certificate that clients check: for loopback, the address that is bound, and the names that pods know. */
function servingCertificate(options: ServeOptions, keys: ClusterKeys): Promise<Credential> {
  const service = "kubernetes.default.svc.cluster.local".split(".");
  return issueCertificate(
    { certificate: keys.caCertificate, key: keys.caKey },
    {
      subject: "CN=kube-apiserver",
      usage: "server",
      now: options.now(),
      dnsNames: [
        "localhost",
        ...[1, 2, 3, 5].map((n) => service.slice(0, n).join(".")),
        `${options.cluster}-control-plane`,
      ],
      ipAddresses: [...new Set(["127.0.0.1", "::1", ...(isAddress(options.bind) ? [options.bind] : [])])],
    },
  );
}

/** How a client on this machine names the address that is bound. */
function hostInUrl(bind: string): string {
  if (bind === "0.0.0.0" || bind === "::") return "127.0.0.1";
  return bind.includes(":") ? `[${bind}]` : bind;
}

const isAddress = (host: string): boolean => /^[\d.]+$|:/.test(host) && host !== "0.0.0.0" && host !== "::";
