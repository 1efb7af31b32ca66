import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import type { Client } from "../../../client/client.ts";
import { wantsPretty } from "../../../client/request-target.ts";
import type { ApiRequest, ApiResponse } from "../../../client/transport.ts";
import { compactJson } from "../../../machinery/codec/json.ts";
import { StatusError } from "../../../machinery/status-error.ts";

/** Which requests are passed on. */
export interface ProxyFilter {
  readonly disabled: boolean;
  readonly acceptPaths: readonly RegExp[];
  readonly rejectPaths: readonly RegExp[];
  readonly rejectMethods: readonly RegExp[];
  readonly acceptHosts: readonly RegExp[];
}

/** Where things are on the proxy. */
export interface ProxyPaths {
  readonly apiPrefix: string;
  readonly www: string;
  readonly wwwPrefix: string;
}

const hostOf = (host: string): string => host.replace(/:\d+$/, "");
const matches = (patterns: readonly RegExp[], text: string): boolean => patterns.some((p) => p.test(text));

function isAccepted(filter: ProxyFilter, method: string, pathname: string, host: string): boolean {
  if (filter.disabled) return true;
  if (matches(filter.rejectPaths, pathname) || matches(filter.rejectMethods, method)) return false;
  return matches(filter.acceptPaths, pathname) && matches(filter.acceptHosts, hostOf(host));
}

async function bodyOf(request: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function sendFrames(response: http.ServerResponse, answer: Extract<ApiResponse, { kind: "stream" }>) {
  response.writeHead(200, { "content-type": answer.contentType });
  for await (const frame of answer.frames) {
    const isText = typeof frame === "string" || frame instanceof Uint8Array;
    response.write(isText ? frame : `${compactJson(frame, { sortKeys: false })}\n`);
  }
  response.end();
}

async function send(response: http.ServerResponse, answer: ApiResponse, pretty = false): Promise<void> {
  if (answer.kind === "stream") return sendFrames(response, answer);
  if (answer.kind === "object") {
    response.writeHead(answer.code, { "content-type": "application/json", ...answer.headers });
    const body = pretty ? JSON.stringify(answer.body, null, 2) : compactJson(answer.body, { sortKeys: false });
    response.end(`${body}\n`);
  } else if (answer.kind === "text") {
    response.writeHead(answer.code, { "content-type": answer.contentType, ...answer.headers });
    response.end(answer.body);
  } else {
    response.writeHead(501);
    response.end("streams are not passed on by this proxy\n");
  }
}

async function pass(
  client: Client,
  url: URL,
  request: http.IncomingMessage,
  response: http.ServerResponse,
  apiPrefix: string,
): Promise<void> {
  const query: Record<string, string[]> = {};
  for (const key of new Set(url.searchParams.keys())) query[key] = url.searchParams.getAll(key);
  const end = new AbortController();
  response.on("close", () => end.abort());
  const body = await bodyOf(request);
  const { accept = "application/json" } = request.headers;
  const type = request.headers["content-type"];
  const agent = request.headers["user-agent"] ?? "";
  try {
    const answer = await client.request({
      method: request.method as ApiRequest["method"],
      path: `/${decodeURIComponent(url.pathname).slice(apiPrefix.length)}`.replace(/^\/+/, "/"),
      query,
      headers: { accept, ...(type === undefined ? {} : { "content-type": type }) },
      ...(body.length === 0 ? {} : { body: body.toString("utf8") }),
      signal: end.signal,
    });
    await send(response, answer, wantsPretty(query, agent));
  } catch (error) {
    if (error instanceof StatusError)
      return send(
        response,
        { kind: "object", code: error.status.code ?? 500, body: error.status as never },
        wantsPretty(query, agent),
      );
    response.writeHead(502);
    response.end(`${(error as Error).message}\n`);
  }
}

/** A file below the directory of --www; 404 for anything else. */
function sendFile(response: http.ServerResponse, root: string, relative: string): void {
  const file = path.resolve(root, `./${path.posix.normalize(`/${relative}`)}`);
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  if ((file !== root && !file.startsWith(`${root}${path.sep}`)) || stat?.isFile() !== true) {
    response.writeHead(404);
    response.end("404 page not found\n");
    return;
  }
  response.end(fs.readFileSync(file));
}

/** What a request means; undefined for one whose target makes no sense. */
function targetOf(request: http.IncomingMessage): URL | undefined {
  try {
    const url = new URL(request.url ?? "/", "http://proxy");
    decodeURIComponent(url.pathname);
    return url;
  } catch {
    return undefined;
  }
}

function say(response: http.ServerResponse, code: number, text: string): void {
  response.writeHead(code, { "content-type": "text/plain; charset=utf-8" });
  response.end(`${text}\n`);
}

/** The HTTP server of `kubectl proxy`: passes on to `client` what the filter lets through. Mirrors kubectl/pkg/proxy. */
export function proxyServer(cwd: string, client: Client, filter: ProxyFilter, paths: ProxyPaths): http.Server {
  const { apiPrefix, www, wwwPrefix } = paths;
  return http.createServer((request, response) => {
    const { method = "GET" } = request;
    const url = targetOf(request);
    if (url === undefined) return say(response, 400, "400 Bad Request");
    if (www !== "" && url.pathname.startsWith(wwwPrefix))
      return sendFile(response, path.resolve(cwd, www), decodeURIComponent(url.pathname.slice(wwwPrefix.length)));
    if (!isAccepted(filter, method, url.pathname, request.headers.host ?? "")) return say(response, 403, "Forbidden");
    if (!url.pathname.startsWith(apiPrefix)) return say(response, 404, "404 page not found");
    pass(client, url, request, response, apiPrefix).catch(() => response.destroy());
  });
}
