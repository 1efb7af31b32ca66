import type { ApiRequest, ApiResponse, Transport } from "../client/transport.ts";
import { klogLine, verbosity } from "./klog.ts";
import type { Host } from "./session.ts";

/** From which verbosity on what is logged. Mirrors client-go transport.DebugWrappers and rest.Request's bodies. */
const LEVEL = { response: 6, request: 7, headers: 8, curl: 9 } as const;

/** How much of a body is shown, by verbosity; beyond, all of it. */
const BODY_LIMITS: Readonly<Record<number, number>> = { 8: 1024, 9: 10_240 };

const STATUS_TEXT: Readonly<Record<number, string>> = {
  101: "Switching Protocols",
  200: "OK",
  201: "Created",
  202: "Accepted",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  409: "Conflict",
  410: "Gone",
  413: "Request Entity Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Entity",
  429: "Too Many Requests",
  500: "Internal Server Error",
  501: "Not Implemented",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

const escaped = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** The address of a request, its query as url.Values.Encode writes it. */
function urlOf(server: string, { path, query = {} }: ApiRequest): string {
  const pairs = Object.keys(query)
    .sort()
    .flatMap((key) => [query[key]!].flat().map((v) => `${escaped(key)}=${escaped(v).replaceAll("%20", "+")}`));
  return `${server.replace(/\/$/, "")}${path}${pairs.length === 0 ? "" : `?${pairs.join("&")}`}`;
}

/** A value of a structured line: texts of several lines are set apart, as klog does. */
function shown(text: string): string {
  if (!text.includes("\n")) return JSON.stringify(text);
  const lines = text.replace(/\n$/, "").split("\n");
  return `<\n${lines.map((line) => `\t${line}\n`).join("")} >`;
}

const headerName = (name: string): string =>
  name
    .split("-")
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join("-");

/** Headers as lines, what would give the user away hidden. */
function headerLines(headers: Readonly<Record<string, string>>): string[] {
  return Object.keys(headers)
    .map((name): [string, string] => [headerName(name), headers[name]!])
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) =>
      name === "Authorization" ? `${name}: ${value.split(" ")[0]} <masked>` : `${name}: ${value}`,
    );
}

function bodyText(body: unknown): string {
  if (body === undefined) return "";
  if (typeof body === "string") return body;
  return body instanceof Uint8Array ? Buffer.from(body).toString("utf8") : `${JSON.stringify(body)}\n`;
}

function truncated(text: string, level: number): string {
  const limit = BODY_LIMITS[level] ?? Number.POSITIVE_INFINITY;
  return text.length <= limit ? text : `${text.slice(0, limit)} [truncated ${text.length - limit} chars]`;
}

function responseHeaders(response: ApiResponse): Readonly<Record<string, string>> {
  if (response.kind === "object") return { "cache-control": "no-cache, private", "content-type": "application/json" };
  return response.kind === "text" || response.kind === "stream" ? { "content-type": response.contentType } : {};
}

/** Logs every request and its answer on stderr as -v and --vmodule want it, in klog's form. */
export function loggedTransport(
  host: Host,
  globals: Readonly<Record<string, any>>,
  server: string,
  inner: Transport,
): Transport {
  const trips = verbosity(globals, "round_trippers");
  const bodies = verbosity(globals, "helper");
  if (trips < LEVEL.response && bodies < LEVEL.headers) return inner;
  const line = (place: string, text: string): void => klogLine(host, "I", place, text);

  const before = (request: ApiRequest, url: string): void => {
    const headers = headerLines(request.headers ?? {});
    if (bodies >= LEVEL.headers)
      line("helper.go:105", `"Request Body" body=${shown(truncated(bodyText(request.body), bodies))}`);
    if (trips >= LEVEL.curl) {
      const given = headers.map((h) => `-H ${JSON.stringify(h)}`).join(" ");
      line(
        "round_trippers.go:527",
        `"Request" curlCommand=${shown(`curl -v -X${request.method}  ${given} '${url}'\n`)}`,
      );
    } else if (trips >= LEVEL.request)
      line(
        "round_trippers.go:527",
        `"Request" verb="${request.method}" url=${JSON.stringify(url)} headers=${shown(`${headers.join("\n")}\n`)}`,
      );
  };
  const after = (request: ApiRequest, url: string, response: ApiResponse, ms: number): void => {
    const code = "code" in response ? response.code : 101;
    const status = `status="${code} ${STATUS_TEXT[code] ?? ""}"`;
    const what =
      trips === LEVEL.request || trips === LEVEL.headers
        ? status
        : `verb="${request.method}" url=${JSON.stringify(url)} ${status}`;
    const headers =
      trips >= LEVEL.headers ? ` headers=${shown(`${headerLines(responseHeaders(response)).join("\n")}\n`)}` : "";
    if (trips >= LEVEL.response) line("round_trippers.go:632", `"Response" ${what}${headers} milliseconds=${ms}`);
    if (bodies >= LEVEL.headers && (response.kind === "object" || response.kind === "text"))
      line("helper.go:105", `"Response Body" body=${shown(truncated(bodyText(response.body), bodies))}`);
  };
  return {
    ...inner,
    request: async (request) => {
      const url = urlOf(server, request);
      before(request, url);
      const start = host.now();
      const response = await inner.request(request);
      after(request, url, response, host.now() - start);
      return response;
    },
  };
}
