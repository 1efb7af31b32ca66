/** An IPv4 range: its first address and size as numbers. */
export interface IpRange {
  readonly base: number;
  readonly size: number;
  readonly text: string;
}

/** "10.96.0.1" as a number; undefined for anything that is no IPv4 address. */
export function parseIpv4(text: string): number | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((p) => /^(0|[1-9]\d{0,2})$/.test(p) && Number(p) < 256)) return undefined;
  return parts.reduce((sum, p) => sum * 256 + Number(p), 0);
}

/** The reverse of {@link parseIpv4}. */
export function formatIpv4(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

/** "10.96.0.0/12" as a range; throws for anything else, which is a mistake in the server's settings. */
export function parseCidr(text: string): IpRange {
  const [address = "", bits = ""] = text.split("/");
  const base = parseIpv4(address);
  const length = Number(bits);
  if (base === undefined || !Number.isInteger(length) || length < 0 || length > 32)
    throw new Error(`invalid CIDR ${text}`);
  const size = 2 ** (32 - length);
  return { base: base - (base % size), size, text };
}
