import type { Backlog, ChannelSet } from "../../client/transport.ts";
import type { Instant } from "../../machinery/time.ts";
import { digestOf } from "../images/names.ts";
import { credentials, environmentOf } from "./boot.ts";
import type { RuntimeHost } from "./host.ts";
import { outlookOf } from "./journal.ts";
import { bytesOf, fromBytes, rawOf, toBytes } from "./machine/bytes.ts";
import type { Container } from "./machine/container.ts";
import { strerror } from "./machine/errno.ts";
import { type LaunchFailure, launch } from "./machine/launch.ts";
import type { Machine } from "./machine/machine.ts";
import { nullFile, type OpenFile, Pipe, WaitQueue } from "./machine/open-file.ts";
import { type Process, statusCode } from "./machine/process.ts";
import { Tty } from "./machine/tty.ts";
import type { FileChange } from "./machine/vfs.ts";
import type { PodRun } from "./pod.ts";
import type { ProbeResult } from "./runtime.ts";
import { compact } from "./volumes.ts";

/** A command that runs beside a container's program; its effects on files and processes are put into the journal. */
interface Session {
  readonly name: string;
  readonly run: PodRun;
  readonly machine: Machine;
  readonly container: Container;
  readonly process: Process;
  effects: number;
  tty: Tty | undefined;
  /** Journals what has been gathered; with `at`: unless more of it may follow soon. */
  flush(at?: Instant): void;
}

const MERGE_MS = 250;

function begin(
  run: PodRun,
  machine: Machine,
  container: Container,
  at: Instant,
  argv: readonly string[],
  tty: boolean,
): Session | LaunchFailure {
  const booted = run.booted.get(container.spec.id)!;
  const environment = environmentOf(container.spec, booted.config);
  if (tty) environment.set("TERM", "xterm");
  const who = credentials(container.spec, booted.config, container.fs);
  const cwd = container.spec.workingDir ?? booted.config.workingDir ?? "/";
  const found = launch(container, argv, { cwd, who, path: environment.get("PATH") ?? "" });
  if (!("program" in found)) return found;
  machine.clock = Math.max(machine.clock, at);
  const name = `${container.spec.id}/${machine.nextSequence}`;
  const process = machine.spawn(container, undefined, found.argv, found.program, name);
  process.time = at;
  process.wakeAt = at;
  process.env = environment;
  process.who = who;
  process.cwd = container.fs.peek(cwd)?.type === "dir" ? container.fs.find(cwd).path : "/";
  run.sessions++;
  return watchEffects({ name, run, machine, container, process, effects: 0, tty: undefined, flush: () => {} });
}

/** Journals what the session's processes do to the container's files and to processes that are not theirs. */
function watchEffects(session: Session): Session {
  const { run, name } = session;
  let batch: { at: Instant; id: string; changes: FileChange[] } | undefined;
  const flush = (now?: Instant): void => {
    if (batch === undefined || (now !== undefined && now - batch.at <= MERGE_MS)) return;
    const { at, id, changes } = batch;
    batch = undefined;
    session.effects++;
    run.note({ k: "files", at, id, changes: compact(changes) });
  };
  run.watchers.set(name, {
    file: (container, change, at) => {
      const { id } = container.spec;
      if (batch !== undefined && (batch.id !== id || at - batch.at > MERGE_MS)) flush();
      batch ??= { at, id, changes: [] };
      batch.changes.push(change);
    },
    signal: (target, signal, at) => {
      flush();
      session.effects++;
      run.note({ k: "signal", at, id: target.container.spec.id, pid: target.pid, signal, outside: false });
    },
    write: (target, fd, data, at) => {
      flush();
      session.effects++;
      run.note({ k: "write", at, id: target.container.spec.id, pid: target.pid, fd, data });
    },
    request: (port, data, ip, at) => {
      flush();
      session.effects++;
      run.note({ k: "tcp", at, port, data, ip });
    },
    oom: (container, at) => {
      flush();
      session.effects++;
      run.note({ k: "oom", at, id: container.spec.id });
    },
  });
  return Object.assign(session, { flush });
}

/** Ends what is left of a session. */
async function end(host: RuntimeHost, session: Session, at: Instant): Promise<void> {
  const { machine, run, name, container } = session;
  session.flush();
  for (const process of [...machine.processes])
    if (process.session === name) machine.finish(process, { code: 0, signal: "HUP" });
  session.flush();
  run.watchers.delete(name);
  const left = machine.terminals.filter((tty) => tty !== session.tty);
  machine.terminals.splice(0, machine.terminals.length, ...left);
  run.sessions--;
  if (session.effects === 0) return;
  if (run.sessions === 0) run.drop();
  await run.outlook(at);
  const { podUid: uid, namespace, podName, nodeName } = container.spec;
  host.deps.changed?.({ uid, namespace, name: podName, nodeName });
}

function refusal(
  container: Container,
  name: string,
  failure: LaunchFailure,
  at: Instant,
): { exitCode: number; error: string } {
  const missing = failure.errno === "ENOENT" || failure.errno === "ENOTDIR";
  const why = missing
    ? name.includes("/")
      ? `exec: "${name}": stat ${name}: no such file or directory`
      : `exec: "${name}": executable file not found in $PATH`
    : failure.errno === "ENOEXEC"
      ? `exec ${name}: exec format error`
      : `exec: "${name}": ${strerror(failure.errno).toLowerCase()}`;
  const id = digestOf(`${container.spec.id}/exec/${at}`).slice(7);
  return {
    exitCode: missing ? 127 : 126,
    error: `failed to exec in container: failed to start exec "${id}": OCI runtime exec failed: exec failed: unable to start container process: ${why}: unknown`,
  };
}

/** Where a session's output goes, as far as whoever reads it keeps up. */
interface Outlet {
  /** Whether a write must wait; arranges that the writers look again when there is room. */
  blocked(): boolean;
  readonly writable: WaitQueue;
}

/** Makes the outlet of a client; `later` runs what must happen in the session's own time. */
function outletOf({ backlog }: ChannelSet, later: (work: (at: Instant) => void) => void): Outlet {
  const writable = new WaitQueue();
  let asked = false;
  return {
    writable,
    blocked() {
      if (backlog?.full !== true) return false;
      if (!asked)
        backlog.onRoom(() => {
          asked = false;
          later((at) => writable.wake(at));
        });
      asked = true;
      return true;
    },
  };
}

/** A file that hands everything written to it to a function. */
function sink(outlet: Outlet, write: (data: string) => void): OpenFile {
  return {
    kind: "pipe",
    refs: 0,
    writable: outlet.writable,
    take: () => "",
    put: (data) => {
      if (outlet.blocked()) return 0;
      write(data);
      return data.length;
    },
    close: () => {},
  };
}

interface Input {
  write(data: string, at: Instant): void;
  /** Bytes that were written and that no process has read. */
  readonly waiting: number;
  close(at: Instant): void;
}

/** Gives a session's process its three files, and answers how to type into it. */
function connect(
  session: Session,
  options: { tty: boolean; stdin: boolean },
  channels: ChannelSet,
  later: (work: (at: Instant) => void) => void,
): Input | undefined {
  const { process, machine } = session;
  const outlet = outletOf(channels, later);
  if (options.tty) {
    const tty = new Tty(machine, (data) => channels.stdout(rawOf(data)), outlet);
    session.tty = tty;
    tty.foreground = process.group;
    machine.terminals.push(tty);
    const file = tty.file();
    for (const fd of [0, 1, 2]) process.attach(fd, file);
    return options.stdin
      ? { write: (data, at) => tty.type(data, at), waiting: 0, close: (at) => tty.hangUp(at) }
      : undefined;
  }
  process.attach(
    1,
    sink(outlet, (data) => channels.stdout(rawOf(data))),
  );
  process.attach(
    2,
    sink(outlet, (data) => channels.stderr(rawOf(data))),
  );
  if (!options.stdin) {
    process.attach(0, nullFile("null"));
    return undefined;
  }
  const pipe = new Pipe();
  const [reader] = pipe.ends();
  process.attach(0, reader);
  return {
    write: (data, at) => {
      pipe.buffer += data;
      pipe.readable.wake(at);
    },
    get waiting() {
      return pipe.buffer.length;
    },
    close: (at) => {
      pipe.writers = 0;
      pipe.readable.wake(at);
    },
  };
}

/** A promise that someone else resolves, again and again. */
export function doorbell(): { ring(): void; wait(): Promise<void> } {
  let resolve: (() => void) | undefined;
  let rung = false;
  return {
    ring() {
      rung = true;
      resolve?.();
    },
    async wait() {
      if (!rung)
        await new Promise<void>((done) => {
          resolve = done;
        });
      rung = false;
      resolve = undefined;
    },
  };
}

/** pods/exec. */
export async function exec(
  host: RuntimeHost,
  id: string,
  command: readonly string[],
  options: { tty: boolean; stdin: boolean },
  channels: ChannelSet,
): Promise<{ exitCode: number; error?: string }> {
  const bell = doorbell();
  const later = (work: (at: Instant) => void): void => {
    work(host.deps.now());
    bell.ring();
  };
  const opened = await host.exclusive(async () => {
    const session = await open(host, id, command, host.deps.now(), options.tty);
    return "error" in session ? session : { session, input: connect(session, options, channels, later) };
  });
  if ("error" in opened) return opened;
  const { session, input } = opened;
  const read = doorbell();
  if (input !== undefined && channels.stdin !== undefined) void pump(host, channels.stdin, input, bell.ring, read);
  else input?.close(host.deps.now());
  channels.signal.addEventListener("abort", bell.ring, { once: true });
  try {
    await follow(host, session, channels.signal, bell, read);
  } finally {
    read.ring();
    await host.exclusive(() => end(host, session, host.deps.now()));
  }
  const { exit } = session.process;
  return { exitCode: exit === undefined ? 137 : statusCode(exit) };
}

/** Starts a command in a container; the answer says why where it cannot. */
async function open(
  host: RuntimeHost,
  id: string,
  command: readonly string[],
  at: Instant,
  tty: boolean,
): Promise<Session | { exitCode: number; error: string }> {
  const run = host.podOf(id);
  const machine = await run?.at(at, true);
  const container = run?.container(id);
  if (run === undefined || machine === undefined || container === undefined || container.exit !== undefined)
    return {
      exitCode: 1,
      error: `failed to exec in container: failed to load task: no running task found: task ${id} not found`,
    };
  const session = begin(run, machine, container, at, command.map(toBytes), tty);
  return "errno" in session ? refusal(container, command[0] ?? "", session, at) : session;
}

/** So much input may wait for a process that does not read. */
const MOST_INPUT_BYTES = 1024 * 1024;

async function pump(
  host: RuntimeHost,
  stdin: AsyncIterable<Uint8Array>,
  input: Input,
  ring: () => void,
  read: ReturnType<typeof doorbell>,
): Promise<void> {
  try {
    for await (const chunk of stdin) {
      input.write(bytesOf(chunk), host.deps.now());
      ring();
      if (input.waiting > MOST_INPUT_BYTES) await read.wait();
    }
  } catch {
    // A client that goes away in the middle ends its input.
  }
  input.close(host.deps.now());
  ring();
}

/** Runs a session in live time until its process ends or its client goes away. */
async function follow(
  host: RuntimeHost,
  session: Session,
  signal: AbortSignal,
  bell: ReturnType<typeof doorbell>,
  read: ReturnType<typeof doorbell>,
): Promise<void> {
  const { run, machine, process } = session;
  while (process.exit === undefined && !signal.aborted) {
    const now = host.deps.now();
    await host.exclusive(async () => {
      await run.advance(now);
      session.flush(now);
    });
    read.ring();
    if (process.exit !== undefined || outlookOf(host.deps.store, session.container.spec.id) === undefined) return;
    const next = machine.nextEvent(now);
    const waits: Promise<void>[] = [bell.wait()];
    if (next !== undefined) waits.push(host.deps.sleep(Math.min(1000, Math.max(1, next - now))));
    await Promise.race(waits);
  }
}

/** An exec probe or hook: runs to its end in simulated time. */
export async function probe(
  host: RuntimeHost,
  id: string,
  command: readonly string[],
  at: Instant,
): Promise<ProbeResult & { exitCode: number }> {
  const session = await open(host, id, command, at, false);
  if ("error" in session)
    return { success: false, exitCode: session.exitCode, output: `rpc error: code = Unknown desc = ${session.error}` };
  const { run, machine } = session;
  let output = "";
  const collect = (chunk: Uint8Array): void => {
    if (output.length < 10_240) output += bytesOf(chunk);
  };
  const signal = new AbortController().signal;
  connect(session, { tty: false, stdin: false }, { stdout: collect, stderr: collect, signal }, () => {});
  let limit = at;
  while (session.process.exit === undefined && limit <= at + LONGEST_PROBE_MS) {
    await run.advance(limit);
    const next = machine.nextEvent(limit);
    if (next === undefined) break;
    limit = Math.max(limit + 1, next);
  }
  const { exit } = session.process;
  const ended = exit === undefined ? at + LONGEST_PROBE_MS : session.process.time;
  await end(host, session, at);
  const exitCode = exit === undefined ? 137 : statusCode(exit);
  return {
    success: exitCode === 0,
    exitCode,
    output: fromBytes(output.slice(0, 10_240)),
    durationMs: ended - at,
  };
}

const LONGEST_PROBE_MS = 120_000;
/** An attach that comes so soon after the start sees the output from the start, as it does on a real node. */
const FRESH_MS = 5_000;

/** Waits until whoever reads an output keeps up. */
export async function room(backlog: Backlog | undefined): Promise<void> {
  if (backlog?.full === true) await new Promise<void>((resolve) => backlog.onRoom(resolve));
}

/** pods/attach. */
export async function attach(
  host: RuntimeHost,
  id: string,
  options: { tty: boolean; stdin: boolean },
  channels: ChannelSet,
): Promise<void> {
  const run = host.podOf(id);
  if (run === undefined) return;
  const { deps } = host;
  await host.exclusive(() => run.at(deps.now()));
  let container = run.container(id);
  if (container === undefined) return;
  const { spec } = container;
  const bell = doorbell();
  let from = deps.now() - container.startedAt < FRESH_MS ? 0 : container.log.written(deps.now());
  const queue: (string | undefined)[] = [];
  if (options.stdin && spec.stdin && channels.stdin !== undefined) void collect(channels.stdin, queue, bell.ring);
  channels.signal.addEventListener("abort", bell.ring, { once: true });
  while (!channels.signal.aborted) {
    await host.exclusive(() => takeTyped(host, run, id, queue, spec.stdinOnce === true));
    const now = deps.now();
    const machine = await host.exclusive(() => run.at(now));
    container = run.container(id);
    if (container === undefined) return;
    for (const chunk of container.log.since(from, now)) {
      from += chunk.data.length;
      (chunk.stream === "stdout" ? channels.stdout : channels.stderr)(rawOf(chunk.data));
      await room(channels.backlog);
    }
    if (container.exit !== undefined && container.exit.at <= now) break;
    const next = machine.nextEvent(now) ?? (container.exit?.at as number | undefined);
    const waits = [bell.wait()];
    if (next !== undefined) waits.push(deps.sleep(Math.min(1000, Math.max(1, next - now))));
    if (queue.length === 0) await Promise.race(waits);
  }
  await host.exclusive(() => run.outlook(deps.now()));
  deps.changed?.({ uid: spec.podUid, namespace: spec.namespace, name: spec.podName, nodeName: spec.nodeName });
}

async function collect(
  stdin: AsyncIterable<Uint8Array>,
  queue: (string | undefined)[],
  ring: () => void,
): Promise<void> {
  try {
    for await (const chunk of stdin) {
      queue.push(bytesOf(chunk));
      ring();
    }
  } catch {
    // As above.
  }
  queue.push(undefined);
  ring();
}

async function takeTyped(
  host: RuntimeHost,
  run: PodRun,
  id: string,
  queue: (string | undefined)[],
  once: boolean,
): Promise<void> {
  while (queue.length > 0) {
    const data = queue.shift();
    const at = host.deps.now();
    if (data !== undefined) await run.input({ k: "stdin", at, id, data });
    else if (once) await run.input({ k: "eof", at, id });
  }
}
