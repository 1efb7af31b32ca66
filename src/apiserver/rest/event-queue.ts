/** What a producer fills and one reader empties, in order; it holds no more than `limit` items beyond the first ones. */
export interface EventQueue<T> {
  /** False where the reader is too far behind: what waited is dropped, and nothing more is taken. */
  push(item: T): boolean;
  /** No more will come; what waits is still read. */
  end(): void;
  /** Forgets what waits. */
  clear(): void;
  next(): Promise<IteratorResult<T>>;
}

/** How many items that were read are kept before the queue is cut: cutting for each, as Array.shift does, is slow where there are many. */
const CUT_AFTER = 1000;

/** Makes one that begins with `first`. */
export function createEventQueue<T>(first: readonly T[], limit: number): EventQueue<T> {
  const most = first.length + limit;
  let items = [...first];
  let read = 0;
  let ended = false;
  let wake: (() => void) | undefined;
  const clear = (): void => {
    items = [];
    read = 0;
  };
  const take = (): T | undefined => {
    if (read === items.length) return undefined;
    const item = items[read++];
    if (read === items.length || read > CUT_AFTER) {
      items = items.slice(read);
      read = 0;
    }
    return item;
  };
  const end = (): void => {
    ended = true;
    wake?.();
  };
  return {
    clear,
    end,
    push(item) {
      if (ended) return false;
      items.push(item);
      if (items.length - read > most) {
        clear();
        end();
        return false;
      }
      wake?.();
      return true;
    },
    async next() {
      while (read === items.length && !ended) await new Promise<void>((resolve) => (wake = resolve));
      const value = take();
      return value === undefined ? { done: true, value: undefined } : { done: false, value };
    },
  };
}
