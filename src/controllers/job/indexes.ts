/** Completion indexes as the status writes them ("0-2,5"): sorted intervals, ends included. Mirrors orderedIntervals. */
export type Intervals = readonly (readonly [number, number])[];

/** Reads "0-2,5"; what is not of that form, or not below `completions`, is left out. */
export function parseIntervals(text: string | undefined, completions: number): Intervals {
  const indexes: number[] = [];
  for (const part of (text ?? "").split(",")) {
    const match = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(part);
    if (match === null) continue;
    const first = Number(match[1]);
    const last = Math.min(Number(match[2] ?? match[1]), completions - 1);
    for (let index = first; index <= last; index++) indexes.push(index);
  }
  return intervalsOf(indexes);
}

/** The intervals of some indexes, in any order. */
export function intervalsOf(indexes: readonly number[]): Intervals {
  const intervals: [number, number][] = [];
  for (const index of [...new Set(indexes)].sort((a, b) => a - b)) {
    const last = intervals.at(-1);
    if (last !== undefined && last[1] === index - 1) last[1] = index;
    else intervals.push([index, index]);
  }
  return intervals;
}

export const formatIntervals = (intervals: Intervals): string =>
  intervals.map(([a, b]) => (a === b ? `${a}` : b === a + 1 ? `${a},${b}` : `${a}-${b}`)).join(",");

export const total = (intervals: Intervals): number => intervals.reduce((n, [a, b]) => n + b - a + 1, 0);
export const has = (intervals: Intervals, index: number): boolean =>
  intervals.some(([a, b]) => a <= index && index <= b);

/** The intervals with some indexes more. */
export function withIndexes(intervals: Intervals, indexes: readonly number[]): Intervals {
  const all = intervals.flatMap(([a, b]) => Array.from({ length: b - a + 1 }, (_, i) => a + i));
  return intervalsOf([...all, ...indexes]);
}
