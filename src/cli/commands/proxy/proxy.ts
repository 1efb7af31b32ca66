import type { AddressInfo } from "node:net";
import type { Client } from "../../../client/client.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";
import type { Session } from "../../session.ts";
import type { ProxyFilter, ProxyPaths } from "./proxy-server.ts";

interface ProxyOptions {
  readonly address: string;
  readonly port: number;
  readonly unixSocket: string;
  readonly keepAliveMs: number;
  readonly appendServerPath: boolean;
  readonly filter: ProxyFilter;
  readonly paths: ProxyPaths;
}

function patterns(text: string): RegExp[] {
  return text
    .split(",")
    .filter((p) => p !== "")
    .map((p) => {
      try {
        return new RegExp(p);
      } catch {
        throw new Error(`error parsing regexp: ${JSON.stringify(p)}`);
      }
    });
}

const slashed = (prefix: string): string => `/${prefix.replace(/^\/+|\/+$/g, "")}/`.replace(/^\/\/$/, "/");

/** kubectl's own requests go below the path of the server's URL; those of the proxy only with --append-server-path. */
async function clientOf(session: Session, { appendServerPath }: ProxyOptions): Promise<Client> {
  const server = await session.server();
  const { origin, pathname } = new URL(server.includes("://") ? server : `http://${server}`);
  if (appendServerPath || pathname === "/") return session.client();
  const { env, cwd, globals } = session;
  const [{ loadClientConfig }, { connect }, { createClient }] = await Promise.all([
    import("../../../client/client-config.ts"),
    import("../../connect.ts"),
    import("../../../client/create-client.ts"),
  ]);
  const config = await loadClientConfig({ env, cwd, globals, given: new Set() });
  return createClient(await connect(session, { ...config, server: origin }, globals, () => {}));
}

async function run(session: Session, o: ProxyOptions): Promise<void> {
  const { proxyServer } = await import("./proxy-server.ts");
  if (o.filter.disabled)
    session.streams.stderr.write(
      "Request filter disabled, your proxy is vulnerable to XSRF attacks, please be cautious\n",
    );
  const server = proxyServer(session.cwd, await clientOf(session, o), o.filter, o.paths);
  server.keepAliveTimeout = o.keepAliveMs > 0 ? o.keepAliveMs : server.keepAliveTimeout;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        error.code === "EADDRINUSE"
          ? new Error(`listen tcp ${o.address}:${o.port}: bind: address already in use`)
          : error,
      ),
    );
    if (o.unixSocket !== "") server.listen(o.unixSocket, resolve);
    else server.listen(o.port, o.address, resolve);
  });
  const address = server.address();
  const shown = typeof address === "string" ? address : `${o.address}:${(address as AddressInfo).port}`;
  session.streams.stdout.write(`Starting to serve on ${shown}\n`);
  await new Promise<void>((resolve) => {
    if (session.signal.aborted) resolve();
    session.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  server.close();
  server.closeAllConnections();
}

/** `kubectl proxy`. Mirrors kubectl/pkg/cmd/proxy. */
export const command: CommandDefinition<ProxyOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "[--port=PORT] [--www=static-dir] [--www-prefix=prefix] [--api-prefix=prefix]",
      long: "Serve the API of the cluster on a local port without authentication, until it is interrupted.",
      examples: `
# On another port, with files
kubectl proxy --port=8011 --www=./local/www/

# On any port
kubectl proxy --port=0

# Under another path
kubectl proxy --api-prefix=/k8s-api`,
    });
    declareFlags(
      c,
      flag.string("accept-hosts", "Regular expressions of hosts to accept.", {
        default: "^localhost$,^127\\.0\\.0\\.1$,^\\[::1\\]$",
      }),
      flag.string("accept-paths", "Regular expressions of paths to accept.", { default: "^.*" }),
      flag.string("address", "The address to serve on.", { default: "127.0.0.1" }),
      flag.string("api-prefix", "The path that the API is served under.", { default: "/" }),
      flag.bool("append-server-path", "Put the path of the server's URL before every path."),
      flag.bool("disable-filter", "Accept every request: any site in your browser could then talk to the cluster."),
      flag.duration("keepalive", "How long idle connections are kept; 0: the default."),
      flag.int("port", "The port to serve on; 0: any.", { short: "p", default: "8001" }),
      flag.string("reject-methods", "Regular expressions of methods to reject.", { default: "^$" }),
      flag.string("reject-paths", "Regular expressions of paths to reject.", {
        default: "^/api/.*/pods/.*/exec,^/api/.*/pods/.*/attach",
      }),
      flag.string("unix-socket", "The socket to serve on instead.", { short: "u" }),
      flag.string("www", "Directory of files to serve too.", { short: "w" }),
      flag.string("www-prefix", "The path that files are served under.", { short: "P", default: "/static/" }),
    );
  },
  complete: (_session, flags) => {
    return {
      address: flags["address"],
      port: flags["port"],
      unixSocket: flags["unixSocket"],
      keepAliveMs: flags["keepalive"],
      appendServerPath: flags["appendServerPath"],
      filter: {
        disabled: flags["disableFilter"],
        acceptPaths: patterns(flags["acceptPaths"]),
        rejectPaths: patterns(flags["rejectPaths"]),
        rejectMethods: patterns(flags["rejectMethods"]),
        acceptHosts: patterns(flags["acceptHosts"]),
      },
      paths: { apiPrefix: slashed(flags["apiPrefix"]), www: flags["www"], wwwPrefix: slashed(flags["wwwPrefix"]) },
    };
  },
  run,
};
