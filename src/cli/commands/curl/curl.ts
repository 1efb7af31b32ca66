import type { CommandDefinition } from "../../define-command.ts";
import { ExitError, UsageError } from "../../exit.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";
import { withControls } from "../cluster-controls.ts";

interface Options {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly include: boolean;
  readonly head: boolean;
  readonly silent: boolean;
}

/** `drykube curl URL`: a request from outside the cluster, answered by a simulated container. Messages and exit codes are curl's. */
export const command: CommandDefinition<Options> = {
  define(c) {
    describeCommand(c, {
      usage: "URL [-i] [-I] [-X METHOD] [-H HEADER] [-d DATA]",
      long: "Send an HTTP request from outside the cluster: to a node port of any node (by its name or address), to the external IP of a service, or to a pod's address. No request leaves this machine.",
      examples:
        "  # A node port, through any node\n  drykube curl http://kind-worker:30080\n\n  # A load balancer's or ingress controller's address, asking for a host\n  drykube curl -H 'Host: shop.example.com' http://172.18.255.200/",
    });
    declareFlags(
      c,
      flag.bool("include", "Show the response headers as well.", { short: "i" }),
      flag.bool("head", "Ask for the headers only.", { short: "I" }),
      flag.bool("silent", "Say nothing when the request fails."),
      flag.string("request", "The request method.", { short: "X" }),
      flag.array("header", 'A header to send, "Name: value".', { short: "H" }),
      flag.string("data", "A body to send; the method is POST then.", { short: "d" }),
    );
  },
  complete(_session, flags, args) {
    if (args.length !== 1) throw new UsageError(`exactly one URL is required, got ${args.length}`);
    const url = urlOf(args[0]!);
    return {
      url,
      method: flags["request"] || (flags["head"] ? "HEAD" : flags["data"] ? "POST" : "GET"),
      headers: headersOf(url, flags["header"], flags["data"]),
      body: flags["data"],
      include: flags["include"] || flags["head"],
      head: flags["head"],
      silent: flags["silent"],
    };
  },
  run: (session, options) =>
    withControls(session, async (controls) => {
      const { url, method, headers, body } = options;
      const tls = url.protocol === "https:";
      const port = Number(url.port || (tls ? 443 : 80));
      const host = url.hostname.replace(/^\[|\]$/g, "");
      const request = { method, url: `${url.pathname}${url.search}`, headers, body };
      const result = await controls.requestFromOutside({ host, port, tls }, request);
      if ("why" in result) throw failure(result.why, host, port, result.ms, options.silent);
      const { reply } = result;
      const head = [`HTTP/1.1 ${reply.status} ${reply.statusText}`, ...reply.headers.map(([k, v]) => `${k}: ${v}`)];
      if (options.include) session.streams.stdout.write(`${head.join("\r\n")}\r\n\r\n`);
      if (!options.head) session.streams.stdout.write(Buffer.from(reply.body, "latin1"));
    }),
};

function urlOf(text: string): URL {
  const full = text.includes("://") ? text : `http://${text}`;
  if (!URL.canParse(full)) throw new ExitError("curl: (3) URL rejected: Malformed input to a URL function", 3);
  const url = new URL(full);
  if (url.protocol === "http:" || url.protocol === "https:") return url;
  throw new ExitError(`curl: (1) Protocol "${url.protocol.slice(0, -1)}" not supported`, 1);
}

function headersOf(url: URL, given: readonly string[], data: string): Record<string, string> {
  const headers: Record<string, string> = { Host: url.host, "User-Agent": "curl/8.5.0", Accept: "*/*" };
  if (data) {
    headers["Content-Type"] = "application/x-www-form-urlencoded";
    headers["Content-Length"] = String(Buffer.byteLength(data));
  }
  for (const line of given) {
    const colon = line.indexOf(":");
    if (colon <= 0) throw new UsageError(`--header wants "Name: value", got ${JSON.stringify(line)}`);
    const name = line.slice(0, colon).trim();
    const known = Object.keys(headers).find((key) => key.toLowerCase() === name.toLowerCase());
    headers[known ?? name] = line.slice(colon + 1).trim();
  }
  return headers;
}

/** curl's words and exit codes for a connection that did not come about. */
function failure(why: string, host: string, port: number, ms: number, silent: boolean): ExitError {
  const at = `${host} port ${port} after ${ms} ms`;
  const [text, code] =
    why === "name"
      ? [`curl: (6) Could not resolve host: ${host}`, 6]
      : why === "timeout"
        ? [`curl: (28) Failed to connect to ${at}: Timeout was reached`, 28]
        : [`curl: (7) Failed to connect to ${at}: Couldn't connect to server`, 7];
  return new ExitError(silent ? "" : (text as string), code as number);
}
