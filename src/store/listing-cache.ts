import type { Stored } from "./object-store.ts";
import { lowerBound } from "./sorted-map.ts";

/** "/registry/GROUP/RESOURCE/" has four, with a namespace five; what is shallower is asked for too seldom to be kept up. */
const SLASHES_OF_A_RESOURCE = 4;

/**
 * The listings of kinds that were asked for, kept up with each write: a scheduler lists all pods for each pod. A
 * listing that was handed out never changes; a write makes a new one.
 */
export class ListingCache {
  readonly #lists = new Map<string, readonly Stored[]>();

  /** The listing of a prefix, read where it is not known. */
  list(prefix: string, read: () => readonly Stored[]): readonly Stored[] {
    const known = this.#lists.get(prefix);
    if (known !== undefined) return known;
    const found = read();
    if (isOfOneKind(prefix)) this.#lists.set(prefix, found);
    return found;
  }

  /** Takes in a write; undefined: a deletion. */
  put(key: string, stored: Stored | undefined): void {
    if (this.#lists.size === 0) return;
    for (let at = key.indexOf("/", 1); at > 0; at = key.indexOf("/", at + 1)) {
      const prefix = key.slice(0, at + 1);
      const list = this.#lists.get(prefix);
      if (list !== undefined) this.#lists.set(prefix, changed(list, key, stored));
    }
  }

  clear(): void {
    this.#lists.clear();
  }
}

function isOfOneKind(prefix: string): boolean {
  return prefix.endsWith("/") && prefix.split("/").length > SLASHES_OF_A_RESOURCE;
}

function changed(list: readonly Stored[], key: string, stored: Stored | undefined): readonly Stored[] {
  const at = lowerBound(list, key, (one) => one.key);
  const isThere = list[at]?.key === key;
  const next = list.slice();
  if (stored === undefined) next.splice(at, isThere ? 1 : 0);
  else next.splice(at, isThere ? 1 : 0, stored);
  return next;
}
