const SAFE = "bcdfghjklmnpqrstvwxz2456789";

/** FNV-1a over the UTF-16 code units' bytes, 32 bits. */
export function fnv32a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
    if (unit > 0xff) hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
  }
  return hash >>> 0;
}

/** JSON with sorted keys and without absent members: equal values, equal text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value).filter(([, v]) => v !== undefined && v !== null);
  members.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${members.map(([k, v]) => `${JSON.stringify(k)}:${canonicalJson(v)}`).join(",")}}`;
}

/** Text without vowels and look-alikes, safe in a name. Mirrors rand.SafeEncodeString. */
export function safeEncode(text: string): string {
  let out = "";
  for (let i = 0; i < text.length; i++) out += SAFE[text.charCodeAt(i) % SAFE.length];
  return out;
}

/** The hash that names a ReplicaSet or ControllerRevision: a function of the content and the collision count. Mirrors controller.ComputeHash (the digits differ: upstream hashes Go's memory layout). */
export function contentHash(content: unknown, collisionCount?: number): string {
  return safeEncode(
    String(fnv32a(canonicalJson(content) + (collisionCount === undefined ? "" : ` ${collisionCount}`))),
  );
}
