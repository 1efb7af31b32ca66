/** Runs this short are sorted by insertion. */
const INSERTION_LIMIT = 12;
/** From this length on the pivot is the median of nine. */
const NINTHER_LENGTH = 50;
const MAX_SWAPS = 12;
const MAX_PARTIAL_STEPS = 5;

type Less<T> = (a: T, b: T) => boolean;
type Hint = "increasing" | "decreasing" | "unknown";

const bitLength = (n: number): number => 32 - Math.clz32(n);

/** One array being sorted in place, with the comparison that says how. */
interface Sorting {
  less(i: number, j: number): boolean;
  swap(i: number, j: number): void;
}

function insertionSort(data: Sorting, from: number, to: number): void {
  for (let i = from + 1; i < to; i++) for (let j = i; j > from && data.less(j, j - 1); j--) data.swap(j, j - 1);
}

function heapSort(data: Sorting, from: number, to: number): void {
  const siftDown = (start: number, length: number): void => {
    for (let parent = start; ; ) {
      let child = 2 * parent + 1;
      if (child >= length) return;
      if (child + 1 < length && data.less(from + child, from + child + 1)) child++;
      if (!data.less(from + parent, from + child)) return;
      data.swap(from + parent, from + child);
      parent = child;
    }
  };
  const length = to - from;
  for (let i = Math.floor((length - 1) / 2); i >= 0; i--) siftDown(i, length);
  for (let i = length - 1; i >= 0; i--) {
    data.swap(from, from + i);
    siftDown(0, i);
  }
}

/** Moves what is below the pivot before it. Answers where the pivot came to rest, and whether nothing had to move. */
function partition(data: Sorting, from: number, to: number, pivot: number): { middle: number; untouched: boolean } {
  data.swap(from, pivot);
  let [left, right] = [from + 1, to - 1];
  let untouched = true;
  for (; ; left++, right--) {
    while (left <= right && data.less(left, from)) left++;
    while (left <= right && !data.less(right, from)) right--;
    if (left > right) break;
    data.swap(left, right);
    untouched = false;
  }
  data.swap(right, from);
  return { middle: right, untouched };
}

/** Moves what equals the pivot to the front, where everything is known to be at least the pivot. */
function partitionEqual(data: Sorting, from: number, to: number, pivot: number): number {
  data.swap(from, pivot);
  let [left, right] = [from + 1, to - 1];
  for (; ; left++, right--) {
    while (left <= right && !data.less(from, left)) left++;
    while (left <= right && data.less(from, right)) right--;
    if (left > right) return left;
    data.swap(left, right);
  }
}

/** Mends a run that is sorted but for a few neighbours. Answers whether it is sorted now. */
function mendAlmostSorted(data: Sorting, from: number, to: number): boolean {
  let at = from + 1;
  for (let step = 0; step < MAX_PARTIAL_STEPS; step++) {
    while (at < to && !data.less(at, at - 1)) at++;
    if (at === to) return true;
    if (to - from < NINTHER_LENGTH) return false;
    data.swap(at, at - 1);
    if (at - from >= 2) for (let j = at - 1; j >= 1 && data.less(j, j - 1); j--) data.swap(j, j - 1);
    if (to - at >= 2) for (let j = at + 1; j < to && data.less(j, j - 1); j++) data.swap(j, j - 1);
  }
  return false;
}

/** Scatters three elements, by a generator that the length seeds, so that a bad pattern does not stay one. */
function breakPatterns(data: Sorting, from: number, to: number): void {
  const length = to - from;
  if (length < 8) return;
  let state = BigInt(length);
  const mask = (1n << BigInt(bitLength(length))) - 1n;
  const at = from + Math.floor(length / 4) * 2;
  for (let i = 0; i < 3; i++) {
    state = BigInt.asUintN(64, state ^ (state << 13n));
    state ^= state >> 7n;
    state = BigInt.asUintN(64, state ^ (state << 17n));
    const other = Number(state & mask);
    data.swap(at - 1 + i, from + (other >= length ? other - length : other));
  }
}

function choosePivot(data: Sorting, from: number, to: number): { pivot: number; hint: Hint } {
  let swaps = 0;
  const ordered = (a: number, b: number): [number, number] => {
    if (!data.less(b, a)) return [a, b];
    swaps++;
    return [b, a];
  };
  const median = (a: number, b: number, c: number): number => {
    const [low, high] = ordered(a, b);
    const [middle] = ordered(high, c);
    return ordered(low, middle)[1];
  };
  const length = to - from;
  const quarter = Math.floor(length / 4);
  let [i, j, k] = [from + quarter, from + quarter * 2, from + quarter * 3];
  if (length >= 8) {
    if (length >= NINTHER_LENGTH)
      [i, j, k] = [median(i - 1, i, i + 1), median(j - 1, j, j + 1), median(k - 1, k, k + 1)];
    j = median(i, j, k);
  }
  return { pivot: j, hint: swaps === 0 ? "increasing" : swaps === MAX_SWAPS ? "decreasing" : "unknown" };
}

function reverse(data: Sorting, from: number, to: number): void {
  for (let i = from, j = to - 1; i < j; i++, j--) data.swap(i, j);
}

function quickSort(data: Sorting, start: number, end: number, badChoices: number): void {
  let [from, to, limit] = [start, end, badChoices];
  let [balanced, partitioned] = [true, true];
  for (;;) {
    const length = to - from;
    if (length <= INSERTION_LIMIT || limit === 0) break;
    if (!balanced) {
      breakPatterns(data, from, to);
      limit--;
    }
    let { pivot, hint } = choosePivot(data, from, to);
    if (hint === "decreasing") {
      reverse(data, from, to);
      pivot = to - 1 - (pivot - from);
      hint = "increasing";
    }
    if (balanced && partitioned && hint === "increasing" && mendAlmostSorted(data, from, to)) return;
    if (from > 0 && !data.less(from - 1, pivot)) {
      from = partitionEqual(data, from, to, pivot);
      continue;
    }
    const { middle, untouched } = partition(data, from, to, pivot);
    partitioned = untouched;
    const [left, right] = [middle - from, to - middle];
    balanced = Math.min(left, right) >= Math.floor(length / 8);
    if (left < right) {
      quickSort(data, from, middle, limit);
      from = middle + 1;
    } else {
      quickSort(data, middle + 1, to, limit);
      to = middle;
    }
  }
  if (to - from <= INSERTION_LIMIT) insertionSort(data, from, to);
  else heapSort(data, from, to);
}

/** A sorted copy, equal elements in the order in which Go's unstable sort leaves them, which users see in kubectl's tables. Mirrors sort.Sort (pattern-defeating quicksort). */
export function goSort<T>(items: readonly T[], less: Less<T>): T[] {
  const sorted = [...items];
  const data: Sorting = {
    less: (i, j) => less(sorted[i]!, sorted[j]!),
    swap: (i, j) => {
      [sorted[i], sorted[j]] = [sorted[j]!, sorted[i]!];
    },
  };
  quickSort(data, 0, sorted.length, bitLength(sorted.length));
  return sorted;
}
