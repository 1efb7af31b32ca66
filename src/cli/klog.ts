import type { Host } from "./session.ts";

const pad = (n: number, width: number): string => String(n).padStart(width, "0");

/** One line of kubectl's logger on stderr: `W1120 10:09:03.371416   28105 helpers.go:703] TEXT`. */
export function klogLine(host: Host, severity: "I" | "W" | "E" | "F", place: string, text: string): void {
  const now = host.now();
  const d = new Date(now);
  const clock = `${pad(d.getHours(), 2)}:${pad(d.getMinutes(), 2)}:${pad(d.getSeconds(), 2)}.${pad(d.getMilliseconds(), 3)}000`;
  const day = `${pad(d.getMonth() + 1, 2)}${pad(d.getDate(), 2)}`;
  host.streams.stderr.write(`${severity}${day} ${clock} ${String(host.pid).padStart(7)} ${place}] ${text}\n`);
}

/** A warning as kubectl's logger prints it. */
export function klogWarning(host: Host, place: string, text: string): void {
  klogLine(host, "W", place, text);
}

/** Whether a name matches a pattern of --vmodule, in which * and ? stand for others. */
function matches(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*+/g, ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`).test(name);
}

/** How much the source file `file` ("round_trippers") logs, by -v and --vmodule. Mirrors klog.V. */
export function verbosity(globals: Readonly<Record<string, any>>, file: string): number {
  for (const pair of String(globals["vmodule"] ?? "").split(",")) {
    const [pattern = "", level] = pair.split("=");
    if (level !== undefined && matches(pattern, file)) return Number(level);
  }
  return Number(globals["v"] ?? 0);
}
