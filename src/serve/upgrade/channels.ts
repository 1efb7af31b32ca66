/** Items between a socket's events and an async reader. */
export interface Queue<T> extends AsyncIterable<T> {
  push(item: T): void;
  /** No more will come; what waits is still read. */
  end(): void;
  /** Nobody reads any more: what waits, and what still comes, counts as taken. */
  drop(): void;
}

/** Makes a queue; `onTaken` is told of each item that the reader has. */
export function createQueue<T>(onTaken: (item: T) => void = () => {}): Queue<T> {
  let items: T[] = [];
  let ended = false;
  let dropped = false;
  let wake: (() => void) | undefined;
  const signal = (): void => {
    wake?.();
    wake = undefined;
  };
  const end = (): void => {
    ended = true;
    signal();
  };
  return {
    end,
    push(item) {
      if (dropped) onTaken(item);
      else if (!ended) items.push(item);
      signal();
    },
    drop() {
      dropped = true;
      const left = items;
      items = [];
      for (const item of left) onTaken(item);
      end();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        while (items.length > 0) {
          const item = items.shift()!;
          onTaken(item);
          yield item;
        }
        if (ended) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
