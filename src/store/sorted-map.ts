/** A map from text keys to values that knows its keys in code-unit order, so that a prefix is one contiguous range. */
export class SortedMap<V> {
  readonly #values = new Map<string, V>();
  #keys: string[] = [];

  get size(): number {
    return this.#values.size;
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  get(key: string): V | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: V): void {
    if (!this.#values.has(key)) this.#insert(key);
    this.#values.set(key, value);
  }

  delete(key: string): boolean {
    if (!this.#values.delete(key)) return false;
    this.#keys.splice(lowerBound(this.#keys, key, itself), 1);
    return true;
  }

  clear(): void {
    this.#values.clear();
    this.#keys = [];
  }

  /** The keys that begin with `prefix`, in order. */
  keysWithPrefix(prefix: string): readonly string[] {
    const from = lowerBound(this.#keys, prefix, itself);
    let to = from;
    while (to < this.#keys.length && this.#keys[to]!.startsWith(prefix)) to++;
    return this.#keys.slice(from, to);
  }

  /** The first key that begins with `prefix`. */
  firstWithPrefix(prefix: string): string | undefined {
    const key = this.#keys[lowerBound(this.#keys, prefix, itself)];
    return key?.startsWith(prefix) ? key : undefined;
  }

  #insert(key: string): void {
    const last = this.#keys.at(-1);
    if (last === undefined || key > last) this.#keys.push(key);
    else this.#keys.splice(lowerBound(this.#keys, key, itself), 0, key);
  }
}

/** The index of the first of `items`, sorted by their keys, whose key is not below `key`. */
export function lowerBound<T>(items: readonly T[], key: string, keyOf: (item: T) => string): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keyOf(items[middle]!) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

const itself = (key: string): string => key;
