import type { Change } from "./object-store.ts";

/** The recent past of a store, for watches that begin at a revision. */
export interface WatchLog {
  readonly compactedRevision: number;
  append(change: Change): void;
  since(revision: number): readonly Change[] | undefined;
}

/** Keeps between `capacity` and twice `capacity` changes; what is older counts as compacted. */
export function createWatchLog(startRevision: number, capacity: number): WatchLog {
  let compacted = startRevision;
  let changes: Change[] = [];
  return {
    get compactedRevision() {
      return compacted;
    },
    append(change) {
      changes.push(change);
      if (changes.length < 2 * capacity) return;
      compacted = changes[capacity - 1]!.revision;
      changes = changes.slice(capacity);
    },
    since(revision) {
      if (revision < compacted) return undefined;
      let from = changes.length;
      while (from > 0 && changes[from - 1]!.revision > revision) from--;
      return changes.slice(from);
    },
  };
}
