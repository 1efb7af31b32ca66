/** An IP address as bytes: 4 of them or 16. IPv4-mapped IPv6 counts as IPv4, as in Go. */
export type IpBytes = readonly number[];

function parseIPv4(text: string): number[] | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || parts.some((p) => !/^[0-9]{1,9}$/.test(p) || Number(p) > 255)) return undefined;
  return parts.map(Number);
}

function parseGroups(text: string): number[] | undefined {
  if (text === "") return [];
  const groups = text.split(":");
  const bytes: number[] = [];
  for (const [i, group] of groups.entries()) {
    if (i === groups.length - 1 && group.includes(".")) {
      const v4 = parseIPv4(group);
      if (!v4) return undefined;
      bytes.push(...v4);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
      const n = Number.parseInt(group, 16);
      bytes.push(n >> 8, n & 255);
    }
  }
  return bytes;
}

function parseIPv6(text: string): number[] | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0]!);
  const tail = halves.length === 2 ? parseGroups(halves[1]!) : [];
  if (!head || !tail) return undefined;
  const missing = 16 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 2) return undefined;
  return [...head, ...new Array<number>(missing).fill(0), ...tail];
}

/** Leading zeros are let through. Mirrors netutils.ParseIPSloppy. */
export function parseIp(text: string): IpBytes | undefined {
  if (text.length > 64) return undefined;
  if (!text.includes(":")) return parseIPv4(text);
  const bytes = parseIPv6(text);
  const mapped = bytes?.slice(0, 10).every((b) => b === 0) && bytes[10] === 255 && bytes[11] === 255;
  return mapped ? bytes!.slice(12) : bytes;
}

/** Whether `text` is an IPv6 address. Mirrors netutils.IsIPv6String. */
export const isIPv6 = (text: string): boolean => parseIp(text)?.length === 16;

export interface Cidr {
  readonly ip: IpBytes;
  readonly bits: number;
}

/** Mirrors netutils.ParseCIDRSloppy; the address is masked. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf("/");
  const ip = slash < 0 ? undefined : parseIp(text.slice(0, slash));
  const mask = text.slice(slash + 1);
  if (!ip || !/^[0-9]{1,3}$/.test(mask) || Number(mask) > ip.length * 8) return undefined;
  const bits = Number(mask);
  return { ip: ip.map((byte, i) => byte & maskByte(bits - i * 8)), bits };
}

const maskByte = (bits: number): number => (bits >= 8 ? 255 : bits <= 0 ? 0 : (255 << (8 - bits)) & 255);

/** Whether the network holds the address. */
export const cidrContains = (cidr: Cidr, ip: IpBytes): boolean =>
  ip.length === cidr.ip.length && ip.every((byte, i) => (byte & maskByte(cidr.bits - i * 8)) === cidr.ip[i]);

/** An address as RFC 5952 writes it: the longest run of zero groups is left out. */
export function ipText(bytes: IpBytes): string {
  if (bytes.length === 4) return bytes.join(".");
  const groups = Array.from({ length: 8 }, (_, i) => bytes[2 * i]! * 256 + bytes[2 * i + 1]!);
  let [best, length] = [-1, 1];
  for (let i = 0; i < 8; i++) {
    let n = 0;
    while (i + n < 8 && groups[i + n] === 0) n++;
    if (n > length) [best, length] = [i, n];
  }
  const hex = (from: number, to: number): string =>
    groups
      .slice(from, to)
      .map((g) => g.toString(16))
      .join(":");
  return best < 0 ? hex(0, 8) : `${hex(0, best)}::${hex(best + length, 8)}`;
}
