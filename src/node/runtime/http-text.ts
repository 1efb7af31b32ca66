import type { HttpReply, HttpRequest } from "./machine/outside.ts";

/** A request as it goes over the wire. */
export function serializeRequest(request: HttpRequest, host: string): string {
  const headers = Object.entries(request.headers);
  if (!headers.some(([name]) => name.toLowerCase() === "host")) headers.unshift(["Host", host]);
  if (request.body !== "" && !headers.some(([name]) => name.toLowerCase() === "content-length"))
    headers.push(["Content-Length", String(request.body.length)]);
  return `${request.method} ${request.url} HTTP/1.1\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${request.body}`;
}

/** A reply as it goes over the wire. */
export function serializeReply(reply: HttpReply, head: boolean): string {
  const lines = reply.headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return `HTTP/1.1 ${reply.status} ${reply.statusText}\r\n${lines}\r\n${head ? "" : reply.body}`;
}

/** Reads one request off the front of `text`; undefined where it is not complete, "bad" where it is none. */
export function parseRequest(
  text: string,
): { request: HttpRequest; rest: string; keepAlive: boolean } | "bad" | undefined {
  const head = splitHead(text);
  if (head === undefined) return text.length > 65_536 ? "bad" : undefined;
  const [first = "", ...lines] = head.head.split(/\r?\n/);
  const match = /^([A-Z]+) (\S+)(?: HTTP\/(\d\.\d))?$/.exec(first);
  if (match === null) return "bad";
  const headers = headerLines(lines);
  const length = Number(find(headers, "content-length") ?? 0) || 0;
  if (head.rest.length < length) return undefined;
  const connection = find(headers, "connection")?.toLowerCase();
  return {
    request: {
      method: match[1]!,
      url: match[2]!,
      headers: Object.fromEntries(headers),
      body: head.rest.slice(0, length),
    },
    rest: head.rest.slice(length),
    keepAlive: match[3] === "1.1" ? connection !== "close" : connection === "keep-alive",
  };
}

/** Reads a reply; undefined where it is none. HTTP/0.9-like bare text is not HTTP. */
export function parseReply(text: string): HttpReply | undefined {
  const head = splitHead(text);
  const match = /^HTTP\/\d(?:\.\d)? (\d{3})(?: ([^\r\n]*))?/.exec(text);
  if (match === null) return undefined;
  const headers = head === undefined ? [] : headerLines(head.head.split(/\r?\n/).slice(1));
  const length = find(headers, "content-length");
  const body = head?.rest ?? "";
  return {
    status: Number(match[1]),
    statusText: match[2] ?? "",
    headers,
    body: length === undefined ? body : body.slice(0, Number(length) || 0),
  };
}

function splitHead(text: string): { head: string; rest: string } | undefined {
  const crlf = text.indexOf("\r\n\r\n");
  const lf = text.indexOf("\n\n");
  if (crlf >= 0 && (lf < 0 || crlf < lf)) return { head: text.slice(0, crlf), rest: text.slice(crlf + 4) };
  return lf < 0 ? undefined : { head: text.slice(0, lf), rest: text.slice(lf + 2) };
}

function headerLines(lines: readonly string[]): [string, string][] {
  const headers: [string, string][] = [];
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon > 0 && headers.length < 100) headers.push([line.slice(0, colon), line.slice(colon + 1).trim()]);
  }
  return headers;
}

function find(headers: readonly (readonly [string, string])[], name: string): string | undefined {
  return headers.find(([key]) => key.toLowerCase() === name)?.[1];
}

/** A header of a request or reply, whatever its case. */
export function header(
  headers: Readonly<Record<string, string>> | readonly (readonly [string, string])[],
  name: string,
): string | undefined {
  return find(Array.isArray(headers) ? headers : Object.entries(headers), name.toLowerCase());
}
