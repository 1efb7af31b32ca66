import type { ClientConfig } from "../client/client-config.ts";
import { connectionError, hostOf } from "../client/connection-error.ts";
import type { ApiRequest, ApiResponse, Transport } from "../client/transport.ts";
import { ExitError } from "./exit.ts";
import { verbosity } from "./klog.ts";
import { requestTimeoutMs, timedTransport } from "./request-timeout.ts";
import type { Host } from "./session.ts";

/** Whether anything listens at the server's address; throws {@link ConnectionError} where nothing does. */
async function probe(server: string): Promise<void> {
  const host = hostOf(server);
  const { hostname, port, protocol } = new URL(server.includes("://") ? server : `http://${server}`);
  const { connect: dial } = await import("node:net");
  await new Promise<void>((resolve, reject) => {
    const socket = dial(Number(port || (protocol === "https:" ? 443 : 80)), hostname.replace(/^\[|\]$/g, ""));
    socket.setTimeout(5000, () => socket.destroy(new Error(`dial tcp ${host}: i/o timeout`)));
    socket.on("connect", () => {
      socket.destroy();
      resolve();
    });
    socket.on("error", (error) => reject(connectionError(host, error)));
  });
}

function impersonation({ user }: ClientConfig): Record<string, string> {
  const headers: Record<string, string> = {};
  if (user["as"]) headers["impersonate-user"] = user["as"];
  if (user["as-uid"]) headers["impersonate-uid"] = user["as-uid"];
  if (user["as-groups"]?.length > 0) headers["impersonate-group"] = user["as-groups"].join("\n");
  for (const [key, values] of Object.entries<readonly string[]>(user["as-user-extra"] ?? {}))
    headers[`impersonate-extra-${encodeURIComponent(key)}`.toLowerCase()] = values.join("\n");
  return headers;
}

async function openTransport(host: Host, config: ClientConfig, timeoutMs: number): Promise<Transport> {
  if (config.embedded !== undefined || config.isEmpty) {
    const { connectEmbedded } = await import("../cluster/connect-embedded.ts");
    return connectEmbedded(host, config);
  }
  if (host.env["DRYKUBE_ALLOW_REAL_CLUSTER"] !== "1") {
    await probe(config.server);
    throw new ExitError(
      `error: ${config.server} is not a simulated cluster: set DRYKUBE_ALLOW_REAL_CLUSTER=1 to let ${host.program} talk to it`,
    );
  }
  const { createHttpsTransport } = await import("../client/https.ts");
  return createHttpsTransport({
    config,
    timeoutMs,
    insecure: false,
  });
}

/** Opens the connection that a configuration selects: an embedded cluster, or a server that the user has allowed. Adds who asks, and passes on the server's warnings, each once. */
export async function connect(
  host: Host,
  config: ClientConfig,
  globals: Readonly<Record<string, any>>,
  onWarning: (text: string) => void,
): Promise<Transport> {
  const timeoutMs = requestTimeoutMs(String(globals["requestTimeout"] ?? "0"));
  const opened = await openTransport(host, config, timeoutMs);
  const logged = verbosity(globals, "round_trippers") > 0 || verbosity(globals, "helper") > 0;
  const timed = timedTransport(host, config.server, timeoutMs, opened);
  const inner = logged
    ? (await import("./request-log.ts")).loggedTransport(host, globals, config.server, timed)
    : timed;
  const headers = { "user-agent": `kubectl/v1.33.1 (${host.platform}) kubernetes/8adc0f0`, ...impersonation(config) };
  const warned = new Set<string>();
  const transport: Transport = {
    request: async (request: ApiRequest): Promise<ApiResponse> => {
      const response = await inner.request({ ...request, headers: { ...headers, ...request.headers } });
      for (const text of ("warnings" in response ? response.warnings : undefined) ?? []) {
        if (!warned.has(text)) onWarning(text);
        warned.add(text);
      }
      return response;
    },
    close: async () => opened.close?.(),
    now: () => opened.now?.() ?? host.now(),
  };
  if (globals["matchServerVersion"] === true)
    await (await import("./match-version.ts")).refuseOtherVersion(host, transport);
  return transport;
}
