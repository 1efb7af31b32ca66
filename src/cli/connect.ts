import type { ClientConfig } from "../client/client-config.ts";
import { ConnectionError, hostOf } from "../client/connection-error.ts";
import type { ApiRequest, ApiResponse, Transport } from "../client/transport.ts";
import { ExitError } from "./exit.ts";
import { parseGoDuration } from "./flags/values.ts";
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
    socket.on("error", (error: NodeJS.ErrnoException) =>
      reject(new ConnectionError(host, error.code === "ECONNREFUSED", error.message)),
    );
  });
}

function impersonation({ user }: ClientConfig): Record<string, string> {
  const headers: Record<string, string> = {};
  if (user["as"]) headers["impersonate-user"] = user["as"];
  if (user["as-uid"]) headers["impersonate-uid"] = user["as-uid"];
  if (user["as-groups"]?.length > 0) headers["impersonate-group"] = user["as-groups"].join(",");
  for (const [key, values] of Object.entries<readonly string[]>(user["as-user-extra"] ?? {}))
    headers[`impersonate-extra-${encodeURIComponent(key)}`.toLowerCase()] = values.join(",");
  return headers;
}

/** Mirrors rest.ParseTimeout and flag errors of --request-timeout: a bare number is seconds. */
function timeoutMs(text: string): number {
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  try {
    return parseGoDuration(text);
  } catch {
    throw new Error(
      `Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)`,
    );
  }
}

async function openTransport(
  host: Host,
  config: ClientConfig,
  globals: Readonly<Record<string, any>>,
): Promise<Transport> {
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
    timeoutMs: timeoutMs(String(globals["requestTimeout"] ?? "0")),
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
  const inner = await openTransport(host, config, globals);
  const headers = { "user-agent": `kubectl/v1.33.1 (${host.platform}) kubernetes/8adc0f0`, ...impersonation(config) };
  const warned = new Set<string>();
  return {
    request: async (request: ApiRequest): Promise<ApiResponse> => {
      const response = await inner.request({ ...request, headers: { ...headers, ...request.headers } });
      for (const text of ("warnings" in response ? response.warnings : undefined) ?? []) {
        if (!warned.has(text)) onWarning(text);
        warned.add(text);
      }
      return response;
    },
    close: async () => inner.close?.(),
    now: () => inner.now?.() ?? host.now(),
  };
}
