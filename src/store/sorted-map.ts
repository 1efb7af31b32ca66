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
    this.#keys.splice(lowerBound(this.#keys, key), 1);
    return true;
  }

  clear(): void {
    this.#values.clear();
    this.#keys = [];
  }

  /** The keys that begin with `prefix`, in order. */
  keysWithPrefix(prefix: string): readonly string[] {
    const from = lowerBound(this.#keys, prefix);
    let to = from;
    while (to < this.#keys.length && this.#keys[to]!.startsWith(prefix)) to++;
    return this.#keys.slice(from, to);
  }

  /** The first key that begins with `prefix`. */
  firstWithPrefix(prefix: string): string | undefined {
    const key = this.#keys[lowerBound(this.#keys, prefix)];
    return key?.startsWith(prefix) ? key : undefined;
  }

  #insert(key: string): void {
    const last = this.#keys.at(-1);
    if (last === undefined || key > last) this.#keys.push(key);
    else this.#keys.splice(lowerBound(this.#keys, key), 0, key);
  }
}

/** The index of the first of `keys` (sorted) that is not below `key`. */
export function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
