/**
 * Text inside a container is a byte string: each character stands for one byte (0 to 255), as POSIX programs see it.
 * These two functions are the border to the text of API objects.
 */

const ASCII = /^[\x00-\x7f]*$/;

/** UTF-16 text as a byte string in UTF-8. */
export function toBytes(text: string): string {
  return ASCII.test(text) ? text : Buffer.from(text, "utf8").toString("latin1");
}

/** A byte string as text; bytes that are not UTF-8 become U+FFFD. */
export function fromBytes(bytes: string): string {
  return ASCII.test(bytes) ? bytes : Buffer.from(bytes, "latin1").toString("utf8");
}

/** A byte string from raw bytes. */
export function bytesOf(raw: Uint8Array): string {
  return Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString("latin1");
}

/** Raw bytes of a byte string. */
export function rawOf(bytes: string): Uint8Array {
  return new Uint8Array(Buffer.from(bytes, "latin1"));
}
