/** A point of simulated time: milliseconds since the Unix epoch, in UTC. */
export type Instant = number;

const pad = (n: number, width = 2): string => String(n).padStart(width, "0");

/** RFC 3339 to the second, as metav1.Time marshals. */
export function formatTime(at: Instant): string {
  const d = new Date(at);
  return `${pad(d.getUTCFullYear(), 4)}-${pad(d.getUTCMonth() + 1)}-${pad(d.getUTCDate())}T${pad(d.getUTCHours())}:${pad(d.getUTCMinutes())}:${pad(d.getUTCSeconds())}Z`;
}

/** RFC 3339 with six decimals, as metav1.MicroTime marshals. */
export function formatMicroTime(at: Instant): string {
  const whole = Math.floor(at / 1000) * 1000;
  return `${formatTime(whole).slice(0, -1)}.${pad(Math.round((at - whole) * 1000), 6)}Z`;
}

/** The instant that an RFC 3339 text names; NaN where it names none. */
export function parseTime(text: string | undefined | null): Instant {
  return text ? Date.parse(text) : Number.NaN;
}
