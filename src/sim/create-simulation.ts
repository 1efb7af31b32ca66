import type { Instant } from "../machinery/time.ts";
import { chanceOf } from "./chance.ts";
import { EventQueue } from "./event-queue.ts";
import type { Simulation, Wakeup } from "./simulation.ts";

/** What a simulation runs on. */
export interface SimulationDependencies {
  readonly seed: string;
  readonly now: Instant;
  /** The last sequence number given out, from the state. */
  readonly sequence: number;
  /** What is queued already. */
  readonly wakeups: Iterable<Wakeup>;
  /** Looks at one thing; answers with the instant at which to look again. Must not throw. */
  run(owner: string, key: string, at: Instant): Promise<Instant | undefined>;
  /** After each run: what it wrote and queued may be made durable here. */
  afterRun?(): void;
}

/** A simulation whose queue can be persisted: {@link wakeups} after any run is all that is needed to go on elsewhere. */
export interface PersistentSimulation extends Simulation {
  readonly sequence: number;
  wakeups(): Iterable<Wakeup>;
  /** Begins again from a saved queue and time. */
  restore(saved: Pick<SimulationDependencies, "now" | "sequence" | "wakeups">): void;
}

/**
 * How far back catching up goes after a long absence, in milliseconds: what was due earlier runs at this distance from
 * the present, so controllers meet the gap as they would after an outage (CronJob's missed-schedule rule, back-offs).
 */
export const CATCH_UP_HORIZON_MS = 6 * 60 * 60 * 1000;

/** More runs than this at one instant is two controllers that undo each other's work; a defect of ours, better loud than endless. */
const MAX_RUNS_PER_INSTANT = 200_000;

/** The one engine that moves simulated time. Runs are strictly one after another. */
export function createSimulation(dependencies: SimulationDependencies): PersistentSimulation {
  const queue = new EventQueue();
  for (const wakeup of dependencies.wakeups) queue.put(wakeup);
  let now = dependencies.now;
  let sequence = dependencies.sequence;

  const wake = (owner: string, key: string, at: Instant): void => {
    const due = Math.max(Math.ceil(at), now);
    const queued = queue.get(owner, key);
    if (queued !== undefined && queued.at <= due) return;
    queue.put({ at: due, sequence: ++sequence, owner, key });
  };

  const runFirst = async (): Promise<void> => {
    const wakeup = queue.takeFirst()!;
    now = Math.max(now, wakeup.at);
    const again = await dependencies.run(wakeup.owner, wakeup.key, now);
    // An instant that has come already would be run at once and for ever: a reconcile means "later" by it.
    if (again !== undefined) wake(wakeup.owner, wakeup.key, Math.max(again, now + 1));
    dependencies.afterRun?.();
  };

  const runUntil = async (target: Instant): Promise<void> => {
    let runs = 0;
    let instant = now;
    for (let first = queue.first(); first !== undefined && first.at <= target; first = queue.first()) {
      await runFirst();
      runs = now === instant ? runs + 1 : 0;
      instant = now;
      if (runs > MAX_RUNS_PER_INSTANT)
        throw new Error(`the simulation does not settle: ${first.owner} keeps looking at ${first.key}`);
    }
  };

  return {
    get now() {
      return now;
    },
    get sequence() {
      return sequence;
    },
    wake,
    async advanceTo(target) {
      const edge = target - CATCH_UP_HORIZON_MS;
      if (edge > now) now = edge;
      await runUntil(target);
      now = Math.max(now, target);
    },
    settle: () => runUntil(now),
    nextDue: () => queue.first()?.at,
    chance: (purpose) => chanceOf(dependencies.seed, purpose),
    wakeups: () => queue.all(),
    restore(saved) {
      queue.clear();
      for (const wakeup of saved.wakeups) queue.put(wakeup);
      now = saved.now;
      sequence = saved.sequence;
    },
  };
}
