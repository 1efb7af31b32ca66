import { revisionOf } from "../../store/memory-store.ts";
import type { Change, ObjectStore, Stored } from "../../store/object-store.ts";

/** What was under `prefix` at `revision`, in key order: the present state with the changes since undone. undefined where those are compacted. */
export function listAt(store: ObjectStore, prefix: string, revision: number): readonly Stored[] | undefined {
  const present = store.list(prefix);
  if (revision === store.revision) return present;
  const changes = store.changesSince(revision, prefix);
  if (changes === undefined || revision < store.compactedRevision) return undefined;
  if (changes.length === 0) return present;
  const first = new Map<string, Change>();
  for (const change of changes) if (!first.has(change.key)) first.set(change.key, change);
  const past = present.filter(({ key }) => !first.has(key));
  for (const { key, previous } of first.values())
    if (previous !== undefined) past.push({ key, revision: revisionOf(previous), object: previous });
  return past.sort((a, b) => (a.key < b.key ? -1 : 1));
}
