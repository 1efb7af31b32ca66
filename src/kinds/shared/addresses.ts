import { type FieldError, invalid } from "../../machinery/field-error.ts";
import { type IpBytes, isIPv6, parseCidr, parseIp } from "../../machinery/ip.ts";

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
