import { header } from "../runtime/http-text.ts";
import type { HttpReply, HttpRequest } from "../runtime/machine/outside.ts";
import { parseIPv4 } from "./addresses.ts";

/** The domains of the outside world that a pod can reach: those that people try. Their hosts all live in documentation addresses. */
const DOMAINS: ReadonlySet<string> = new Set(
  (
    "alpinelinux.org amazon.com amazonaws.com apple.com bing.com cern.ch cloudflare.com cncf.io debian.org docker.com " +
    "docker.io duckduckgo.com example.com example.net example.org facebook.com gcr.io ghcr.io github.com " +
    "githubusercontent.com gitlab.com golang.org google.com googleapis.com helm.sh httpbin.org icanhazip.com " +
    "ifconfig.me k8s.io kernel.org killer.sh killercoda.com kubernetes.io linux.com linuxfoundation.org microsoft.com " +
    "mozilla.org naver.com neverssl.com nginx.com nginx.org nodejs.org npmjs.org pypi.org python.org quay.io redhat.com " +
    "reddit.com stackoverflow.com ubuntu.com wikipedia.org yahoo.com youtube.com"
  ).split(" "),
);

/** Public name servers: they answer queries, pings and connections to port 53 and 443. */
const RESOLVERS: ReadonlySet<string> = new Set(["8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9"]);

/** The address of a public host; undefined for a name that nobody has. */
export function publicAddress(name: string): string | undefined {
  const labels = name.toLowerCase().replace(/\.$/, "").split(".");
  if (!DOMAINS.has(labels.slice(-2).join("."))) return undefined;
  let sum = 7;
  for (const c of labels.join(".")) sum = (Math.imul(sum, 31) + c.charCodeAt(0)) >>> 0;
  return `${sum % 2 === 0 ? "203.0.113" : "198.51.100"}.${1 + ((sum >>> 8) % 254)}`;
}

/** Whether somebody on the internet has the address. */
export function isPublicAddress(ip: string): boolean {
  return RESOLVERS.has(ip) || (/^(203\.0\.113|198\.51\.100)\./.test(ip) && parseIPv4(ip) !== undefined);
}

/** Whether a public host takes connections to a port. */
export function publicPortIsOpen(ip: string, port: number): boolean {
  return port === 443 || port === (RESOLVERS.has(ip) ? 53 : 80);
}

/** Whether queries may be sent to the address itself. */
export function isPublicResolver(ip: string): boolean {
  return RESOLVERS.has(ip);
}

/** What a public web server answers: a page that says whose it stands for. */
export function publicPage(request: HttpRequest): HttpReply {
  const host = (header(request.headers, "host") ?? "").replace(/:\d+$/, "");
  const body = `<html><head></head><body><header>\n<title>http://${host}</title>\n</header>\n\n<h1>http://${host}</h1>\n<p>This page of drykube's simulated internet stands for the real one.</p>\n</body></html>\n`;
  return {
    status: 200,
    statusText: "OK",
    headers: [
      ["Content-Type", "text/html; charset=utf-8"],
      ["Content-Length", String(body.length)],
    ],
    body: request.method === "HEAD" ? "" : body,
  };
}
