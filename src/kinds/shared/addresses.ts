import { type FieldError, goQuote, invalid } from "../../machinery/field-error.ts";
import { type IpBytes, ipText, isIPv6, parseCidr, parseIp } from "../../machinery/ip.ts";

/** Mirrors validation.IsValidIP. */
export const checkIp = (value: string, field: string): FieldError[] =>
  parseIp(value) ? [] : [invalid(field, value, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")];

/** Mirrors validation.IsValidCIDR. */
export const checkCidr = (value: string, field: string): FieldError[] =>
  parseCidr(value) ? [] : [invalid(field, value, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")];

const startsWith = (ip: IpBytes, ...bytes: number[]): boolean => bytes.every((b, i) => ip[i] === b);

/** Refuses addresses that no endpoint can have. Mirrors core validation.ValidateNonSpecialIP. */
export function checkNonSpecialIp(value: string, field: string): FieldError[] {
  const ip = parseIp(value);
  if (!ip) return [invalid(field, value, "must be a valid IP address")];
  const v4 = ip.length === 4;
  const lastOne = ip.slice(0, -1).every((b) => b === 0);
  const messages: string[] = [];
  if (lastOne && ip.at(-1) === 0) messages.push(`may not be unspecified (${value})`);
  if (v4 ? ip[0] === 127 : lastOne && ip.at(-1) === 1)
    messages.push("may not be in the loopback range (127.0.0.0/8, ::1/128)");
  if (v4 ? startsWith(ip, 169, 254) : ip[0] === 0xfe && (ip[1]! & 0xc0) === 0x80)
    messages.push("may not be in the link-local range (169.254.0.0/16, fe80::/10)");
  if (v4 ? startsWith(ip, 224, 0, 0) : ip[0] === 0xff && (ip[1]! & 0x0f) === 0x02)
    messages.push("may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
  return messages.map((m) => invalid(field, value, m));
}

/** Whether the addresses are of both families. Mirrors netutils.IsDualStackIPStrings; unreadable ones count as IPv4. */
export const isDualStack = (ips: readonly string[]): boolean => new Set(ips.map(isIPv6)).size === 2;

// What Go's stricter parsers refuse: zeros ahead, IPv4 within IPv6.
const isOddForm = (text: string): boolean => /(^|\.)0[0-9]/.test(text) || (text.includes(":") && !isIPv6(text));

/** Warns of an address that some read differently. Mirrors validation.GetWarningsForIP. */
export function ipWarnings(value: string, field: string): string[] {
  const bytes = parseIp(value);
  if (!bytes) return [];
  const plain = goQuote(ipText(bytes));
  if (isOddForm(value))
    return [
      `${field}: non-standard IP address ${goQuote(value)} will be considered invalid in a future Kubernetes release: use ${plain}`,
    ];
  if (plain === goQuote(value)) return [];
  return [`${field}: IPv6 address ${goQuote(value)} should be in RFC 5952 canonical format (${plain})`];
}

/** Warns of a network that some read differently. Mirrors validation.GetWarningsForCIDR. */
export function cidrWarnings(value: string, field: string): string[] {
  const cidr = parseCidr(value);
  if (!cidr) return [];
  const [address] = value.split("/", 1) as [string];
  const ip = ipText(parseIp(address)!);
  const network = ipText(cidr.ip);
  const plain = goQuote(`${network}/${cidr.bits}`);
  const warnings: string[] = [];
  if (ip !== network)
    warnings.push(
      `${field}: CIDR value ${goQuote(value)} is ambiguous in this context (should be ${plain} or ${goQuote(`${ip}/${cidr.ip.length * 8}`)}?)`,
    );
  if (isOddForm(address))
    warnings.push(
      `${field}: non-standard CIDR value ${goQuote(value)} will be considered invalid in a future Kubernetes release: use ${plain}`,
    );
  if (warnings.length > 0 || plain === goQuote(value)) return warnings;
  return [`${field}: IPv6 CIDR value ${goQuote(value)} should be in RFC 5952 canonical format (${plain})`];
}
