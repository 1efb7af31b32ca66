import { ConnectionError } from "../client/connection-error.ts";
import type { Session } from "./session.ts";

/** An error of a request as Go's http client words it; what the server answered stays as it is. "Post" is the method, `path` begins with "/". Mirrors net/url.Error. */
export async function failureText(
  session: Session,
  error: unknown,
  method: "Get" | "Post",
  path: string,
  query: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { message } = error as Error;
  if (!(error instanceof ConnectionError)) return message;
  const pairs = Object.entries(query).map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
  const url = `${(await session.server()).replace(/\/$/, "")}${path}${pairs.length === 0 ? "" : `?${pairs.join("&")}`}`;
  const reason = error.refused
    ? `dial tcp ${error.host.replace(/^localhost\b/, "127.0.0.1")}: connect: connection refused`
    : message;
  return `${method} ${JSON.stringify(url)}: ${reason}`;
}
