import type { Server } from "../context.ts";

const SUFFIX_LENGTH = 5;
const MAX_BASE_LENGTH = 63 - SUFFIX_LENGTH;
/** No vowels, and nothing that looks like another character. */
const ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

/** A suffix of `length` characters that follows from seed and purpose. Mirrors apimachinery/pkg/util/rand String. */
export function randomSuffix(server: Pick<Server, "chance">, purpose: string, length = SUFFIX_LENGTH): string {
  let rest = server.chance(purpose);
  let text = "";
  for (let i = 0; i < length; i++) {
    rest *= ALPHABET.length;
    const digit = Math.floor(rest);
    rest -= digit;
    text += ALPHABET[digit];
  }
  return text;
}

/** The name for a generateName. Mirrors apiserver/pkg/storage/names SimpleNameGenerator. */
export function generateName(server: Pick<Server, "chance">, base: string, purpose: string): string {
  return `${base.slice(0, MAX_BASE_LENGTH)}${randomSuffix(server, purpose)}`;
}

/** A version 4 UUID that follows from seed and purpose. */
export function generateUid(server: Pick<Server, "chance">, purpose: string): string {
  let hex = "";
  for (let i = 0; i < 4; i++)
    hex += Math.floor(server.chance(`${purpose}#${i}`) * 0x100000000)
      .toString(16)
      .padStart(8, "0");
  const variant = "89ab"[Number.parseInt(hex[16]!, 16) & 3];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
