import type { ChannelSet } from "../../../src/client/transport.ts";
import type { ClusterNetwork } from "../../../src/node/network/network.ts";
import { createContainerRuntime } from "../../../src/node/runtime/create-runtime.ts";
import type { RuntimeStore } from "../../../src/node/runtime/journal.ts";
import type { ContainerRuntime, ContainerSpec } from "../../../src/node/runtime/runtime.ts";

/** Records in memory; JSON on the way in, so that nothing but JSON is kept. */
export function memoryRecords(): RuntimeStore & { readonly size: number } {
  const map = new Map<string, string>();
  return {
    get size() {
      return map.size;
    },
    get: (key) => (map.has(key) ? JSON.parse(map.get(key)!) : undefined),
    set: (key, value) => void (value === undefined ? map.delete(key) : map.set(key, JSON.stringify(value))),
    keys: (prefix) => [...map.keys()].filter((key) => key.startsWith(prefix)).sort(),
  };
}

/** A network on which nothing answers. */
export const noNetwork: ClusterNetwork = {
  ask: async (call) =>
    call.kind === "dns"
      ? { ms: 2, kind: "dns", code: "SERVFAIL", records: [] }
      : { ms: 1, kind: "failed", why: "refused" },
};

export const START = Date.UTC(2026, 10, 20, 8, 0, 0);

/** A runtime on a clock that `sleep` moves. */
export function testRuntime(
  store = memoryRecords(),
  network = noNetwork,
): ContainerRuntime & { readonly clock: { now: number }; reopen(): ReturnType<typeof testRuntime> } {
  const clock = { now: START };
  const make = (): ContainerRuntime =>
    createContainerRuntime({
      store,
      network,
      chance: (purpose) => ([...purpose].reduce((h, c) => (Math.imul(h, 31) + c.charCodeAt(0)) | 0, 7) >>> 0) / 2 ** 32,
      now: () => clock.now,
      sleep: async (ms) => {
        await Promise.resolve();
        clock.now += ms;
      },
    });
  const runtime = make();
  return Object.assign(runtime, {
    clock,
    reopen: () => {
      const next = testRuntime(store, network);
      next.clock.now = clock.now;
      return next;
    },
  });
}

let counter = 0;

/** A container spec with sensible defaults. */
export function spec(image: string, more: Partial<ContainerSpec> = {}): ContainerSpec {
  const id = more.id ?? String(++counter).padStart(64, "0");
  return {
    id,
    podUid: `uid-${id.slice(-6)}`,
    podName: "demo",
    namespace: "default",
    nodeName: "kind-worker",
    name: "c",
    image,
    env: [],
    tty: false,
    stdin: false,
    mounts: [],
    hostname: "demo",
    podIP: "10.244.1.5",
    hostNetwork: false,
    shareProcessNamespace: false,
    securityContext: {},
    readOnlyRootFilesystem: false,
    dns: {
      nameservers: ["10.96.0.10"],
      searches: ["default.svc.cluster.local", "svc.cluster.local", "cluster.local"],
      options: ["ndots:5"],
    },
    hostAliases: [],
    containerPorts: [],
    ...more,
  };
}

/** Channels that collect text; `stdin` is sent at once. */
export function channels(stdin?: string): ChannelSet & { readonly out: () => string; readonly err: () => string } {
  let out = "";
  let err = "";
  const decode = (chunk: Uint8Array): string => Buffer.from(chunk).toString("utf8");
  return {
    ...(stdin === undefined
      ? {}
      : {
          stdin: (async function* () {
            yield new Uint8Array(Buffer.from(stdin));
          })(),
        }),
    stdout: (chunk) => {
      out += decode(chunk);
    },
    stderr: (chunk) => {
      err += decode(chunk);
    },
    signal: new AbortController().signal,
    out: () => out,
    err: () => err,
  };
}

/** All of a log. */
export async function logsOf(runtime: ContainerRuntime, id: string, options = {}): Promise<string> {
  let text = "";
  for await (const piece of runtime.logs(id, options)) text += piece;
  return text;
}
