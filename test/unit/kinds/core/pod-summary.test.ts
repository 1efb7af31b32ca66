import { expect, test } from "vitest";
import { podSummary } from "../../../../src/kinds/core/pod/summary.ts";
import { table } from "../../../../src/kinds/core/pod/table.ts";
import type { ContainerStatus, Pod } from "../../../../src/kinds/types/core_v1.ts";

const now = Date.UTC(2026, 10, 20, 8, 2);
const ago = (seconds: number): string => new Date(now - seconds * 1000).toISOString();

type Status = Partial<ContainerStatus>;
const status = (name: string, more: Status): ContainerStatus =>
  ({ name, image: "i", imageID: "", ready: false, restartCount: 0, ...more }) as ContainerStatus;

const running: Status = { ready: true, started: true, state: { running: { startedAt: ago(60) } } };
const waiting = (reason?: string): Status => ({ state: { waiting: reason === undefined ? {} : { reason } } });
const ended = (exitCode: number, reason?: string, signal?: number): Status => ({
  state: { terminated: { exitCode, ...(reason ? { reason } : {}), ...(signal ? { signal } : {}) } },
});
const crashed = (restartCount: number, finishedAt: string): Status => ({
  restartCount,
  lastState: { terminated: { exitCode: 1, finishedAt } },
});

interface Case {
  readonly init?: readonly Status[];
  readonly main?: readonly Status[];
  /** How many init containers the pod has, and which of them are sidecars. */
  readonly inits?: number;
  readonly sidecars?: readonly number[];
  readonly pod?: Pick<Pod, "metadata">;
  readonly phase?: string;
  readonly reason?: string;
  readonly conditions?: readonly { type: string; status: string; reason?: string }[];
}

function podOf({ init = [], main = [], inits = init.length, sidecars = [], ...c }: Case): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", creationTimestamp: ago(90), ...c.pod?.metadata },
    spec: {
      initContainers: Array.from({ length: inits }, (_, i) => ({
        name: `i${i}`,
        ...(sidecars.includes(i) ? { restartPolicy: "Always" } : {}),
      })),
      containers: Array.from({ length: Math.max(1, main.length) }, (_, i) => ({ name: `c${i}` })),
    },
    status: {
      phase: c.phase ?? "Running",
      ...(c.reason ? { reason: c.reason } : {}),
      conditions: [...(c.conditions ?? [])],
      initContainerStatuses: init.map((s, i) => status(`i${i}`, s)),
      containerStatuses: main.map((s, i) => status(`c${i}`, s)),
    },
  } as Pod;
}

const deleted = { metadata: { deletionTimestamp: ago(1) } };
const ready = { type: "Ready", status: "True" };

test.each<[string, Case, string]>([
  ["running", { main: [running] }, "1/1 Running 0"],
  ["not scheduled", { phase: "Pending" }, "0/1 Pending 0"],
  [
    "gated",
    { phase: "Pending", conditions: [{ type: "PodScheduled", status: "False", reason: "SchedulingGated" }] },
    "0/1 SchedulingGated 0",
  ],
  ["evicted", { phase: "Failed", reason: "Evicted" }, "0/1 Evicted 0"],
  ["pulling", { phase: "Pending", main: [waiting("ContainerCreating")] }, "0/1 ContainerCreating 0"],
  ["one of two", { main: [running, waiting("CrashLoopBackOff")] }, "1/2 CrashLoopBackOff 0"],
  [
    "crashing",
    { main: [{ ...waiting("CrashLoopBackOff"), ...crashed(3, ago(12)) }] },
    "0/1 CrashLoopBackOff 3 (12s ago)",
  ],
  ["restarted, nobody knows when", { main: [{ ...running, restartCount: 2 }] }, "1/1 Running 2"],
  ["completed", { phase: "Succeeded", main: [ended(0, "Completed")] }, "0/1 Completed 0"],
  ["failed without reason", { phase: "Failed", main: [ended(3)] }, "0/1 ExitCode:3 0"],
  ["killed without reason", { phase: "Failed", main: [ended(137, undefined, 9)] }, "0/1 Signal:9 0"],
  ["the first container has the last word", { main: [ended(1, "Error"), ended(0, "Completed")] }, "0/2 Error 0"],
  ["one done, one ready", { main: [ended(0, "Completed"), running], conditions: [ready] }, "1/2 Running 0"],
  ["one done, pod not ready", { main: [ended(0, "Completed"), running] }, "1/2 NotReady 0"],
  ["initializing", { phase: "Pending", inits: 2, init: [running, waiting("PodInitializing")] }, "0/1 Init:0/2 0"],
  ["second init", { phase: "Pending", init: [ended(0, "Completed"), running] }, "0/1 Init:1/2 0"],
  ["init failed", { phase: "Pending", init: [ended(1, "Error")] }, "0/1 Init:Error 0"],
  ["init exited", { phase: "Pending", init: [ended(2)] }, "0/1 Init:ExitCode:2 0"],
  ["init killed", { phase: "Pending", init: [ended(137, undefined, 9)] }, "0/1 Init:Signal:9 0"],
  [
    "init crashing",
    { phase: "Pending", init: [{ ...waiting("CrashLoopBackOff"), ...crashed(2, ago(30)) }] },
    "0/1 Init:CrashLoopBackOff 2 (30s ago)",
  ],
  [
    "restarts of init containers are forgotten",
    { init: [{ ...ended(0, "Completed"), ...crashed(4, ago(50)) }], main: [running] },
    "1/1 Running 0",
  ],
  ["sidecar", { sidecars: [0], init: [running], main: [running] }, "2/2 Running 0"],
  [
    "sidecar that restarted",
    { sidecars: [0], init: [{ ...running, ...crashed(1, ago(20)) }], main: [running] },
    "2/2 Running 1 (20s ago)",
  ],
  ["sidecar starting", { phase: "Pending", sidecars: [0], init: [waiting()], inits: 1 }, "0/2 Init:0/1 0"],
  ["being deleted", { main: [running], pod: deleted }, "1/1 Terminating 0"],
  ["deleted after its end", { phase: "Succeeded", main: [ended(0, "Completed")], pod: deleted }, "0/1 Completed 0"],
  ["lost with its node", { reason: "NodeLost", main: [running], pod: deleted }, "1/1 Unknown 0"],
])("%s", (_, given, expected) => {
  const summary = podSummary(podOf(given), now);
  expect(`${summary.ready}/${summary.total} ${summary.reason} ${summary.restarts}`).toBe(expected);
});

test("rows of pods that have ended say so", () => {
  expect(table.conditions!(podOf({ phase: "Running" }))).toEqual([]);
  expect(table.conditions!(podOf({ phase: "Failed" }))).toEqual([
    { type: "Completed", status: "True", reason: "Failed", message: "The pod failed." },
  ]);
});
