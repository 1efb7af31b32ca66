import { DerError, type DerValue, derTag, oidText, readDer, stringText } from "./der.ts";

/** What a PKCS#10 request asks for: x509.CertificateRequest, as far as anything here looks at it. */
export interface CertificateRequest {
  /** Values by short name ("CN", "O", "OU", "C", "L", "ST", "street", "postalCode", "serialNumber"), in order. */
  readonly subject: ReadonlyMap<string, readonly string[]>;
  readonly dnsNames: readonly string[];
  readonly emails: readonly string[];
  readonly uris: readonly string[];
  readonly ips: readonly string[];
}

const attributeNames = new Map([
  ["2.5.4.3", "CN"],
  ["2.5.4.5", "serialNumber"],
  ["2.5.4.6", "C"],
  ["2.5.4.7", "L"],
  ["2.5.4.8", "ST"],
  ["2.5.4.9", "street"],
  ["2.5.4.10", "O"],
  ["2.5.4.11", "OU"],
  ["2.5.4.17", "postalCode"],
]);
const extensionRequest = "1.2.840.113549.1.9.14";
const alternativeNames = "2.5.29.17";

/** The only value of the given tag that `bytes` is to be. */
function unwrap(bytes: Buffer, tag: number): DerValue[] {
  const [value, ...rest] = readDer(bytes);
  if (value === undefined) throw new DerError("asn1: syntax error: data truncated");
  if (value.tag !== tag) throw new DerError("asn1: structure error: tags don't match");
  if (rest.length > 0) throw new DerError("asn1: syntax error: trailing data");
  return readDer(value.bytes);
}

function readSubject(name: DerValue): Map<string, string[]> {
  const subject = new Map<string, string[]>();
  for (const relative of readDer(name.bytes))
    for (const pair of readDer(relative.bytes)) {
      const [type, value] = readDer(pair.bytes);
      const attribute = type && attributeNames.get(oidText(type.bytes));
      if (attribute === undefined || value === undefined) continue;
      const values = subject.get(attribute);
      if (values === undefined) subject.set(attribute, [stringText(value)]);
      else values.push(stringText(value));
    }
  return subject;
}

/** Groups of an IPv6 address with the longest run of zeros left out, as net.IP prints it. */
function ipv6Text(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2).toString(16));
  const runs = [
    ...groups
      .map((g) => (g === "0" ? "z" : "n"))
      .join("")
      .matchAll(/z{2,}/g),
  ];
  const longest = runs.reduce<RegExpExecArray | undefined>(
    (a, b) => (a && a[0].length >= b[0].length ? a : b),
    undefined,
  );
  if (longest === undefined) return groups.join(":");
  const end = longest.index + longest[0].length;
  return `${groups.slice(0, longest.index).join(":")}::${groups.slice(end).join(":")}`;
}

const ipText = (bytes: Buffer): string =>
  bytes.length === 4 ? bytes.join(".") : bytes.length === 16 ? ipv6Text(bytes) : "";

type Names = Record<"dnsNames" | "emails" | "uris" | "ips", string[]>;

function readAlternativeNames(value: Buffer, names: Names): void {
  for (const name of unwrap(value, derTag.sequence)) {
    if (name.tag === 0x81) names.emails.push(name.bytes.toString());
    else if (name.tag === 0x82) names.dnsNames.push(name.bytes.toString());
    else if (name.tag === 0x86) names.uris.push(name.bytes.toString());
    else if (name.tag === 0x87) names.ips.push(ipText(name.bytes));
  }
}

function readAttributes(attributes: DerValue | undefined, names: Names): void {
  for (const attribute of attributes === undefined ? [] : readDer(attributes.bytes)) {
    const [type, values] = readDer(attribute.bytes);
    if (type === undefined || values === undefined || oidText(type.bytes) !== extensionRequest) continue;
    for (const extension of readDer(values.bytes).flatMap((list) => readDer(list.bytes))) {
      const parts = readDer(extension.bytes);
      const id = parts[0];
      if (id !== undefined && oidText(id.bytes) === alternativeNames) readAlternativeNames(parts.at(-1)!.bytes, names);
    }
  }
}

/** Reads a PEM request. Throws Error with what Go says. Mirrors kubectl/pkg/util/certificate ParseCSR. */
export function parseCertificateRequest(pem: Buffer): CertificateRequest {
  const block = /-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]*)-----END \1-----/.exec(pem.toString("latin1"));
  if (block?.[1] !== "CERTIFICATE REQUEST") throw new Error("PEM block type must be CERTIFICATE REQUEST");
  const [info] = unwrap(Buffer.from(block[2]!, "base64"), derTag.sequence);
  const [, subject, , attributes] = info === undefined ? [] : readDer(info.bytes);
  if (subject === undefined) throw new DerError("asn1: structure error: sequence truncated");
  const names: Names = { dnsNames: [], emails: [], uris: [], ips: [] };
  readAttributes(attributes, names);
  return { subject: readSubject(subject), ...names };
}
