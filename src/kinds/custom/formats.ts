import { parseGoDuration } from "../../machinery/duration.ts";

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;
const IPV6 = /^[0-9a-f:]{2,39}(?:\.\d{1,3}){0,3}$/i;

function isDuration(value: string): boolean {
  try {
    parseGoDuration(value);
    return true;
  } catch {
    return false;
  }
}

/** The formats that a validator of custom resources knows; all others are descriptions only. Mirrors kube-openapi/pkg/validation/strfmt. */
const FORMATS: Readonly<Record<string, (value: string) => boolean>> = {
  byte: (v) => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(v),
  date: (v) => /^\d{4}-\d\d-\d\d$/.test(v) && !Number.isNaN(Date.parse(`${v}T00:00:00Z`)),
  "date-time": (v) => /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/.test(v),
  datetime: (v) => /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/.test(v),
  duration: isDuration,
  email: (v) => /^[^@\s]{1,64}@[^@\s]{1,255}$/.test(v),
  hostname: (v) =>
    /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/.test(v),
  ipv4: (v) => IPV4.test(v),
  ipv6: (v) => IPV6.test(v) && v.includes(":"),
  ip: (v) => IPV4.test(v) || (IPV6.test(v) && v.includes(":")),
  cidr: (v) => /^[0-9a-fA-F:.]{2,45}\/\d{1,3}$/.test(v),
  mac: (v) => /^(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(v),
  uri: (v) => /^[a-zA-Z][a-zA-Z0-9+.-]*:\S+$/.test(v) || /^\/\S*$/.test(v),
  uuid: (v) => UUID.test(v),
  uuid3: (v) => UUID.test(v),
  uuid4: (v) => UUID.test(v),
  uuid5: (v) => UUID.test(v),
};

/** `must be of type ipv4: "x"`; undefined where the text fits, or the format is none to check. */
export function formatError(format: string, value: string): string | undefined {
  if (!Object.hasOwn(FORMATS, format) || FORMATS[format]!(value)) return undefined;
  return `must be of type ${format}: ${JSON.stringify(value)}`;
}
