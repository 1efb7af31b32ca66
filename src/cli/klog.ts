import type { Host } from "./session.ts";

const pad = (n: number, width: number): string => String(n).padStart(width, "0");

/** A warning as kubectl's logger prints it: `W1120 10:09:03.371416   28105 helpers.go:703] TEXT`. */
export function klogWarning(host: Host, place: string, text: string): void {
  const now = host.now();
  const d = new Date(now);
  const clock = `${pad(d.getHours(), 2)}:${pad(d.getMinutes(), 2)}:${pad(d.getSeconds(), 2)}.${pad(d.getMilliseconds(), 3)}000`;
  const day = `${pad(d.getMonth() + 1, 2)}${pad(d.getDate(), 2)}`;
  host.streams.stderr.write(`W${day} ${clock} ${String(host.pid).padStart(7)} ${place}] ${text}\n`);
}
