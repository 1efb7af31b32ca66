/** One value of a DER encoding: its tag, its contents, and (inside a constructed one) the values in it. */
export interface DerValue {
  readonly tag: number;
  readonly bytes: Buffer;
}

/** What {@link readDer} throws; the messages are those of Go's encoding/asn1. */
export class DerError extends Error {
  override readonly name = "DerError";
}

export const derTag = { oid: 0x06, sequence: 0x30, set: 0x31, bmpString: 0x1e } as const;

const truncated = (): DerError => new DerError("asn1: syntax error: data truncated");

function readLength(data: Buffer, at: number): { length: number; start: number } {
  const first = data[at];
  if (first === undefined) throw truncated();
  if (first < 0x80) return { length: first, start: at + 1 };
  const count = first & 0x7f;
  if (count === 0) throw new DerError("asn1: syntax error: indefinite length found (not DER)");
  if (count > 4) throw new DerError("asn1: structure error: length too large");
  if (at + 1 + count > data.length) throw truncated();
  return { length: data.readUIntBE(at + 1, count), start: at + 1 + count };
}

/** All values of `data`, one after another. Throws {@link DerError}. */
export function readDer(data: Buffer): DerValue[] {
  const values: DerValue[] = [];
  for (let at = 0; at < data.length; ) {
    const { length, start } = readLength(data, at + 1);
    if (start + length > data.length) throw truncated();
    values.push({ tag: data[at]!, bytes: data.subarray(start, start + length) });
    at = start + length;
  }
  return values;
}

/** "2.5.4.3" of the contents of an object identifier. */
export function oidText(bytes: Buffer): string {
  const numbers: number[] = [];
  let number = 0;
  for (const byte of bytes) {
    number = number * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      numbers.push(number);
      number = 0;
    }
  }
  const [first = 0, ...rest] = numbers;
  const root = Math.min(2, Math.trunc(first / 40));
  return [root, first - root * 40, ...rest].join(".");
}

/** The text of a string of any of ASN.1's kinds. */
export function stringText({ tag, bytes }: DerValue): string {
  if (tag !== derTag.bmpString) return bytes.toString();
  return Buffer.from(bytes.subarray(0, bytes.length & ~1))
    .swap16()
    .toString("utf16le");
}
