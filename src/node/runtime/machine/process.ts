import type { Instant } from "../../../machinery/time.ts";
import type { Container } from "./container.ts";
import { failure } from "./errno.ts";
import { allowed, type Credentials, lengthOf, type Node } from "./file-nodes.ts";
import { BYTES_PER_STEP, SLICE_STEPS, STEP_MS } from "./limits.ts";
import type { Machine } from "./machine.ts";
import { type OpenFile, regularFile, WaitQueue } from "./open-file.ts";
import type { OutsideAnswer, OutsideCall } from "./outside.ts";

/** Why a process gives way. It looks again at `until`, or when one of the queues wakes it, or when the outside answers. */
export interface Block {
  readonly until?: Instant;
  readonly queues?: readonly (WaitQueue | undefined)[];
  readonly outside?: OutsideCall;
}

/** A running coroutine: yields where it blocks, returns at its end. */
export type Run<T = number> = Generator<Block, T, void>;

/** A program that is over at once. */
export function ended(code: number): Run {
  const none: Iterator<Block, number> = { next: () => ({ done: true, value: code }) };
  return Object.assign(none, { [Symbol.iterator]: () => none }) as unknown as Run;
}

/** What an executable does: returns the exit code. */
export type Program = (process: Process) => Run;

export type SignalName =
  | "HUP"
  | "INT"
  | "QUIT"
  | "KILL"
  | "USR1"
  | "USR2"
  | "PIPE"
  | "ALRM"
  | "TERM"
  | "CHLD"
  | "CONT"
  | "STOP"
  | "TSTP"
  | "WINCH";

export const SIGNALS: Readonly<Record<SignalName, number>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  KILL: 9,
  USR1: 10,
  SEGV: 11,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  CHLD: 17,
  CONT: 18,
  STOP: 19,
  TSTP: 20,
  WINCH: 28,
} as Record<SignalName, number>;

/** How a process ended: by exit code, or by a signal. */
export interface ExitStatus {
  readonly code: number;
  readonly signal?: SignalName;
}

/** What the shell sees as $?. */
export function statusCode(status: ExitStatus): number {
  return status.signal === undefined ? status.code : 128 + SIGNALS[status.signal];
}

/** Where bytes cost work: files of zeros do not. */
const metered = new Set<OpenFile["kind"]>(["pipe", "log", "tty"]);

const FOREVER = Number.POSITIVE_INFINITY;

/** A process on the simulated kernel. `time` is its own clock: processes compute side by side. */
export class Process {
  readonly pid: number;
  readonly sequence: number;
  readonly machine: Machine;
  readonly container: Container;
  parent: Process | undefined;
  readonly children = new Set<Process>();
  argv: readonly string[];
  /** The program's name as ps and /proc/PID/comm show it. */
  comm: string;
  env: Map<string, string>;
  cwd: string;
  who: Credentials;
  umask = 0o022;
  readonly files = new Map<number, OpenFile>();
  /** Process group, for ^C on a terminal. */
  group: number;
  time: Instant;
  readonly startedAt: Instant;
  wakeAt: Instant = FOREVER;
  readonly handlers = new Map<SignalName, "ignore" | "catch">();
  readonly pending: SignalName[] = [];
  /** Set by a signal whose default action is the end; carried out when the process next gives way. */
  doomed: SignalName | undefined;
  exit: ExitStatus | undefined;
  readonly ended = new WaitQueue();
  readonly childEnded = new WaitQueue();
  outside: OutsideCall | undefined;
  answer: OutsideAnswer | undefined;
  /** The exec session it belongs to: its effects are recorded, the process itself is not replayed. */
  session: string | undefined;
  /** Resident memory in bytes, CPU in millicores. */
  memory = 600 << 10;
  milliCpu = 0;
  /** CPU that a server spends on one request, in milliseconds; undefined: a usual amount. */
  requestMs: number | undefined;
  /** It was computing, not waiting, when its container came to a steady rhythm. */
  spinning = false;
  private queues: readonly (WaitQueue | undefined)[] = [];
  private slice = 0;
  run: Run | undefined;

  constructor(
    machine: Machine,
    container: Container,
    parent: Process | undefined,
    argv: readonly string[],
    pid: number,
  ) {
    this.machine = machine;
    this.container = container;
    this.parent = parent;
    this.argv = argv;
    this.comm = (argv[0] ?? "").split("/").pop()!.slice(0, 15);
    this.pid = pid;
    this.sequence = machine.nextSequence++;
    this.group = parent?.group ?? pid;
    // Shared until someone puts another map in its place: nobody changes an environment that others see.
    this.env = parent?.env ?? new Map();
    this.cwd = parent?.cwd ?? "/";
    this.who = parent?.who ?? { uid: 0, gid: 0, groups: [0] };
    this.umask = parent?.umask ?? 0o022;
    this.session = parent?.session;
    this.time = parent?.time ?? machine.clock;
    this.startedAt = this.time;
    if (parent !== undefined) {
      parent.children.add(this);
      for (const [signal, how] of parent.handlers) if (how === "ignore") this.handlers.set(signal, how);
      for (const [fd, file] of parent.files) this.attach(fd, file);
    }
  }

  /** Counts work. True: the slice is used up, so `yield pause`. */
  tick(steps = 1): boolean {
    this.container.steps += steps;
    this.time += steps * STEP_MS;
    this.slice += steps;
    return this.slice >= SLICE_STEPS;
  }

  /** Gives way to others without waiting. */
  *pause(): Run<void> {
    yield { until: this.time };
  }

  /** For the scheduler: what the process waits for from now on. */
  suspend(block: Block): void {
    this.slice = 0;
    this.wakeAt = block.until === undefined ? FOREVER : Math.max(block.until, this.time);
    this.outside = block.outside;
    if (block.outside !== undefined) this.wakeAt = this.time;
    this.queues = block.queues ?? [];
    for (const queue of this.queues) queue?.waiting.add(this);
  }

  /** Lets a suspended process look again. */
  awake(at: Instant): void {
    if (this.outside !== undefined) return;
    for (const queue of this.queues) queue?.waiting.delete(this);
    this.queues = [];
    this.wakeAt = Math.min(this.wakeAt, Math.max(at, this.time));
  }

  /** Leaves all queues: before it runs, and at its end. */
  leaveQueues(): void {
    for (const queue of this.queues) queue?.waiting.delete(this);
    this.queues = [];
  }

  /** Sleeps; false where a caught signal ended it early. */
  *sleep(ms: number): Run<boolean> {
    const end = this.time + ms;
    while (this.time < end) {
      if (this.pending.length > 0) return false;
      yield { until: end };
    }
    return true;
  }

  /** Points a descriptor at an open file (dup2). */
  attach(fd: number, file: OpenFile): void {
    if (this.files.get(fd) === file) return;
    this.close(fd);
    file.refs++;
    this.files.set(fd, file);
  }

  close(fd: number): void {
    const file = this.files.get(fd);
    if (file === undefined) return;
    this.files.delete(fd);
    if (--file.refs === 0) file.close(this.time);
  }

  closeAll(): void {
    for (const fd of [...this.files.keys()]) this.close(fd);
  }

  /** read(2), or the next line with its newline. "" at the end of the file. Throws EINTR where a caught signal came. */
  *read(fd: number, max = 1 << 16, line = false): Run<string> {
    const file = this.files.get(fd);
    if (file === undefined) throw failure("EBADF");
    if (file.call !== undefined) file.receive?.(yield* this.ask(file.call));
    for (;;) {
      const data = file.take(max, this, line);
      if (data !== undefined) {
        if (file.kind === "pipe") this.tick(data.length >> BYTES_PER_STEP);
        return data;
      }
      if (this.pending.length > 0) throw failure("EINTR");
      yield { queues: [file.readable] };
    }
  }

  readLine(fd: number): Run<string> {
    return this.read(fd, 1 << 20, true);
  }

  /** Everything up to the end of the file, at most `max` bytes. */
  *readAll(fd: number, max = 8 << 20): Run<string> {
    let all = "";
    while (all.length < max) {
      const data = yield* this.read(fd, max - all.length);
      if (data === "") break;
      all += data;
    }
    return all;
  }

  /** write(2) of all of it. EPIPE also raises SIGPIPE. */
  *write(fd: number, data: string): Run<void> {
    const file = this.files.get(fd);
    if (file === undefined) throw failure("EBADF");
    let rest = data;
    while (rest !== "") {
      let done: number;
      try {
        done = file.put(rest, this);
      } catch (caught) {
        if ((caught as { errno?: string }).errno === "EPIPE") yield* this.brokenPipe();
        throw caught;
      }
      if (done === 0) yield { queues: [file.writable] };
      else if (this.tick(metered.has(file.kind) ? done >> BYTES_PER_STEP : 1)) yield* this.pause();
      if (done > 0) rest = done >= rest.length ? "" : rest.slice(done);
    }
  }

  private *brokenPipe(): Run<void> {
    this.machine.signal(this, "PIPE", this.time);
    yield* this.pause();
  }

  /** Opens a path as open(2) does and answers the open file. */
  open(path: string, mode: "r" | "w" | "a" | "rw", permissions = 0o666): OpenFile {
    const { fs } = this.container;
    const found = fs.find(path, this.cwd, this.who);
    const node = found.node;
    if (node?.type === "device") return this.container.openDevice(node, this);
    if (mode === "r") {
      if (node === undefined) throw failure("ENOENT");
      if (!allowed(node, 4, this.who)) throw failure("EACCES");
      if (node.type === "dir")
        return {
          kind: "dir",
          refs: 0,
          path: found.path,
          take: () => {
            throw failure("EISDIR");
          },
          put: () => {
            throw failure("EBADF");
          },
          close: () => {},
        };
      if (node.type !== "file") throw failure("ENOENT");
      return regularFile(fs, found, node, { read: true, write: false, append: false });
    }
    const file = fs.create(path, this.cwd, this.who, permissions & ~this.umask);
    const at = fs.find(path, this.cwd, this.who);
    if (mode === "w" && lengthOf(file) > 0) fs.setContent(file, "", at);
    return regularFile(fs, at, file, { read: mode === "rw", write: true, append: mode === "a" });
  }

  /** The node at a path as this process sees it; throws as stat(2) fails. */
  stat(path: string, follow = true): Node {
    return this.container.fs.get(path, this.cwd, this.who, follow);
  }

  /** A file's bytes as this process may read them. */
  *slurp(path: string): Run<string> {
    const file = this.open(path, "r");
    if (file.call !== undefined) file.receive?.(yield* this.ask(file.call));
    let all = "";
    for (;;) {
      const data = file.take(1 << 20, this, false);
      if (data === undefined) yield { queues: [file.readable] };
      else if (data === "" || all.length > 8 << 20) return all;
      else all += data;
      if (file.kind === "zero") return all;
    }
  }

  /** A child that runs `program` with copies of this process's descriptors, environment and directory. */
  fork(program: Program, argv: readonly string[] = this.argv, session: string | undefined = this.session): Process {
    return this.machine.spawn(this.container, this, argv, program, session);
  }

  /** Waits for a child's end. Undefined where a caught signal came first. */
  *wait(child: Process, interruptible = false): Run<ExitStatus | undefined> {
    while (child.exit === undefined) {
      if (interruptible && this.pending.length > 0) return undefined;
      yield { queues: [child.ended] };
    }
    this.children.delete(child);
    return child.exit;
  }

  /** Asks the world outside the pod and waits for the answer. */
  *ask(call: OutsideCall): Run<OutsideAnswer> {
    this.answer = undefined;
    while (this.answer === undefined) yield { outside: call };
    const answer = this.answer as OutsideAnswer;
    this.answer = undefined;
    return answer;
  }
}
