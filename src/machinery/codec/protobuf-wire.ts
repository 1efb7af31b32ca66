/** One field of a protobuf message: a number for a varint, bytes for the rest. */
export interface WireField {
  readonly number: number;
  readonly value: number | Uint8Array;
}

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

const truncated = (): Error => new Error("unexpected EOF");

/** Reads a varint as the int64 it stands for. Throws for one that is cut off or longer than ten bytes. */
function readVarint(bytes: Uint8Array, from: number): { readonly value: number; readonly next: number } {
  let low = 0;
  let high = 0n;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[from + i];
    if (byte === undefined) throw truncated();
    // Four groups of seven bits fit a small integer, which is what nearly all of them are.
    if (i < 4) low |= (byte & 0x7f) << (7 * i);
    else high |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) {
      const value = high === 0n ? low : Number(BigInt.asIntN(64, high | BigInt(low)));
      return { value, next: from + i + 1 };
    }
  }
  throw new Error("proto: integer overflow");
}

/** The fields of an encoded message, in the order of the wire. Throws an Error for bytes that are none. */
export function* wireFields(bytes: Uint8Array): Generator<WireField> {
  let at = 0;
  while (at < bytes.length) {
    const tag = readVarint(bytes, at);
    const number = Math.floor(tag.value / 8);
    const type = tag.value & 7;
    if (number <= 0) throw new Error(`proto: illegal tag ${number} (wire type ${type})`);
    at = tag.next;
    if (type === VARINT) {
      const { value, next } = readVarint(bytes, at);
      yield { number, value };
      at = next;
      continue;
    }
    let length = type === FIXED64 ? 8 : 4;
    if (type === LENGTH) {
      const { value, next } = readVarint(bytes, at);
      if (value < 0) throw new Error("proto: negative length found during unmarshaling");
      length = value;
      at = next;
    } else if (type !== FIXED64 && type !== FIXED32) throw new Error(`proto: illegal wireType ${type}`);
    if (at + length > bytes.length) throw truncated();
    yield { number, value: bytes.subarray(at, at + length) };
    at += length;
  }
}

/** The integers of a field that may be packed. */
export function packedIntegers(value: number | Uint8Array): number[] {
  if (typeof value === "number") return [value];
  const integers: number[] = [];
  for (let at = 0; at < value.length; ) {
    const read = readVarint(value, at);
    integers.push(read.value);
    at = read.next;
  }
  return integers;
}

/** The last value of a field of bytes; what has none is empty. */
export function bytesOf(message: Uint8Array, number: number): Uint8Array {
  let found: Uint8Array = new Uint8Array();
  for (const field of wireFields(message))
    if (field.number === number && typeof field.value !== "number") found = field.value;
  return found;
}

/** The last value of an integer field; 0 without one. */
export function integerOf(message: Uint8Array, number: number): number {
  let found = 0;
  for (const field of wireFields(message))
    if (field.number === number && typeof field.value === "number") found = field.value;
  return found;
}

const decoder = new TextDecoder();

/** Text of bytes; what is no UTF-8 becomes U+FFFD. */
export const textOf = (bytes: Uint8Array): string => decoder.decode(bytes);
