/** An IPv4 address as a number; undefined where the text is none. */
export function ipNumber(text: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text.trim());
  if (parts === null) return undefined;
  const bytes = parts.slice(1).map(Number);
  return bytes.some((b) => b > 255) ? undefined : bytes.reduce((n, b) => n * 256 + b, 0);
}

export const ipText = (n: number): string => [24, 16, 8, 0].map((shift) => Math.floor(n / 2 ** shift) % 256).join(".");

/** The ranges of MetalLB's config ("a.b.c.d-e.f.g.h" and "a.b.c.d/n" under addresses), ends included. */
export function poolsOf(config: string): readonly (readonly [number, number])[] {
  const pools: (readonly [number, number])[] = [];
  for (const line of config.split("\n")) {
    const match = /^\s*-\s*"?([0-9.]+)\s*(?:-\s*([0-9.]+)|\/(\d{1,2}))"?\s*$/.exec(line);
    const first = match === null ? undefined : ipNumber(match[1]!);
    if (match === null || first === undefined) continue;
    const last = match[2] === undefined ? first + 2 ** (32 - Number(match[3])) - 1 : ipNumber(match[2]);
    if (last !== undefined && last >= first) pools.push([first, last]);
  }
  return pools;
}

/** The lowest address of the pools that is not taken. */
export function freeAddress(
  pools: readonly (readonly [number, number])[],
  taken: ReadonlySet<string>,
): string | undefined {
  for (const [first, last] of pools) for (let n = first; n <= last; n++) if (!taken.has(ipText(n))) return ipText(n);
  return undefined;
}
