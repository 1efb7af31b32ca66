/** A number in [0, 1) that follows from `seed` and `purpose` alone: FNV-1a over both, finished by a 64-bit-like mix in two halves. */
export function chanceOf(seed: string, purpose: string): number {
  const high = mix(fnv1a(seed, 0x811c9dc5), purpose);
  const low = mix(fnv1a(purpose, 0x9e3779b9), seed);
  return (high * 0x200000 + (low >>> 11)) / 0x20000000000000;
}

function fnv1a(text: string, start: number): number {
  let hash = start;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** murmur3's finaliser: without it FNV's high bits hardly change for texts that differ in their last letter. */
function mix(start: number, text: string): number {
  let hash = fnv1a(text, start);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
