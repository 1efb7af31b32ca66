import type { CommandRow } from "./command-row.ts";

/** How many single-character edits lie between two words. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}

const MAX_DISTANCE = 2;

/** The commands that a mistyped word may have meant. Mirrors cobra's SuggestionsFor. */
export function suggestionsFor(typed: string, commands: readonly CommandRow[]): readonly string[] {
  const lower = typed.toLowerCase();
  return commands
    .filter((c) => c.hidden !== true)
    .filter(
      (c) =>
        editDistance(lower, c.path.toLowerCase()) <= MAX_DISTANCE ||
        c.path.toLowerCase().startsWith(lower) ||
        c.suggestFor?.some((s) => s.toLowerCase() === lower),
    )
    .map((c) => c.path);
}
