import type { Instant } from "../../src/machinery/time.ts";
import type {
  ContainerRuntime,
  ContainerSpec,
  ContainerState,
  DiskUsage,
  GrpcHealth,
  HttpAnswer,
} from "../../src/node/runtime/runtime.ts";

/** What a program of the fake does: when it ends and how, and whether it heeds SIGTERM. */
export interface Program {
  readonly runsMs?: number;
  readonly exitCode?: number;
  readonly heedsTerm?: boolean;
  readonly startError?: string;
  readonly message?: string;
  /** The status that its HTTP server answers with; absent: nothing listens. */
  readonly http?: (uptimeMs: number) => number | undefined;
  readonly execProbe?: (
    uptimeMs: number,
    command: readonly string[],
  ) => { exitCode: number; output: string; durationMs?: number };
  /** What its gRPC health service says; absent: it speaks no gRPC. */
  readonly health?: GrpcHealth;
  readonly activeUntilMs?: number;
  /** What it holds on the disk, by its uptime. */
  readonly disk?: (uptimeMs: number) => { layer?: number; volumes?: Record<string, number> };
}

interface Run {
  readonly spec: ContainerSpec;
  readonly program: Program;
  state: ContainerState;
}

/** A runtime whose programs are looked up by image; every plausible image is there and runs for ever unless `programs` says otherwise. */
export class FakeRuntime implements ContainerRuntime {
  readonly runs = new Map<string, Run>();
  readonly started: ContainerSpec[] = [];
  readonly programs: Record<string, Program> = {};
  readonly resized: { id: string; memoryLimit?: number; cpuLimit?: number }[] = [];
  readonly missing: Record<string, string> = {};

  resolveImage(image: string) {
    const canonical = `docker.io/library/${image.includes(":") ? image : `${image}:latest`}`;
    const error = this.missing[image];
    if (error !== undefined) return { found: false as const, error, pullMs: 300 };
    return {
      found: true as const,
      canonical,
      imageId: `${canonical}@sha256:${"0".repeat(64)}`,
      sizeBytes: 72404038,
      pullMs: 412,
      config: { env: { PATH: "/bin" } },
    };
  }
  async start(spec: ContainerSpec, at: Instant): Promise<ContainerState> {
    this.started.push(spec);
    const image = spec.image.replace("docker.io/library/", "");
    const program = this.programs[image] ?? this.programs[spec.name] ?? { heedsTerm: true };
    const state: ContainerState = program.startError
      ? {
          state: "exited",
          startedAt: at,
          finishedAt: at,
          exitCode: 128,
          reason: "StartError",
          message: program.startError,
        }
      : program.runsMs === undefined
        ? { state: "running", startedAt: at }
        : { state: "running", startedAt: at, nextChange: at + program.runsMs };
    this.runs.set(spec.id, { spec, program, state });
    return state;
  }
  async inspect(id: string, at: Instant): Promise<ContainerState | undefined> {
    const run = this.runs.get(id);
    if (run?.state.state === "running" && run.state.nextChange !== undefined && run.state.nextChange <= at)
      run.state = ended(run, run.state.nextChange, run.program.exitCode ?? 0);
    return run?.state;
  }
  async signal(id: string, signal: string, at: Instant): Promise<ContainerState | undefined> {
    const run = this.runs.get(id);
    if (run === undefined || run.state.state === "exited") return run?.state;
    if (signal === "SIGKILL") run.state = ended(run, at, 137);
    else if (run.program.heedsTerm) run.state = ended(run, at, 0);
    else return undefined;
    return run.state;
  }
  remove(id: string): void {
    this.runs.delete(id);
  }
  async updateMount(): Promise<void> {}
  async exec(): Promise<{ exitCode: number }> {
    return { exitCode: 0 };
  }
  async attach(): Promise<void> {}
  async *logs(id: string): AsyncIterable<string> {
    yield `log of ${this.runs.get(id)?.spec.name}\n`;
  }
  async portForward(): Promise<void> {}
  async http(podUid: string, _port: number, _request: unknown, at: Instant): Promise<HttpAnswer | undefined> {
    for (const run of this.runs.values()) {
      if (run.spec.podUid !== podUid || run.state.state !== "running") continue;
      const status = run.program.http?.(at - run.state.startedAt);
      if (status !== undefined) return { status, statusText: "", headers: [], body: new Uint8Array() };
    }
    return undefined;
  }
  async listens(podUid: string, port: number, at: Instant): Promise<boolean> {
    return (await this.http(podUid, port, undefined, at)) !== undefined;
  }
  async grpcHealth(podUid: string): Promise<GrpcHealth | undefined> {
    return [...this.runs.values()].find((run) => run.spec.podUid === podUid)?.program.health;
  }
  async diskUsage(podUid: string, at: Instant): Promise<DiskUsage | undefined> {
    const run = [...this.runs.values()].find((r) => r.spec.podUid === podUid);
    const used = run?.program.disk?.(at - run.state.startedAt);
    return used && { containers: { [run!.spec.id]: used.layer ?? 0 }, volumes: used.volumes ?? {} };
  }
  async resize(id: string, limits: { memoryLimit?: number; cpuLimit?: number }): Promise<void> {
    this.resized.push({ id, ...limits });
  }
  async execProbe(id: string, command: readonly string[], at: Instant) {
    const run = this.runs.get(id);
    const uptime = run?.state.state === "running" ? at - run.state.startedAt : 0;
    const result = run?.program.execProbe?.(uptime, command) ?? { exitCode: 0, output: "" };
    return { success: result.exitCode === 0, ...result };
  }
  async nextActivity(id: string, at: Instant): Promise<Instant | undefined> {
    const run = this.runs.get(id);
    if (run?.state.state !== "running" || run.program.activeUntilMs === undefined) return undefined;
    const next = run.state.startedAt + run.program.activeUntilMs;
    return next > at ? next : undefined;
  }
  traffic(): readonly [] {
    return [];
  }

  async usage(): Promise<{ milliCpu: number; memoryBytes: number }> {
    return { milliCpu: 1, memoryBytes: 1 << 20 };
  }
}

const ended = (run: Run, at: Instant, exitCode: number): ContainerState => ({
  state: "exited",
  startedAt: run.state.startedAt,
  finishedAt: at,
  exitCode,
  reason: exitCode === 0 ? "Completed" : "Error",
  ...(run.program.message ? { message: run.program.message } : {}),
});
