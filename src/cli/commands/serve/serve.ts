import type { CommandDefinition } from "../../define-command.ts";
import { ExitError, UsageError } from "../../exit.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";
import type { Session } from "../../session.ts";

interface Options {
  readonly cluster: string | undefined;
  readonly port: number;
  readonly bind: string;
  readonly insecurePort: number | undefined;
}

const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost"]);

/** `drykube serve`: the cluster behind HTTPS, for any Kubernetes client. */
export const command: CommandDefinition<Options> = {
  exitOn: { SIGINT: 0, SIGTERM: 0 },
  define(c) {
    describeCommand(c, {
      usage: "[CLUSTER] [--port=PORT] [--bind=ADDRESS]",
      long: "Serve a simulated cluster over HTTPS, so that the real kubectl and client libraries can use it. The kubeconfig that drykube wrote works as it is while the server runs. Ends on SIGINT and SIGTERM; everything is saved.",
      examples:
        "  # Serve the current cluster\n  drykube serve\n\n  # From another terminal, with any client\n  KUBECONFIG=~/.drykube/config kubectl get nodes",
    });
    declareFlags(
      c,
      flag.int("port", "The port to listen on; 0 is the one that the kubeconfig names."),
      flag.string("bind", "The address to listen on. Anything but loopback opens the cluster to the network.", {
        default: "127.0.0.1",
      }),
      flag.bool("allow-remote", "Confirm that --bind may name an address that is not loopback."),
      flag.int(
        "insecure-http",
        "Also listen for plain HTTP on this loopback port, everybody being the administrator.",
        { default: "-1" },
      ),
    );
  },
  complete(_session, flags, args) {
    if (args.length > 1) throw new UsageError(`expected at most one CLUSTER, got ${args.length}`);
    return {
      cluster: args[0],
      port: flags["port"],
      bind: flags["bind"],
      insecurePort: flags["insecureHttp"] < 0 ? undefined : flags["insecureHttp"],
      ...(LOOPBACK.has(flags["bind"]) || flags["allowRemote"] ? {} : { refused: true }),
    };
  },
  validate(options) {
    if ("refused" in options)
      throw new UsageError(
        `--bind=${options.bind} is not a loopback address: give --allow-remote as well if you mean it`,
      );
  },
  async run(session, options) {
    const { loadClientConfig } = await import("../../../client/client-config.ts");
    const config = await loadClientConfig({
      env: session.env,
      cwd: session.cwd,
      globals: session.globals,
      given: new Set(),
    });
    const { drykubeHome } = await import("../../../cluster/home.ts");
    const { serve } = await import("../../../serve/serve.ts");
    const server = await serve({
      home: config.embedded?.home ?? drykubeHome(session.env),
      cluster: options.cluster ?? config.embedded?.cluster ?? "kind",
      port: options.port,
      bind: options.bind,
      ...(options.insecurePort === undefined ? {} : { insecurePort: options.insecurePort }),
      now: () => session.now(),
      sleep: (ms) => session.sleep(ms),
      readSchema: (file) => session.readSchema(file),
      ...(session.env["DRYKUBE_DEBUG"] === "1" ? { onError: (...what) => report(session, ...what) } : {}),
    }).catch((error: Error) => {
      throw new ExitError(`error: ${error.message}`);
    });
    session.streams.stdout.write(`Serving on ${server.url}\n`);
    if (server.insecureUrl !== undefined)
      session.streams.stdout.write(`Serving on ${server.insecureUrl} without TLS: everybody is the administrator\n`);
    await new Promise<void>((resolve) => {
      if (session.signal.aborted) resolve();
      session.signal.addEventListener("abort", () => resolve(), { once: true });
    });
    await server.close();
  },
};

/** Tells of what failed inside, where somebody looks for that. */
function report({ streams }: Session, error: unknown, owner: string, key: string): void {
  streams.stderr.write(`${owner} ${key}: ${error instanceof Error ? error.stack : String(error)}\n`);
}
