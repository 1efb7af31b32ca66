import type { Instant } from "../../../machinery/time.ts";
import type { Limits } from "../runtime.ts";
import type { Container } from "./container.ts";
import { failure } from "./errno.ts";
import type { MountInfo } from "./file-nodes.ts";
import {
  INPUT_STEPS,
  MAX_PROCESSES,
  NODE_MEMORY_BYTES,
  SPAWN_MS,
  SPAWN_STEPS,
  STEADY_CALLS,
  STEADY_GRID,
  STEADY_STEPS,
  TOTAL_STEPS,
} from "./limits.ts";
import { PodNetwork } from "./net.ts";
import type { OutsideAnswer, OutsideCall } from "./outside.ts";
import { type ExitStatus, Process, type Program, SIGNALS, type SignalName } from "./process.ts";
import type { Tty } from "./tty.ts";
import type { FileChange } from "./vfs.ts";

/** Why a run stopped. */
export type Stop =
  /** Nothing more up to the limit; the next event is at `next`. */
  | { readonly kind: "idle"; readonly next: Instant | undefined }
  /** A program asks the outside; answer with `Machine.answer`. */
  | { readonly kind: "outside"; readonly process: Process; readonly call: OutsideCall }
  /** The step budget of a look ahead is used up. */
  | { readonly kind: "budget"; readonly next: Instant };

const SILENT = new Set<SignalName>(["CHLD", "CONT", "WINCH", "STOP", "TSTP"]);

/**
 * The simulated kernel under one pod: the processes of all its containers on one queue of events, one network
 * namespace. Deterministic: what happens follows from the inputs and their instants alone, however a run is sliced.
 */
export class Machine {
  clock: Instant;
  nextSequence = 1;
  readonly containers = new Map<string, Container>();
  readonly network = new PodNetwork();
  readonly podIP: string;
  readonly chance: (purpose: string) => number;
  readonly processes = new Set<Process>();
  readonly terminals: Tty[] = [];
  fileChangeCount = 0;
  /** Counts how often a server has changed its mind about what it answers. */
  turns = 0;
  /** What an exec session does to the container beyond its own processes. */
  onSessionSignal: ((target: Process, signal: SignalName, at: Instant) => void) | undefined;
  /** An exec session has made the kernel kill the whole container for want of memory. */
  onSessionOom: ((container: Container, at: Instant) => void) | undefined;
  /** An exec session has written to a descriptor of a process that is not its own (/proc/1/fd/1). */
  onSessionWrite: ((target: Process, fd: number, data: string, at: Instant) => void) | undefined;
  /** An exec session has changed a server of the container through a connection inside the pod. */
  onSessionRequest: ((port: number, data: string, ip: string, at: Instant) => void) | undefined;
  /** The process that runs at this moment, or a server that handles a request. */
  current: Process | undefined;
  /** Called after each change of a file; `session`: the exec session that made it. */
  onFileChange:
    | ((container: Container, change: FileChange, mount: MountInfo, by: Process | undefined) => void)
    | undefined;
  /** Our own mistakes, for tests: the program dies of SIGSEGV. */
  readonly faults: unknown[] = [];

  readonly hostNetwork: boolean;

  constructor(at: Instant, podIP: string, hostNetwork: boolean, chance: (purpose: string) => number) {
    this.clock = at;
    this.podIP = podIP;
    this.hostNetwork = hostNetwork;
    this.chance = chance;
  }

  /** Starts a process; it first runs at its parent's time. Throws EAGAIN where there are too many. */
  spawn(
    container: Container,
    parent: Process | undefined,
    argv: readonly string[],
    program: Program,
    session?: string,
  ): Process {
    if (container.processes.size >= MAX_PROCESSES) throw failure("EAGAIN");
    const process = new Process(this, container, parent, argv, container.takePid());
    process.session = session;
    container.steps += SPAWN_STEPS;
    process.time += SPAWN_MS;
    process.wakeAt = process.time;
    process.run = program(process);
    container.processes.set(process.pid, process);
    this.processes.add(process);
    return process;
  }

  /** Runs everything due up to `limit`. With `steps` it looks ahead: steady containers rest, and it stops after so many. */
  runUntil(limit: Instant, steps?: number): Stop {
    let budget = steps ?? Number.POSITIVE_INFINITY;
    for (;;) {
      if (steps === undefined) for (const container of this.containers.values()) this.skip(container, limit);
      const next = this.next(steps !== undefined);
      if (next === undefined || next.wakeAt > limit) return { kind: "idle", next: next?.wakeAt };
      if (next.outside !== undefined) return { kind: "outside", process: next, call: next.outside };
      if (budget <= 0) return { kind: "budget", next: next.wakeAt };
      const before = next.container.steps;
      this.step(next);
      budget -= next.container.steps - before + 1;
    }
  }

  /** The next instant after `at` at which any process acts by itself; undefined: all wait for input. */
  nextEvent(at: Instant, only?: Container): Instant | undefined {
    let best: Instant | undefined;
    for (const process of this.processes) {
      if (process.wakeAt === Number.POSITIVE_INFINITY || (only !== undefined && process.container !== only)) continue;
      if (process.session === undefined && this.resting(process.container, false)) continue;
      if (best === undefined || process.wakeAt < best) best = process.wakeAt;
    }
    return best === undefined ? undefined : Math.max(best, at);
  }

  /** The process that is due first. */
  private next(ahead: boolean): Process | undefined {
    let best: Process | undefined;
    for (const process of this.processes) {
      if (process.wakeAt === Number.POSITIVE_INFINITY) continue;
      if (process.session === undefined && this.resting(process.container, ahead)) continue;
      if (
        best === undefined ||
        process.wakeAt < best.wakeAt ||
        (process.wakeAt === best.wakeAt && process.sequence < best.sequence)
      )
        best = process;
    }
    return best;
  }

  private resting(container: Container, ahead: boolean): boolean {
    return container.steady !== undefined && (ahead || container.steady.stepsAfter > STEADY_STEPS);
  }

  /** Whether a look at `limit` needs a replay, because a steady container has been skipped to an earlier place. */
  stale(limit: Instant): boolean {
    for (const { steady } of this.containers.values())
      if (steady !== undefined && steady.skipped > 0 && this.grid(steady.at, limit) !== steady.skipped) return true;
    return false;
  }

  private grid(from: Instant, limit: Instant): number {
    return Math.max(0, Math.floor((limit - from) / STEADY_GRID)) * STEADY_GRID;
  }

  private skip(container: Container, limit: Instant): void {
    const { steady } = container;
    if (steady === undefined || steady.skipped > 0) return;
    const by = this.grid(steady.at, limit);
    if (by === 0) return;
    steady.skipped = by;
    steady.stepsAfter = 0;
    for (const process of this.processes) {
      if (process.container !== container || process.session !== undefined) continue;
      if (process.wakeAt === Number.POSITIVE_INFINITY) continue;
      process.wakeAt += by;
      process.time += by;
    }
  }

  private step(process: Process): void {
    const { container } = process;
    process.leaveQueues();
    process.time = Math.max(process.time, process.wakeAt);
    process.wakeAt = Number.POSITIVE_INFINITY;
    this.clock = Math.max(this.clock, process.time);
    const before = container.steps;
    container.steps++;
    this.current = process;
    try {
      if (process.doomed !== undefined) this.finish(process, { code: 0, signal: process.doomed });
      else {
        const result = process.run!.next();
        if (result.done === true) this.finish(process, { code: result.value & 255 });
        else if (process.doomed !== undefined) this.finish(process, { code: 0, signal: process.doomed });
        else process.suspend(result.value);
      }
    } catch (caught) {
      this.crash(process, caught);
    }
    this.current = undefined;
    if (process.session === undefined) this.account(container, container.steps - before, process.time);
    else container.steps = before;
  }

  private crash(process: Process, caught: unknown): void {
    if (process.exit !== undefined) throw caught;
    if (typeof caught === "object" && caught !== null && "errno" in caught) {
      this.finish(process, process.doomed === undefined ? { code: 1 } : { code: 0, signal: process.doomed });
      return;
    }
    if (caught instanceof RangeError && /length|allocation/.test(caught.message)) {
      // More than any string can hold: no node has the memory for it.
      this.useMemory(process, 2 * NODE_MEMORY_BYTES);
      return;
    }
    if (!(caught instanceof RangeError)) this.faults.push(caught);
    this.finish(process, { code: 139 });
  }

  private account(container: Container, steps: number, at: Instant): void {
    if (container.steady !== undefined) {
      container.steady.stepsAfter += steps;
      return;
    }
    const grant = container.stepsAtInput > TOTAL_STEPS ? INPUT_STEPS : STEADY_STEPS;
    if (container.steps - container.stepsAtInput > grant || container.calls - container.callsAtInput > STEADY_CALLS)
      container.steady = { at, skipped: 0, stepsAfter: 0 };
    if (container.steady === undefined) return;
    for (const process of this.processes)
      if (process.container === container) process.spinning = process.wakeAt <= process.time;
  }

  /** An input from outside has reached the container: it may run on. */
  touched(container: Container): void {
    if (this.resting(container, false)) this.bringUp(container);
    container.steady = undefined;
    container.stepsAtInput = container.steps;
    container.callsAtInput = container.calls;
  }

  /** A steady container that was left behind goes on from the present. */
  private bringUp(container: Container): void {
    const mine = [...this.processes].filter(
      (p) => p.container === container && p.session === undefined && p.wakeAt !== Number.POSITIVE_INFINITY,
    );
    const by = this.clock - Math.min(...mine.map((p) => p.wakeAt));
    if (by <= 0) return;
    for (const process of mine) {
      process.wakeAt += by;
      process.time += by;
    }
  }

  /** Hands over the answer to an outside call. */
  answer(process: Process, answer: OutsideAnswer): void {
    process.outside = undefined;
    process.answer = answer;
    process.wakeAt = process.time + answer.ms;
    if (process.session === undefined) {
      process.container.calls++;
      this.account(process.container, 0, process.time);
    }
  }

  /** Ends a process: its files close, its children become init's, whoever waits looks again. */
  finish(process: Process, status: ExitStatus): void {
    if (process.exit !== undefined) return;
    process.exit = status;
    process.wakeAt = Number.POSITIVE_INFINITY;
    process.leaveQueues();
    this.processes.delete(process);
    const { container } = process;
    container.processes.delete(process.pid);
    try {
      process.run?.return(0);
    } catch {
      // The generator is the one that is running (it ended itself), or its clean-up failed; either way it is over.
    }
    process.closeAll();
    this.network.release(process);
    for (const child of process.children) child.parent = container.main;
    process.ended.wake(process.time);
    process.parent?.childEnded.wake(process.time);
    if (process.parent?.handlers.get("CHLD") === "catch") this.signal(process.parent, "CHLD", process.time);
    if (container.main === process) this.endContainer(container, process.time, status);
  }

  /** Ends a container with its main process. */
  endContainer(container: Container, at: Instant, status: ExitStatus, reason?: "OOMKilled"): void {
    if (container.exit !== undefined) return;
    const number = status.signal === undefined ? undefined : SIGNALS[status.signal];
    const exitCode = number === undefined ? status.code : 128 + number;
    container.exit = {
      at,
      exitCode,
      ...(number === undefined ? {} : { signal: number }),
      reason: reason ?? (exitCode === 0 ? "Completed" : "Error"),
    };
    for (const other of [...this.processes])
      if (other.container === container && other.exit === undefined) {
        other.time = Math.max(other.time, at);
        this.finish(other, { code: 0, signal: "KILL" });
      }
    container.log.flush(at);
  }

  /**
   * Raises a signal. A pid 1 only gets what it handles, unless the signal is SIGKILL from outside its namespace.
   * False where it was ignored.
   */
  signal(target: Process, signal: SignalName, at: Instant, outside = false): boolean {
    if (target.exit !== undefined) return false;
    const how = target.handlers.get(signal);
    const isInit = target.pid === 1;
    if (signal === "KILL" && (!isInit || outside)) {
      target.doomed = "KILL";
      target.time = Math.max(target.time, at);
      target.outside = undefined;
      target.awake(at);
      return true;
    }
    if (how === "ignore" || (how === undefined && (isInit || SILENT.has(signal)))) return false;
    if (how === "catch") target.pending.push(signal);
    else {
      target.doomed = signal;
      target.outside = undefined;
    }
    target.awake(Math.max(target.time, at));
    return true;
  }

  /** Differs once a container's server has logged, written or changed its mind. */
  mark(container: Container): string {
    return `${container.log.written(Number.POSITIVE_INFINITY)}/${this.fileChangeCount}/${this.turns}/${this.processes.size}`;
  }

  /** Sets what a process holds in memory; beyond the container's limit the kernel kills the container. */
  useMemory(process: Process, bytes: number): void {
    process.memory = bytes;
    const { container } = process;
    if (this.memoryOf(container) <= Math.min(container.memoryLimit ?? NODE_MEMORY_BYTES, NODE_MEMORY_BYTES)) return;
    if (process.session !== undefined) this.onSessionOom?.(container, process.time);
    this.outOfMemory(container, process.time);
  }

  /** Other limits for a container that runs. */
  limit(container: Container, { memoryLimit, cpuLimit }: Limits, at: Instant): void {
    container.memoryLimit = memoryLimit;
    container.cpuLimit = cpuLimit;
    if (memoryLimit !== undefined && this.memoryOf(container) > memoryLimit) this.outOfMemory(container, at);
  }

  /** The kernel kills a container as a whole: its control group is one unit (memory.oom.group). */
  outOfMemory(container: Container, at: Instant): void {
    this.endContainer(container, at, { code: 137, signal: "KILL" }, "OOMKilled");
  }

  /** A file has changed: whoever follows files looks again. */
  fileChanged(container: Container, change: FileChange, mount: MountInfo): void {
    this.fileChangeCount++;
    for (const other of this.containers.values()) other.fileChanges.wake(this.current?.time ?? this.clock);
    this.onFileChange?.(container, change, mount, this.current);
  }

  /** The terminal that a process reads from. */
  terminalOf(process: Process): Tty | undefined {
    const file = process.files.get(0);
    return file?.kind === "tty" ? this.terminals.find((tty) => tty.readable === file.readable) : undefined;
  }

  memoryOf(container: Container): number {
    let sum = 0;
    for (const process of this.processes) if (process.container === container) sum += process.memory;
    return sum;
  }
}
