import { formatTime, type Instant } from "../../machinery/time.ts";
import type { RuntimeHost } from "./host.ts";
import { fromBytes } from "./machine/bytes.ts";
import type { LogLine } from "./machine/log.ts";
import type { LogOptions } from "./runtime.ts";

/** "2026-11-20T08:11:32.123456789Z", without trailing zeros, as Go's RFC3339Nano. */
export function formatNano(at: Instant): string {
  const whole = Math.floor(at / 1000) * 1000;
  const nanos = Math.round((at - whole) * 1e6);
  const fraction = String(nanos).padStart(9, "0").replace(/0+$/, "");
  return `${formatTime(whole).slice(0, -1)}${fraction === "" ? "" : `.${fraction}`}Z`;
}

function show(line: LogLine, options: LogOptions): string {
  const text = fromBytes(line.text) + (line.newline ? "\n" : "");
  return options.timestamps ? `${formatNano(line.at)} ${text}` : text;
}

/** pods/log: the lines so far, then (follow) those to come, until the container ends. */
export async function* readLogs(host: RuntimeHost, id: string, options: LogOptions): AsyncIterable<string> {
  const { deps } = host;
  let left = options.limitBytes ?? Number.POSITIVE_INFINITY;
  /** The number of the next line to send, counted from the container's first. */
  let next: number | undefined;
  const over = aborted(options.signal);
  for (;;) {
    const now = deps.now();
    // Asked for anew each time: another process may have reached the container meanwhile.
    const run = host.podOf(id);
    if (run === undefined) return;
    const machine = await host.exclusive(() => run.at(now));
    const container = run.container(id);
    if (container === undefined) return;
    const { lines, dropped } = container.log;
    let due = lines.filter((line, i) => line.at <= now && dropped + i >= (next ?? 0));
    const upTo = dropped + lines.filter((line) => line.at <= now).length;
    if (next === undefined) {
      if (options.sinceTime !== undefined) due = due.filter((line) => line.at >= options.sinceTime!);
      if (options.tailLines !== undefined) due = options.tailLines === 0 ? [] : due.slice(-options.tailLines);
    }
    next = upTo;
    let text = due.map((line) => show(line, options)).join("");
    if (text.length > left) text = text.slice(0, left);
    left -= text.length;
    if (text !== "") yield text;
    const ended = container.exit !== undefined && container.exit.at <= now;
    if (options.follow !== true || ended || left <= 0 || options.signal?.aborted) return;
    const coming = lines.find((line) => line.at > now)?.at ?? machine.nextEvent(now) ?? container.exit?.at;
    await Promise.race([deps.sleep(coming === undefined ? 500 : Math.min(500, Math.max(1, coming - now))), over]);
  }
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve();
    else signal?.addEventListener("abort", () => resolve(), { once: true });
  });
}
