import type { Instant } from "../../machinery/time.ts";
import type { ClusterNetwork, NetworkSource } from "../network/network.ts";
import { type Booted, boot } from "./boot.ts";
import type { ImageSource } from "./images.ts";
import { type Input, Journal, type Outlook, type RuntimeStore, type SteadyUse } from "./journal.ts";
import type { Container } from "./machine/container.ts";
import { LOOK_AHEAD_STEPS, STEADY_CALLS, STEP_MS } from "./machine/limits.ts";
import { Machine } from "./machine/machine.ts";
import type { HttpReply, NetworkCall, OutsideAnswer, OutsideCall } from "./machine/outside.ts";
import type { Process, SignalName } from "./machine/process.ts";
import type { FileChange } from "./machine/vfs.ts";
import { nodeSystem } from "./node-disk.ts";
import { type RootfsSources, refillMount, terminationMessage } from "./rootfs.ts";
import type { ContainerSpec, DiskUsage, ServerLoad, TokenSource } from "./runtime.ts";
import { deliverHttp, deliverTcp } from "./serve.ts";
import { PodVolumes, synchronise } from "./volumes.ts";

const KEPT_ANSWERS = 200;

/** How far back requests count as present load, in milliseconds. */
const RECENT_MS = 30_000;

/** What the pods of one runtime share. */
export interface PodContext {
  readonly store: RuntimeStore;
  readonly network: ClusterNetwork;
  readonly images: ImageSource;
  chance(purpose: string): number;
  token(source: TokenSource): Promise<string>;
  /** A node's own files by path. */
  /** Before nodeFiles. */
  loadNode(node: string): Promise<void>;
  nodeFiles(node: string): Readonly<Record<string, string>>;
  /** Something was written to a node's disk. */
  nodeChanged(node: string): void;
}

/** Hears what a session's processes do beyond themselves. */
export interface SessionWatcher {
  file(container: Container, change: FileChange, at: Instant): void;
  signal(target: Process, signal: SignalName, at: Instant): void;
  write(target: Process, fd: number, data: string, at: Instant): void;
  oom(container: Container, at: Instant): void;
  request(port: number, data: string, ip: string, at: Instant): void;
}

/**
 * One pod's machine together with its journal. The machine is a cache: it is built by replaying the journal, thrown
 * away when an input comes for an instant it has already passed, and the same however often that happens.
 */
export class PodRun {
  readonly journal: Journal;
  readonly uid: string;
  private readonly context: PodContext;
  private machine: Machine | undefined;
  private volumes: PodVolumes;
  readonly booted = new Map<string, Booted>();
  /** How many inputs each container has had: numbers the answers that it gets from outside. */
  private readonly epochs = new Map<string, number>();
  /** Since when each container runs without an input, and how often it has called whom meanwhile. */
  private readonly calls = new Map<string, { readonly since: Instant; readonly counts: Map<string, number> }>();
  /** The answers of the last seconds to containers in a steady rhythm. */
  private readonly repeated = new Map<string, OutsideAnswer>();
  /** The inputs that the machine has taken so far. */
  private taken = 0;
  /** How many calls are at work on it: more than one only where a pod's call comes back to itself. */
  private busy = 0;
  /** The latest instant of anything that the machine has run. */
  private reached: Instant = Number.NEGATIVE_INFINITY;
  /** The machine has looked ahead, so it may be beyond what will be. */
  private ahead = false;
  /** Who records the effects of each live session. */
  readonly watchers = new Map<string, SessionWatcher>();
  /** Live exec sessions keep their machine: it must not be rebuilt under them. */
  sessions = 0;

  constructor(uid: string, context: PodContext) {
    this.uid = uid;
    this.context = context;
    this.journal = new Journal(context.store, uid);
    this.volumes = this.newVolumes();
  }

  private newVolumes(): PodVolumes {
    return new PodVolumes(
      () => this.time(),
      (node) => this.context.nodeFiles(node),
    );
  }

  private time(): Instant {
    return this.machine?.current?.time ?? this.machine?.clock ?? 0;
  }

  /** The machine, run up to `at` with everything that has come in. */
  async at(at: Instant, forInput = false): Promise<Machine> {
    if (this.busy === 0) {
      this.catchUp();
      const beyond = forInput && this.reached > at;
      if (this.machine !== undefined && this.sessions === 0 && (beyond || this.machine.stale(at))) this.drop();
    }
    this.busy++;
    try {
      if (this.busy === 1) await this.load();
      await this.advance(at);
      if (this.volumes.lasting.length > 0)
        for (const input of synchronise(this.context, this.uid, this.volumes, at)) {
          this.journal.add(input);
          await this.take(input);
        }
    } finally {
      this.busy--;
    }
    return this.machine!;
  }

  /** Sees what another process has recorded meanwhile. */
  private catchUp(): void {
    const before = this.journal.inputs.length;
    const how = this.journal.refresh();
    if (how === "same") return;
    const late = how === "changed" || this.journal.inputs.slice(before).some((input) => input.at < this.reached);
    if (late && this.sessions === 0) this.drop();
    else if (how === "changed") this.taken = this.journal.inputs.length;
  }

  /** Throws the machine away; the next look replays. */
  drop(): void {
    this.machine = undefined;
    this.booted.clear();
    this.epochs.clear();
    this.calls.clear();
    this.taken = 0;
    this.reached = Number.NEGATIVE_INFINITY;
    this.ahead = false;
    this.volumes = this.newVolumes();
  }

  /** Replays what the machine has not seen yet. */
  private async load(): Promise<void> {
    const { inputs } = this.journal;
    while (this.taken < inputs.length) await this.take(inputs[this.taken]!);
  }

  /** Runs up to an input's instant and applies it. */
  private async take(input: Input): Promise<HttpReply | string | undefined> {
    if (input.k === "start") {
      await this.context.images.load(input.spec.image);
      if (input.spec.mounts.some((mount) => mount.sharedId?.startsWith("node/")))
        await this.context.loadNode(input.spec.nodeName);
    }
    this.machine ??= this.newMachine(input);
    await this.advance(input.at);
    this.taken++;
    this.reached = Math.max(this.reached, input.at);
    this.machine.clock = Math.max(this.machine.clock, input.at);
    return this.apply(this.machine, input);
  }

  private newMachine(first: Input): Machine {
    const { podIP, hostNetwork } = first.k === "start" ? first.spec : { podIP: "", hostNetwork: false };
    const machine = new Machine(first.at, podIP, hostNetwork, (purpose) =>
      this.context.chance(`pod/${this.uid}/${purpose}`),
    );
    machine.onFileChange = (container, change, mount, by) => {
      if (mount.sharedId !== undefined) this.volumes.note(mount.sharedId, mount, change, by?.time ?? machine.clock);
      if (by?.session !== undefined) this.watchers.get(by.session)?.file(container, change, by.time);
    };
    const watcher = (): SessionWatcher | undefined => this.watchers.get(machine.current?.session ?? "");
    machine.onSessionSignal = (target, signal, at) => watcher()?.signal(target, signal, at);
    machine.onSessionWrite = (target, fd, data, at) => watcher()?.write(target, fd, data, at);
    machine.onSessionRequest = (port, data, ip, at) => watcher()?.request(port, data, ip, at);
    machine.onSessionOom = (container, at) => watcher()?.oom(container, at);
    return machine;
  }

  /** Records an input and applies it; the answer is what a request is answered with. */
  async input(input: Input): Promise<HttpReply | string | undefined> {
    if (this.busy === 0) this.catchUp();
    if (this.journal.inputs.length > 0) await this.at(input.at, true);
    this.journal.add(input);
    this.busy++;
    try {
      return await this.take(input);
    } finally {
      this.busy--;
    }
  }

  /** Records an input that the machine has taken already: the effect of a live session. */
  note(input: Input): void {
    this.journal.add(input);
    this.taken++;
    if ("id" in input) this.touch(this.booted.get(input.id)?.container);
    else if (input.k === "tcp") this.touch(this.machine?.network.find(input.port, true)?.process.container);
  }

  private apply(machine: Machine, input: Input): HttpReply | string | undefined {
    if (input.k === "start") {
      const { image, config } = this.context.images.get(input.spec.image);
      const booted = boot(machine, input.spec, image, config, this.sources(), input.at);
      if (input.spec.mounts.some((mount) => mount.sharedId?.startsWith("node/")))
        booted.container.hostSystem = nodeSystem;
      this.booted.set(input.spec.id, booted);
      return undefined;
    }
    if (input.k === "volume") {
      this.volumes.apply(input.sharedId, input.changes);
      for (const container of machine.containers.values()) container.fileChanges.wake(input.at);
      return undefined;
    }
    if (input.k === "http" || input.k === "tcp") {
      const bound = machine.network.find(input.port, input.ip.startsWith("127."));
      if (bound === undefined) return undefined;
      this.touch(bound.process.container);
      const peer = { ip: input.ip, port: 32_768 + (this.taken % 28_000) };
      return input.k === "http" ? deliverHttp(machine, bound, input, peer) : deliverTcp(machine, bound, input, peer);
    }
    const booted = this.booted.get(input.id);
    if (booted !== undefined) this.applyTo(machine, booted, input);
    return undefined;
  }

  private applyTo(machine: Machine, { container, stdin }: Booted, input: Input & { id: string }): void {
    this.touch(container);
    if (input.k === "signal") {
      const target = container.processes.get(input.pid) ?? (input.pid === 0 ? container.main : undefined);
      if (target !== undefined) machine.signal(target, input.signal as SignalName, input.at, input.outside);
    } else if (input.k === "oom") machine.outOfMemory(container, input.at);
    else if (input.k === "limits") machine.limit(container, input, input.at);
    else if (input.k === "write")
      container.processes.get(input.pid)?.files.get(input.fd)?.put(input.data, { time: input.at });
    else if (input.k === "files") for (const change of input.changes) container.rootFs.apply(change);
    else if (input.k === "mount")
      refillMount(container.rootFs, input.mountPath, input.files, input.at, container.spec.securityContext["fsGroup"]);
    else if (input.k === "stdin") stdin?.write(input.data, input.at);
    else if (input.k === "eof") stdin?.close(input.at);
    if (input.k === "files" || input.k === "mount") container.fileChanges.wake(input.at);
  }

  private touch(container: Container | undefined): void {
    if (container === undefined) return;
    this.machine!.touched(container);
    this.epochs.set(container.spec.id, (this.epochs.get(container.spec.id) ?? 0) + 1);
    this.calls.set(container.spec.id, { since: this.machine!.clock, counts: new Map() });
  }

  private sources(): RootfsSources {
    return {
      volumes: (id) => this.volumes.get(id),
      now: () => this.time(),
    };
  }

  /** Runs the machine up to `limit`, asking the network whatever programs ask on the way. */
  async advance(limit: Instant): Promise<void> {
    const machine = this.machine!;
    for (;;) {
      const stop = machine.runUntil(limit);
      if (stop.kind !== "outside") break;
      await this.answer(machine, stop.process, stop.call);
    }
    this.reached = Math.max(this.reached, Math.min(limit, machine.clock));
  }

  private async answer(machine: Machine, process: Process, call: OutsideCall): Promise<void> {
    const { container } = process;
    const { id } = container.spec;
    const number = `${this.epochs.get(id) ?? 0}.${container.calls - container.callsAtInput}`;
    const kept =
      process.session === undefined &&
      container.steady === undefined &&
      container.calls - container.callsAtInput <= STEADY_CALLS;
    if (call.kind === "http" && process.session === undefined && container.steady === undefined)
      this.count(container, `${call.ip}:${call.port}`);
    const known = kept ? this.journal.answer(id, number) : undefined;
    if (known !== undefined) return machine.answer(process, known);
    // While the answer is on its way the process is out of the way: a request may come back to this very pod.
    process.wakeAt = Number.POSITIVE_INFINITY;
    const answer: OutsideAnswer =
      call.kind === "token"
        ? { ms: 0, kind: "token", token: await this.context.token(call.source) }
        : await this.ask(call, process);
    if (process.exit !== undefined || process.outside !== call) return;
    if (kept) this.journal.keepAnswer(id, number, answer);
    machine.answer(process, answer);
  }

  /** What the network answers. A container in a steady rhythm that asks the same thing many times a second gets the same answer within each. */
  private async ask(call: NetworkCall, { container, session, time }: Process): Promise<OutsideAnswer> {
    const source = sourceOf(container.spec);
    if (container.steady === undefined || session !== undefined) return this.context.network.ask(call, source, time);
    const key = `${container.spec.id} ${Math.floor(time / 1000)} ${JSON.stringify(call)}`;
    const repeated = this.repeated.get(key);
    if (repeated !== undefined) return repeated;
    const answer = await this.context.network.ask(call, source, time);
    if (this.repeated.size >= KEPT_ANSWERS) this.repeated.clear();
    this.repeated.set(key, answer);
    return answer;
  }

  private count(container: Container, to: string): void {
    const { id } = container.spec;
    const calls = this.calls.get(id) ?? { since: container.startedAt, counts: new Map<string, number>() };
    calls.counts.set(to, (calls.counts.get(to) ?? 0) + 1);
    this.calls.set(id, calls);
  }

  /** How a container goes on that has come to a steady rhythm; told once, when it has. */
  private steadyUse(machine: Machine, container: Container): SteadyUse | undefined {
    const { steady, spec, cpuLimit } = container;
    if (steady === undefined) return undefined;
    const known = this.journal.outlook(spec.id)?.steady;
    if (known?.at === steady.at) return known;
    const { since, counts } = this.calls.get(spec.id) ?? { since: container.startedAt, counts: new Map() };
    const seconds = Math.max(steady.at - since, 1) / 1000;
    const spinning = [...machine.processes].some((p) => p.container === container && p.spinning);
    const milliCpu = spinning ? 1000 : ((container.steps - container.stepsAtInput) * STEP_MS) / seconds;
    return {
      at: steady.at,
      milliCpu: Math.round(milliCpu),
      ...(cpuLimit === undefined ? {} : { cpuLimit }),
      memoryBytes: machine.memoryOf(container),
      traffic: [...counts].map(([to, count]) => {
        const [ip = "", port] = to.split(":");
        return { ip, port: Number(port), perSecond: Math.round((count / seconds) * 100) / 100 };
      }),
    };
  }

  /** How many requests a second have come in lately, by port, but for those of some senders. */
  recentRequests(at: Instant, except: ReadonlySet<string> = new Set()): ServerLoad["requests"] {
    const counts = new Map<number, number>();
    for (const input of this.journal.inputs) {
      if (input.k !== "http" || input.at <= at - RECENT_MS || input.at > at || except.has(input.ip)) continue;
      counts.set(input.port, (counts.get(input.port) ?? 0) + 1);
    }
    return [...counts].map(([port, count]) => ({ port, perSecond: (count * 1000) / RECENT_MS }));
  }

  /** Looks ahead and records how each container stands. */
  async outlook(at: Instant): Promise<void> {
    const machine = await this.at(at);
    if (this.sessions > 0) return this.record(machine, undefined);
    const work = (): number => [...machine.containers.values()].reduce((sum, container) => sum + container.steps, 0);
    const used = work();
    const stop = machine.runUntil(Number.POSITIVE_INFINITY, Math.max(LOOK_AHEAD_STEPS, used));
    this.ahead ||= work() !== used;
    this.reached = Math.max(this.reached, machine.clock);
    const next = stop.kind === "outside" ? stop.process.time : stop.kind === "budget" ? stop.next : undefined;
    this.record(machine, next);
  }

  private record(machine: Machine, next: Instant | undefined): void {
    for (const [id, container] of machine.containers) {
      const { exit } = container;
      const steady = exit === undefined ? this.steadyUse(machine, container) : undefined;
      const message = exit === undefined ? "" : (exit.message ?? exitMessage(container));
      const outlook: Outlook = {
        startedAt: exit?.reason === "StartError" ? 0 : container.startedAt,
        ...(steady === undefined ? {} : { steady }),
        ...(exit === undefined ? (next === undefined ? {} : { nextChange: Math.ceil(next) }) : {}),
        ...(exit === undefined
          ? {}
          : { exit: { ...exit, at: Math.ceil(exit.at), ...(message === "" ? {} : { message }) } }),
      };
      if (this.journal.outlook(id) !== undefined || this.fresh.has(id)) this.journal.setOutlook(id, outlook);
    }
    this.fresh.clear();
  }

  /** Containers whose outlook is recorded for the first time; removed ones must not come back. */
  private readonly fresh = new Set<string>();

  /** The next instant after `at` at which a container acts by itself. */
  async nextActivity(id: string, at: Instant): Promise<Instant | undefined> {
    const machine = await this.at(at, this.ahead);
    const container = this.container(id);
    if (container === undefined || container.steady !== undefined) return undefined;
    return machine.nextEvent(at, container);
  }

  /** What the pod holds on its node's disk at `at`. */
  async diskUsage(at: Instant): Promise<DiskUsage> {
    const machine = await this.at(at, this.ahead);
    const containers: Record<string, number> = {};
    for (const [id, { rootFs, log }] of machine.containers) containers[id] = rootFs.layer + log.size;
    return { containers, volumes: this.volumes.usage() };
  }

  /** Forgets a container; true: nothing is left of the pod. */
  remove(id: string): boolean {
    const shared = this.journal.isShared(id);
    if (!shared && this.sessions === 0) this.drop();
    return this.journal.remove(id, shared);
  }

  /** What a request could change besides a server's log: when things happen next, files, ends. */
  motion(machine: Machine): string {
    return `${machine.nextEvent(0)}/${machine.fileChangeCount}/${machine.processes.size}/${machine.turns}`;
  }

  /** Whether a request left everything as it was foretold, so that the outlook still holds. */
  unmoved(machine: Machine, before: string): boolean {
    return machine === this.machine && !this.ahead && this.motion(machine) === before;
  }

  async start(spec: ContainerSpec, at: Instant): Promise<void> {
    this.fresh.add(spec.id);
    await this.input({ k: "start", at, spec });
    await this.outlook(at);
  }

  /** Whether nobody needs the machine at this moment. */
  get idle(): boolean {
    return this.busy === 0 && this.sessions === 0;
  }

  container(id: string): Container | undefined {
    return this.booted.get(id)?.container;
  }
}

/** What the kubelet takes for the termination message: the file's, or the log's end with FallbackToLogsOnError. */
function exitMessage(container: Container): string {
  const { spec, exit, log } = container;
  const text = terminationMessage(container.rootFs, spec.terminationMessagePath ?? "/dev/termination-log");
  if (text !== "" || spec.terminationMessagePolicy !== "FallbackToLogsOnError" || exit?.exitCode === 0) return text;
  const lines = log.lines.slice(-80).map((line) => (line.newline ? `${line.text}\n` : line.text));
  return lines.join("").slice(-2048);
}

/** Where a container's connections come from. */
export function sourceOf(spec: ContainerSpec): NetworkSource {
  const { namespace, podName, podUid, podIP, nodeName, hostNetwork } = spec;
  return { namespace, podName, podUid, podIP, nodeName, hostNetwork };
}
