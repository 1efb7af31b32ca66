import type { Environment } from "@marcbachmann/cel-js";
import { type Cidr, cidrContains, type IpBytes, ipText, parseCidr, parseIp } from "../../ip.ts";

/** An address as an expression holds it. */
class CelIp {
  readonly bytes: IpBytes;
  constructor(bytes: IpBytes) {
    this.bytes = bytes;
  }
}

/** A network: its address as it was written, and masked. */
class CelCidr {
  readonly ip: IpBytes;
  readonly cidr: Cidr;
  constructor(ip: IpBytes, cidr: Cidr) {
    this.ip = ip;
    this.cidr = cidr;
  }
}

class CelUrl {
  readonly url: URL;
  /** A path without a host: "/a/b". */
  readonly isRelative: boolean;
  constructor(url: URL, isRelative: boolean) {
    this.url = url;
    this.isRelative = isRelative;
  }
}

/** Leading zeros and IPv4 in IPv6 are refused. Mirrors apiserver/pkg/cel/library parseIP. */
function readIp(text: string): IpBytes | undefined {
  const bytes = parseIp(text);
  if (!bytes || /(^|\.)0[0-9]/.test(text)) return undefined;
  return bytes.length === 4 && text.includes(":") ? undefined : bytes;
}

function readCidr(text: string): CelCidr | undefined {
  const cidr = parseCidr(text);
  const ip = readIp(text.split("/", 1)[0]!);
  return cidr && ip ? new CelCidr(ip, cidr) : undefined;
}

const mustIp = (text: string): CelIp => {
  const bytes = readIp(text);
  if (!bytes) throw new Error(`IP Address ${JSON.stringify(text)} parse error during conversion from string`);
  return new CelIp(bytes);
};
const mustCidr = (text: string): CelCidr => {
  const cidr = readCidr(text);
  if (!cidr) throw new Error(`network address parse error during conversion from string: ${text}`);
  return cidr;
};

const isV4 = (ip: IpBytes): boolean => ip.length === 4;
const isZero = (bytes: readonly number[]): boolean => bytes.every((b) => b === 0);
const questions: Readonly<Record<string, (ip: IpBytes) => boolean>> = {
  isUnspecified: isZero,
  isLoopback: (ip) => (isV4(ip) ? ip[0] === 127 : isZero(ip.slice(0, 15)) && ip[15] === 1),
  isLinkLocalMulticast: (ip) =>
    isV4(ip) ? ip[0] === 224 && ip[1] === 0 && ip[2] === 0 : ip[0] === 0xff && (ip[1]! & 0x0f) === 2,
  isLinkLocalUnicast: (ip) => (isV4(ip) ? ip[0] === 169 && ip[1] === 254 : ip[0] === 0xfe && (ip[1]! & 0xc0) === 0x80),
  isGlobalUnicast: (ip) =>
    !isZero(ip) &&
    !questions["isLoopback"]!(ip) &&
    !questions["isLinkLocalUnicast"]!(ip) &&
    (isV4(ip) ? ip[0]! < 224 : ip[0] !== 0xff) &&
    !ip.every((b) => isV4(ip) && b === 255),
};

/** ip(), cidr(), url() and what can be asked of them. Mirrors apiserver/pkg/cel/library/ip.go, cidr.go and urls.go. */
export function registerNetwork(environment: Environment): void {
  registerIps(environment);
  registerCidrs(environment);
  registerUrls(environment);
}

class IpNamespace {}

function registerIps(environment: Environment): void {
  environment
    .registerType("IpNamespace", { ctor: IpNamespace, fields: {} })
    .registerConstant("ip", "IpNamespace", new IpNamespace())
    .registerType("IP", { ctor: CelIp, fields: {} })
    .registerFunction("ip(string): IP", mustIp)
    .registerFunction("isIP(string): bool", (text: string) => readIp(text) !== undefined)
    .registerFunction(
      "IpNamespace.isCanonical(string): bool",
      (_: unknown, text: string) => ipText(mustIp(text).bytes) === text,
    )
    .registerFunction("string(IP): string", (ip: CelIp) => ipText(ip.bytes))
    .registerOperator("IP == IP", (a: CelIp, b: CelIp) => ipText(a.bytes) === ipText(b.bytes))
    .registerFunction("IP.family(): int", (ip: CelIp) => (isV4(ip.bytes) ? 4n : 6n));
  for (const [name, ask] of Object.entries(questions))
    environment.registerFunction(`IP.${name}(): bool`, (ip: CelIp) => ask(ip.bytes));
}

const holds = (outer: CelCidr, inner: CelCidr): boolean =>
  outer.cidr.bits <= inner.cidr.bits && cidrContains(outer.cidr, inner.cidr.ip);

function registerCidrs(environment: Environment): void {
  environment
    .registerType("CIDR", { ctor: CelCidr, fields: {} })
    .registerFunction("cidr(string): CIDR", mustCidr)
    .registerFunction("isCIDR(string): bool", (text: string) => readCidr(text) !== undefined)
    .registerFunction("string(CIDR): string", ({ ip, cidr }: CelCidr) => `${ipText(ip)}/${cidr.bits}`)
    .registerOperator("CIDR == CIDR", (a: CelCidr, b: CelCidr) => holds(a, b) && holds(b, a))
    .registerFunction("CIDR.ip(): IP", ({ ip }: CelCidr) => new CelIp(ip))
    .registerFunction("CIDR.masked(): CIDR", ({ cidr }: CelCidr) => new CelCidr(cidr.ip, cidr))
    .registerFunction("CIDR.prefixLength(): int", ({ cidr }: CelCidr) => BigInt(cidr.bits))
    .registerFunction("CIDR.containsIP(IP): bool", ({ cidr }: CelCidr, ip: CelIp) => cidrContains(cidr, ip.bytes))
    .registerFunction("CIDR.containsIP(string): bool", ({ cidr }: CelCidr, text: string) =>
      cidrContains(cidr, mustIp(text).bytes),
    )
    .registerFunction("CIDR.containsCIDR(CIDR): bool", holds)
    .registerFunction("CIDR.containsCIDR(string): bool", (cidr: CelCidr, text: string) => holds(cidr, mustCidr(text)));
}

/** Absolute, or a path from the root. Mirrors url.ParseRequestURI. */
function readUrl(text: string): CelUrl | undefined {
  const isRelative = text.startsWith("/");
  if (!isRelative && !/^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(text)) return undefined;
  if (/[\s\x00-\x1f]/.test(text)) return undefined;
  try {
    return new CelUrl(new URL(text, "http://relative.invalid"), isRelative);
  } catch {
    return undefined;
  }
}

function mustUrl(text: string): CelUrl {
  const url = readUrl(text);
  if (!url)
    throw new Error(
      `URL parse error during conversion from string: parse ${JSON.stringify(text)}: invalid URI for request`,
    );
  return url;
}

const parts: Readonly<Record<string, (url: URL) => string>> = {
  getScheme: (url) => url.protocol.slice(0, -1),
  getHost: (url) => url.host,
  getHostname: (url) => url.hostname.replace(/^\[|\]$/g, ""),
  getPort: (url) => url.port,
};

function registerUrls(environment: Environment): void {
  environment
    .registerType("URL", { ctor: CelUrl, fields: {} })
    .registerFunction("url(string): URL", mustUrl)
    .registerFunction("isURL(string): bool", (text: string) => readUrl(text) !== undefined)
    .registerFunction("URL.getEscapedPath(): string", ({ url }: CelUrl) => url.pathname)
    .registerFunction("URL.getQuery(): map<string, list<string>>", ({ url }: CelUrl) => {
      const names = [...new Set(url.searchParams.keys())];
      return new Map(names.map((name) => [name, url.searchParams.getAll(name)]));
    });
  for (const [name, read] of Object.entries(parts))
    environment.registerFunction(`URL.${name}(): string`, ({ url, isRelative }: CelUrl) =>
      isRelative ? "" : read(url),
    );
}
