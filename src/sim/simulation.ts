import type { Instant } from "../machinery/time.ts";

/** Something due: who is to look at what, when. `sequence` orders equal instants. */
export interface Wakeup {
  readonly at: Instant;
  readonly sequence: number;
  readonly owner: string;
  readonly key: string;
}

/**
 * Owns time, order and chance. Nothing else reads a clock or rolls dice. A (owner, key) pair is queued at most once:
 * the earlier instant wins, and a reconcile that answers with an instant replaces its own entry.
 */
export interface Simulation {
  readonly now: Instant;
  /** Puts (owner, key) into the queue at `at` (not before now). */
  wake(owner: string, key: string, at: Instant): void;
  /** Runs everything due up to and including `target`, each at its own instant and in order, then sets now = target. */
  advanceTo(target: Instant): Promise<void>;
  /** Runs what is due at the present instant: what the last request caused. */
  settle(): Promise<void>;
  /** The next instant with something due. */
  nextDue(): Instant | undefined;
  /** [0, 1), a pure function of seed and purpose. */
  chance(purpose: string): number;
}
