import type { ApiRequest, ApiResponse } from "../client/transport.ts";
import type { OpenCluster } from "../cluster/open-cluster.ts";

/** A cluster on real timers, for as long as a server holds it. */
export interface LiveDriver {
  /** Answers a request; what it wrote is durable when this resolves. */
  handle(request: ApiRequest): Promise<ApiResponse>;
  /** Runs `work` with time caught up; what it wrote is durable when this resolves. */
  transaction<T>(work: () => T | Promise<T>): Promise<T>;
  /** Settles and saves. */
  stop(): Promise<void>;
}

/** setTimeout cannot wait longer. */
const MAX_TIMER_MS = 0x7fffffff;
/** Containers write outside of requests (exec sessions): their records are saved at least this often, in milliseconds. */
const SAVE_EVERY_MS = 1000;
/** How long after a failure to save, in milliseconds. */
const RETRY_AFTER_MS = 1000;

/** Runs the event queue as time goes by. */
export async function createLiveDriver(cluster: OpenCluster): Promise<LiveDriver> {
  const engine = await cluster.engine();
  let timer: NodeJS.Timeout | undefined;
  let moving: Promise<void> | undefined;
  let stopped = false;

  const save = (): void => {
    cluster.runtimeRecords.flush((key) => engine.wake("kubelet", key, cluster.now()));
    engine.save();
    cluster.state.commit();
  };

  /** One sync to disk for all that is waiting for one: under load that is many. */
  let saving: Promise<void> | undefined;
  const durable = (): Promise<void> => {
    saving ??= new Promise((resolve, reject) => {
      setImmediate(() => {
        saving = undefined;
        try {
          save();
          resolve();
        } catch (error) {
          reject(error);
        }
      });
    });
    return saving;
  };

  /** One run at a time: two that overlap would let a controller work on one key twice at once, and lose what one of them saw. */
  let advancing: Promise<void> | undefined;
  const advance = (): Promise<void> => {
    advancing ??= engine.advanceTo(cluster.now()).finally(() => {
      advancing = undefined;
    });
    return advancing;
  };

  const isDue = (): boolean => (engine.nextDue() ?? Number.POSITIVE_INFINITY) <= cluster.now();
  const catchUp = async (): Promise<void> => {
    while (isDue()) {
      await advance();
      await durable();
    }
  };
  const move = (): Promise<void> => {
    // Not cleared from inside: with nothing due (a timer may fire early) that would come before it is set.
    moving ??= catchUp().finally(() => {
      moving = undefined;
      schedule();
    });
    return moving;
  };

  const schedule = (): void => {
    clearTimeout(timer);
    if (stopped) return;
    const due = engine.nextDue();
    if (due === undefined) return;
    timer = setTimeout(() => move().catch(retry), Math.min(MAX_TIMER_MS, Math.max(0, due - cluster.now())));
  };

  /** A full disk must not end the server: it tries again. Whoever writes meanwhile is told. */
  const retry = (): void => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(() => move().catch(retry), RETRY_AFTER_MS);
  };

  const saver = setInterval(() => {
    if (cluster.runtimeRecords.dirty) durable().then(() => moving ?? schedule(), retry);
  }, SAVE_EVERY_MS);

  const caughtUp = async (): Promise<void> => {
    if (moving !== undefined || isDue()) await move();
  };
  const transaction = async <T>(work: () => T | Promise<T>): Promise<T> => {
    await caughtUp();
    // What a write wakes is due at the engine's present, which must not lie behind the clock.
    if (!engine.running) await advance();
    const result = await work();
    if (moving === undefined) schedule();
    await durable();
    return result;
  };

  await move();
  return {
    transaction,
    async handle(request) {
      const writes = request.method !== "GET" && request.method !== "HEAD" && request.method !== "OPTIONS";
      if (writes) return transaction(() => cluster.handler(request));
      await caughtUp();
      return cluster.handler(request);
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      clearInterval(saver);
      await moving;
      await advance();
      save();
    },
  };
}
