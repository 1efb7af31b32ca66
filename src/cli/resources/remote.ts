import type { IncomingMessage } from "node:http";
import { connectionError } from "../../client/connection-error.ts";

const ATTEMPTS = 3;
const REDIRECTS = 10;
/** A manifest is never this large; what is, is no manifest. */
const MOST_BYTES = 64 << 20;

async function get(url: URL): Promise<IncomingMessage> {
  const { get: open } = url.protocol === "https:" ? await import("node:https") : await import("node:http");
  return new Promise((resolve, reject) => {
    const request = open(url, { headers: { "user-agent": "Go-http-client/1.1" } }, resolve);
    request.on("error", (error) => reject(connectionError(url.host, error)));
  });
}

async function follow(url: URL, left: number): Promise<IncomingMessage> {
  const message = await get(url);
  const { location } = message.headers;
  const isRedirect = [301, 302, 303, 307, 308].includes(message.statusCode ?? 0);
  if (!isRedirect || location === undefined) return message;
  message.resume();
  if (left === 0) throw new Error(`Get ${JSON.stringify(location)}: stopped after ${REDIRECTS} redirects`);
  return follow(new URL(location, url), left - 1);
}

async function bodyOf(message: IncomingMessage, url: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    size += (chunk as Buffer).length;
    if (size > MOST_BYTES) throw new Error(`unable to read URL ${JSON.stringify(url)}: more than ${MOST_BYTES} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/** The manifest behind an http or https URL, asked for up to three times while the server fails. Throws kubectl's errors. Mirrors resource.URLVisitor's readHttpWithRetries. */
export async function readUrl(url: string, sleep: (ms: number) => Promise<void>): Promise<Buffer> {
  for (let attempt = 1; ; attempt++) {
    const message = await follow(new URL(url), REDIRECTS);
    if (message.statusCode === 200) return bodyOf(message, url);
    message.resume();
    const { statusCode = 0, statusMessage = "" } = message;
    if (statusCode < 500 || attempt === ATTEMPTS)
      throw new Error(
        `unable to read URL ${JSON.stringify(url)}, server reported ${statusCode} ${statusMessage}, status code=${statusCode}`,
      );
    await sleep(1000);
  }
}
