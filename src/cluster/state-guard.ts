import type { KubeObject } from "../machinery/object.ts";
import { type HeldLock, isHeld, type LockOwner, tryLock } from "../store/lock.ts";
import type { Change } from "../store/object-store.ts";
import { type FileState, openStateFile, StateGoneError } from "../store/state-file.ts";
import { lockPath } from "./home.ts";

/** How long to try for a lock that a living process holds, in milliseconds. */
const LOCK_PATIENCE_MS = 60_000;
/** How soon to try again, and how seldom at last: a try writes a file. */
const LOCK_RETRY_MS = 3;
const LOCK_RETRY_MOST_MS = 25;

/** A server holds the state: go there instead. */
export class StateServedError extends Error {
  readonly url: string;
  constructor(url: string) {
    super(`the cluster's state is served at ${url}`);
    this.name = "StateServedError";
    this.url = url;
  }
}

/** Takes the lock of a cluster's directory, waiting for other commands; a server's lock throws StateServedError at once. */
export async function lockState(directory: string, sleep: (ms: number) => Promise<void>): Promise<HeldLock> {
  try {
    return await waitForLock(lockPath(directory), sleep);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw new StateGoneError(directory);
    throw error;
  }
}

/** Takes a lock, waiting for others to let go of it; throws where one does not, or serves. */
export async function waitForLock(file: string, sleep: (ms: number) => Promise<void>): Promise<HeldLock> {
  let owner: LockOwner | undefined;
  for (let waited = 0, pause = LOCK_RETRY_MS; waited <= LOCK_PATIENCE_MS; waited += pause) {
    const lock = tryLock(file);
    if (isHeld(lock)) return lock;
    if (lock.endpoint !== undefined) throw new StateServedError(lock.endpoint.url);
    owner = lock;
    await sleep(pause);
    if (waited > 100 * LOCK_RETRY_MS) pause = LOCK_RETRY_MOST_MS;
  }
  throw new Error(`${file} is held by process ${owner?.pid}, which does not let go of it`);
}

/** Opens the state of a cluster; throws where it is gone. */
export function openState(directory: string): FileState {
  const state = openStateFile(directory);
  if (state === undefined) throw new StateGoneError(directory);
  return state;
}

/** What other processes wrote. */
export interface RemoteChanges {
  /** To objects, in the order of revisions. */
  readonly changes: readonly Change[];
  /** Whether there was anything at all. */
  readonly touched: boolean;
  /** The pods whose containers were reached. */
  readonly podUids: ReadonlySet<string>;
}

/** Takes in what other processes wrote: the objects' changes as a watcher sees them, in the order of revisions, and whether there was anything at all. */
export function remoteChanges(state: FileState): RemoteChanges {
  const touched = state.refresh();
  const changes: Change[] = [];
  const podUids = new Set<string>();
  for (const [key, previous] of touched) {
    if (key.startsWith("/containers/")) podUids.add(key.split("/")[2]!);
    if (!key.startsWith("/registry/")) continue;
    const object = state.get(key) as KubeObject | undefined;
    const before = previous as KubeObject | undefined;
    if (object === undefined && before === undefined) continue;
    changes.push({
      type: object === undefined ? "DELETED" : before === undefined ? "ADDED" : "MODIFIED",
      key,
      revision: Number((object ?? before)!.metadata.resourceVersion),
      object: (object ?? before)!,
      ...(before === undefined ? {} : { previous: before }),
      remote: true,
    });
  }
  // A deletion's own revision is not in the state: it comes last, at the state's revision.
  const last = state.meta.revision;
  const ordered = changes
    .map((change) =>
      change.type !== "DELETED"
        ? change
        : {
            ...change,
            revision: last,
            object: { ...change.object, metadata: { ...change.object.metadata, resourceVersion: String(last) } },
          },
    )
    .sort((a, b) => a.revision - b.revision);
  return { changes: ordered, touched: touched.size > 0, podUids };
}
