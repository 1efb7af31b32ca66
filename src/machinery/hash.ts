import { compactJson } from "./codec/json.ts";

/** FNV-1a of a text's UTF-8, 32 bits. Mirrors hash/fnv New32a. */
export function fnv32a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

const safeLetters = "bcdfghjklmnpqrstvwxz2456789";

/** A text in letters that spell no words, one for each character. Mirrors rand.SafeEncodeString. */
export const safeEncode = (text: string): string =>
  [...Buffer.from(text)].map((byte) => safeLetters[byte % safeLetters.length]).join("");

/** Eight to ten safe letters that follow from a value: what pod-template-hash looks like. Upstream hashes Go's dump of the struct, so its letters differ. */
export const contentHash = (value: unknown): string => safeEncode(String(fnv32a(compactJson(value))));

// The first 32 bits of the fractional parts of the square or cube roots of the first primes, as SHA-256 wants them.
function primeRoots(count: number, root: (n: number) => number): Int32Array {
  const words = new Int32Array(count);
  for (let n = 2, i = 0; i < count; n++) {
    let prime = true;
    for (let d = 2; d * d <= n && prime; d++) prime = n % d !== 0;
    if (prime) words[i++] = Math.floor((root(n) % 1) * 2 ** 32);
  }
  return words;
}

const rotate = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

function mixBlock(state: Int32Array, schedule: Int32Array, constants: Int32Array): void {
  for (let i = 16; i < 64; i++) {
    const [x, y] = [schedule[i - 15]!, schedule[i - 2]!];
    const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
    const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
    schedule[i] = schedule[i - 16]! + s0 + schedule[i - 7]! + s1;
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number];
  for (let i = 0; i < 64; i++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const first = (h + s1 + ((e & f) ^ (~e & g)) + constants[i]! + schedule[i]!) | 0;
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const second = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, i) => {
    state[i] = state[i]! + word;
  });
}

/** SHA-256 in hexadecimal, without loading node:crypto: for texts of manifests, not for secrets or large files. */
export function sha256Hex(content: string | Uint8Array): string {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  const padded = Buffer.alloc(Math.ceil((bytes.length + 9) / 64) * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  padded.writeBigUInt64BE(BigInt(bytes.length) * 8n, padded.length - 8);
  const state = primeRoots(8, Math.sqrt);
  const constants = primeRoots(64, Math.cbrt);
  const schedule = new Int32Array(64);
  for (let block = 0; block < padded.length; block += 64) {
    for (let i = 0; i < 16; i++) schedule[i] = padded.readInt32BE(block + 4 * i);
    mixBlock(state, schedule, constants);
  }
  return [...state].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

const suffixLetters: { readonly [digit: string]: string } = { "0": "g", "1": "h", "3": "k", a: "m", e: "t" };

/** The ten letters that `--append-hash` and kustomize's generators put behind a name: of the value's JSON, keys sorted. Mirrors kubectl/pkg/util/hash. */
export const nameSuffixHash = (value: unknown): string =>
  sha256Hex(compactJson(value))
    .slice(0, 10)
    .replace(/[013ae]/g, (digit) => suffixLetters[digit]!);
