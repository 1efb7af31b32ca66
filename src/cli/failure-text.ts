import { ConnectionError } from "../client/connection-error.ts";
import type { Session } from "./session.ts";

type Method = "Get" | "Post";

/** A request that reached no server, as Go's http client words it. `target`: path and query. Mirrors net/url.Error. */
export function unreachedText(method: Method, server: string, target: string, error: ConnectionError): string {
  const url = `${server.replace(/\/$/, "")}${target}`;
  return `${method} ${JSON.stringify(url.includes("://") ? url : `http://${url}`)}: ${error.message}`;
}

/** An error of a request to the session's server in Go's words; what the server answered stays as it is. */
export async function failureText(
  session: Session,
  error: unknown,
  method: Method,
  path: string,
  query: Readonly<Record<string, string>> = {},
): Promise<string> {
  if (!(error instanceof ConnectionError)) return (error as Error).message;
  const pairs = Object.entries(query).map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
  return unreachedText(
    method,
    await session.server(),
    `${path}${pairs.length === 0 ? "" : `?${pairs.join("&")}`}`,
    error,
  );
}
