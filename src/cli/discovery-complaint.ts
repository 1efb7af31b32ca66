import { ConnectionError } from "../client/connection-error.ts";
import { StatusError } from "../machinery/status-error.ts";
import { unreachedText } from "./failure-text.ts";
import { klogLine } from "./klog.ts";
import type { Host } from "./session.ts";

function failedDiscovery(server: string, globals: Readonly<Record<string, any>>, error: ConnectionError): string {
  const timeout = String(globals["requestTimeout"] ?? "0");
  return unreachedText("Get", server, `/api?timeout=${timeout === "0" ? "32s" : timeout}`, error);
}

/** The lines of kubectl's log for a server that cannot be asked what it offers, one a try. Mirrors memory.memCacheClient. */
export function complainOfDiscovery(
  host: Host,
  server: string,
  globals: Readonly<Record<string, any>>,
  error: unknown,
  tries: number,
): void {
  const reason =
    error instanceof ConnectionError
      ? failedDiscovery(server, globals, error)
      : error instanceof StatusError && error.code === 401
        ? error.message
        : undefined;
  if (reason === undefined) return;
  const text = `couldn't get current server API group list: ${reason}`;
  for (let i = 0; i < tries; i++)
    klogLine(host, "E", "memcache.go:265", `"Unhandled Error" err=${JSON.stringify(text)}`);
}
