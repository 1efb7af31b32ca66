import { bodyTooLarge, isTooLarge } from "../client/body-limit.ts";
import type { ApiRequest, ApiResponse, ChannelSet, PortConnection, Transport, UserInfo } from "../client/transport.ts";
import type { Instant } from "../machinery/time.ts";
import type { HeldLock } from "../store/lock.ts";
import type { FileState } from "../store/state-file.ts";
import type { Engine } from "./engine.ts";
import { clusterDirectory } from "./home.ts";
import { type OpenCluster, openCluster } from "./open-cluster.ts";
import { lockState, openState, remoteChanges } from "./state-guard.ts";
import { nextDueAt } from "./wakeup-records.ts";

/** What the in-process door to a cluster needs of its host. */
export interface EmbeddedOptions {
  readonly home: string;
  readonly cluster: string;
  /** Who the requests come from, as the kubeconfig's user authenticates; undefined: the server looks at the headers. */
  readonly user?: UserInfo;
  now(): Instant;
  sleep(ms: number): Promise<void>;
  readSchema(file: string): string;
  onError?(error: unknown, owner: string, key: string): void;
}

/** How often a process that follows something looks at what other processes wrote, in milliseconds. */
const LIVE_TICK_MS = 40;
const CATCH_UP_ROUNDS = 4;

/** The in-process transport, with what `drykube clock`, `node` and `curl` need beyond the API. */
export interface EmbeddedTransport extends Transport {
  readonly cluster: OpenCluster;
  /** Runs `work` with the lock held, the state fresh and time caught up; what it wrote is durable when it resolves. */
  transaction<T>(work: () => T | Promise<T>): Promise<T>;
}

/**
 * Opens a cluster's state in this process. Each request finds the simulation caught up with the clock; reads with
 * nothing due take no lock and write nothing. Long answers (watches, logs -f, exec) keep time moving while they last.
 */
export function openEmbedded(options: EmbeddedOptions): EmbeddedTransport {
  const directory = clusterDirectory(options.home, options.cluster);
  const state = openState(directory);
  const cluster = openCluster({
    state,
    wallClock: options.now,
    sleep: options.sleep,
    readSchema: options.readSchema,
    deriveHistory: true,
    ...(options.onError ? { onError: options.onError } : {}),
  });
  const guard = createGuard(directory, state, cluster, options.sleep);
  const live = createLiveDriver(guard, options.sleep);

  return {
    cluster,
    transaction: guard.transaction,
    async request(request) {
      // The door of a server has this limit too; the simulation's own requests do not come through a door.
      if (isTooLarge(request.body)) return { kind: "object", code: 413, body: bodyTooLarge().status as object };
      const asked = options.user === undefined ? request : { ...request, user: request.user ?? options.user };
      const answer = await (isRead(asked)
        ? guard.read(() => cluster.handler(asked))
        : guard.transaction(() => cluster.handler(asked)));
      return live.drive(answer);
    },
    now: () => cluster.now(),
    async close() {
      await live.stop();
      await guard.settle();
      state.close();
    },
  };
}

/** Catching up takes time itself: again, until what is left does not show. A machine too slow for that is late by a little. */
async function catchUp(engine: Engine, cluster: OpenCluster): Promise<void> {
  for (let round = 0; round < CATCH_UP_ROUNDS; round++) {
    await engine.advanceTo(cluster.now());
    if (cluster.now() - engine.now < LIVE_TICK_MS) return;
  }
}

/** Whether a request leaves the state as it is. Subresources that reach into containers count as writes only by their method. */
function isRead(request: ApiRequest): boolean {
  return request.method === "GET" || request.method === "HEAD" || request.method === "OPTIONS";
}

interface Guard {
  read<T>(work: () => Promise<T>): Promise<T>;
  transaction<T>(work: () => T | Promise<T>): Promise<T>;
  /** Runs what this process caused, and saves what containers wrote. */
  settle(): Promise<void>;
}

/** Orders this process's own calls, and holds the state's lock around whatever writes. */
function createGuard(
  directory: string,
  state: FileState,
  cluster: OpenCluster,
  sleep: (ms: number) => Promise<void>,
): Guard {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work);
    last = turn.catch(() => undefined);
    return turn;
  };

  const refresh = (): void => {
    const { changes, touched, podUids } = remoteChanges(state);
    for (const uid of podUids) cluster.forgetPod(uid);
    // The queue in memory is the one of our last save; another process has moved on from it.
    if (touched) cluster.loadedEngine()?.restore();
    cluster.store.absorb(changes);
  };
  const isDue = (): boolean =>
    (nextDueAt(state) ?? Number.POSITIVE_INFINITY) <= cluster.now() || cluster.runtimeRecords.dirty;

  const locked = async <T>(work: () => T | Promise<T>): Promise<T> => {
    const lock: HeldLock = await lockState(directory, sleep);
    try {
      refresh();
      const engine = await cluster.engine();
      const flush = (): void => cluster.runtimeRecords.flush((key) => engine.wake("kubelet", key, cluster.now()));
      flush();
      await catchUp(engine, cluster);
      const result = await engine.hold(work);
      flush();
      engine.save();
      state.commit();
      return result;
    } finally {
      lock.release();
    }
  };

  return {
    transaction: (work) => inTurn(() => locked(work)),
    read: (work) =>
      inTurn(async () => {
        refresh();
        if (isDue()) await locked(() => undefined);
        return work();
      }),
    settle: () =>
      inTurn(async () => {
        refresh();
        if (isDue()) await locked(() => undefined);
      }),
  };
}

interface LiveDriver {
  /** Keeps time moving while a long answer is read. */
  drive(answer: ApiResponse): ApiResponse;
  stop(): Promise<void>;
}

/** The same queue on real timers, for as long as somebody watches. */
function createLiveDriver(guard: Guard, sleep: (ms: number) => Promise<void>): LiveDriver {
  let readers = 0;
  let loop: Promise<void> | undefined;
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined);

  const start = (): void => {
    readers++;
    loop ??= run();
  };
  const run = async (): Promise<void> => {
    try {
      while (readers > 0) {
        await guard.settle();
        await sleep(LIVE_TICK_MS);
      }
    } catch (error) {
      fail(error);
    } finally {
      loop = undefined;
    }
  };
  const during = async <T>(work: () => Promise<T>): Promise<T> => {
    start();
    try {
      return await work();
    } finally {
      readers--;
    }
  };

  return {
    drive(answer) {
      if (answer.kind === "stream") {
        const { frames } = answer;
        return { ...answer, frames: driven(frames) };
      }
      if (answer.kind === "exec")
        return { ...answer, connect: (channels: ChannelSet) => during(() => answer.connect(channels)) };
      if (answer.kind === "portforward")
        return { ...answer, connect: (one: PortConnection) => during(() => answer.connect(one)) };
      return answer;
    },
    async stop() {
      readers = 0;
      await loop;
    },
  };

  /** Passes frames on; a failure of the driver ends them, because nothing would come any more. */
  async function* driven<T>(frames: AsyncIterable<T>): AsyncIterable<T> {
    start();
    const iterator = frames[Symbol.asyncIterator]();
    let asked = false;
    try {
      for (;;) {
        asked = true;
        const next = await Promise.race([iterator.next(), failed]);
        asked = false;
        if (next.done) return;
        yield next.value;
      }
    } finally {
      readers--;
      // Behind a question that nobody answers any more, the end would be waited for as vainly.
      const ended = iterator.return?.();
      if (!asked) await ended;
    }
  }
}
