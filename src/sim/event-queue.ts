import type { Wakeup } from "./simulation.ts";

const before = (a: Wakeup, b: Wakeup): boolean => a.at < b.at || (a.at === b.at && a.sequence < b.sequence);

/** A queue of wake-ups by instant, then sequence, in which each (owner, key) stands at most once. A binary heap with lazy removal. */
export class EventQueue {
  #heap: Wakeup[] = [];
  readonly #entries = new Map<string, Wakeup>();

  get size(): number {
    return this.#entries.size;
  }

  get(owner: string, key: string): Wakeup | undefined {
    return this.#entries.get(entryName(owner, key));
  }

  /** Puts a wake-up in place of any that its owner and key have. */
  put(wakeup: Wakeup): void {
    this.#entries.set(entryName(wakeup.owner, wakeup.key), wakeup);
    this.#heap.push(wakeup);
    this.#up(this.#heap.length - 1);
  }

  remove(owner: string, key: string): void {
    this.#entries.delete(entryName(owner, key));
  }

  first(): Wakeup | undefined {
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      if (this.#entries.get(entryName(top.owner, top.key)) === top) return top;
      this.#pop();
    }
    return undefined;
  }

  takeFirst(): Wakeup | undefined {
    const first = this.first();
    if (first !== undefined) {
      this.#pop();
      this.#entries.delete(entryName(first.owner, first.key));
    }
    return first;
  }

  /** Every wake-up, in no order. */
  all(): IterableIterator<Wakeup> {
    return this.#entries.values();
  }

  clear(): void {
    this.#heap = [];
    this.#entries.clear();
  }

  #pop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#down(0);
  }

  #up(index: number): void {
    const heap = this.#heap;
    for (let at = index; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!before(heap[at]!, heap[parent]!)) return;
      [heap[at], heap[parent]] = [heap[parent]!, heap[at]!];
      at = parent;
    }
  }

  #down(index: number): void {
    const heap = this.#heap;
    for (let at = index; ; ) {
      const left = 2 * at + 1;
      const right = left + 1;
      let least = at;
      if (left < heap.length && before(heap[left]!, heap[least]!)) least = left;
      if (right < heap.length && before(heap[right]!, heap[least]!)) least = right;
      if (least === at) return;
      [heap[at], heap[least]] = [heap[least]!, heap[at]!];
      at = least;
    }
  }
}

const entryName = (owner: string, key: string): string => `${owner}\u0000${key}`;
