import type { Instant } from "../machinery/time.ts";
import type { ContainerRuntime, ContainerSpec, ContainerState } from "../node/runtime/runtime.ts";
import type { RuntimeRecords } from "./runtime-records.ts";

/** Stands in until node/runtime lands: every plausible image runs for ever. */
export function createInterimRuntime(records: RuntimeRecords): ContainerRuntime {
  const key = (id: string): string => `/containers/${id}`;
  const missing = (): never => {
    throw new Error("containers do not run programs yet");
  };
  const state = (id: string, at: Instant): ContainerState | undefined => {
    const found = records.get(key(id)) as { startedAt: Instant; endedAt?: Instant; exitCode?: number } | undefined;
    if (found === undefined) return undefined;
    if (found.endedAt !== undefined && found.endedAt <= at)
      return {
        state: "exited",
        startedAt: found.startedAt,
        finishedAt: found.endedAt,
        exitCode: found.exitCode ?? 0,
        reason: found.exitCode ? "Error" : "Completed",
      };
    return { state: "running", startedAt: found.startedAt, ...(found.endedAt ? { nextChange: found.endedAt } : {}) };
  };
  return {
    resolveImage: (image) => {
      const canonical = `docker.io/library/${image}`;
      if (/:1\.161|nosuch|latestt/.test(image))
        return {
          found: false,
          error: `rpc error: code = NotFound desc = failed to pull and unpack image "${canonical}": not found`,
          pullMs: 300,
        };
      return {
        found: true,
        canonical,
        imageId: `${canonical}@sha256:${"0".repeat(64)}`,
        sizeBytes: 70_000_000,
        pullMs: 400,
        config: {},
      };
    },
    start: async (spec: ContainerSpec, at) => {
      const words = [...(spec.command ?? []), ...(spec.args ?? [])];
      const ends = ["echo", "true", "false", "date"].includes(words[0] ?? "");
      records.set(key(spec.id), {
        startedAt: at,
        ...(ends ? { endedAt: at + 50, exitCode: words[0] === "false" ? 1 : 0 } : {}),
      });
      return state(spec.id, at)!;
    },
    inspect: async (id, at) => state(id, at),
    signal: async (id, _signal, at) => {
      const found = records.get(key(id));
      if (found !== undefined && found["endedAt"] === undefined)
        records.set(key(id), { ...found, endedAt: at + 30, exitCode: 0 });
      return state(id, at);
    },
    updateMount: async () => {},
    remove: (id) => records.set(key(id), undefined),
    exec: missing,
    attach: missing,
    logs: missing,
    portForward: missing,
    http: async () => undefined,
    listens: async () => true,
    execProbe: async () => ({ success: true, output: "", exitCode: 0 }),
    usage: async () => undefined,
  };
}
