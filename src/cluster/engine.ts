import { createClient } from "../client/create-client.ts";
import { createEventRecorder } from "../client/event-recorder.ts";
import type { Handler, Transport, UserInfo } from "../client/transport.ts";
import type { ControllerRegistration } from "../controllers/controller.ts";
import { createControllerManager } from "../controllers/manager.ts";
import type { Json, JsonObject } from "../machinery/object.ts";
import type { Instant } from "../machinery/time.ts";
import { keysOfNode } from "../node/kubelet/registration.ts";
import { createSimulation } from "../sim/create-simulation.ts";
import type { KeyValueState } from "../store/key-value-state.ts";
import type { StateObjectStore } from "../store/memory-store.ts";
import { readKeys } from "./settings.ts";
import { createStoreLister } from "./store-lister.ts";
import { readWakeups, writeWakeups } from "./wakeup-records.ts";

/** What moves a cluster. */
export interface Engine {
  readonly now: Instant;
  /** Whether it is in the middle of a run: then `now` is that run's instant. */
  readonly running: boolean;
  advanceTo(target: Instant): Promise<void>;
  /** Runs `work` at the present instant: what it writes, and what that wakes, bear the same time, however long it takes. */
  hold<T>(work: () => T | Promise<T>): Promise<T>;
  nextDue(): Instant | undefined;
  /** Puts queue, back-offs and time into the state's open transaction. */
  save(): void;
  /** Takes queue, back-offs and time from the state again, after another process has moved on. */
  restore(): void;
  /** Wakes every controller for every object: for a new cluster, or one whose queue was lost. */
  resync(): void;
  wake(owner: string, key: string, at: Instant): void;
  /** The machine under a node was switched on or off: its kubelet looks again. */
  wakeNode(name: string): void;
}

export interface EngineDependencies {
  readonly state: KeyValueState;
  readonly store: StateObjectStore;
  readonly handler: Handler;
  readonly registrations: readonly ControllerRegistration[];
  chance(purpose: string): number;
  /** Told of failed reconciles; they are retried in any case. */
  onError?(error: unknown, owner: string, key: string): void;
}

const FAILURES_KEY = "/cluster/failures";
const MEMORY_KEY = "/cluster/memory";

/** Puts simulation, controllers, scheduler and kubelets over one store. */
export function createEngine(dependencies: EngineDependencies): Engine {
  const { state, store } = dependencies;
  const failures = new Map<string, number>();
  const memory = new Map<string, Json>();
  const recall = (): void => {
    readMap(state, FAILURES_KEY, failures);
    readMap(state, MEMORY_KEY, memory);
  };
  recall();
  const lister = createStoreLister(store);
  let running = false;

  const simulation = createSimulation({
    seed: state.meta.seed,
    now: state.meta.now,
    sequence: state.meta.sequence,
    wakeups: readWakeups(state),
    run: (owner, key, at) => manager.run(owner, key, at),
  });

  const manager = createControllerManager({
    registrations: dependencies.registrations,
    lister,
    failures,
    memory,
    now: () => simulation.now,
    wake: simulation.wake,
    chance: dependencies.chance,
    certificateAuthority: async () => {
      const keys = readKeys(state);
      return { certificate: keys.caCertificate, privateKey: keys.caKey };
    },
    clientFor: (registration) => clientFor(dependencies.handler, registration),
    eventsFor: (registration) =>
      createEventRecorder({
        client: clientFor(dependencies.handler, registration),
        lister,
        now: () => simulation.now,
        source: { component: registration.name },
      }),
    ...(dependencies.onError ? { onError: dependencies.onError } : {}),
  });

  store.onChange((change) => {
    if (change.remote) return;
    const [, , group = "", resource = ""] = change.key.split("/");
    manager.observe({
      group: group === "core" ? "" : group,
      resource,
      object: change.object,
      ...(change.previous ? { old: change.previous } : {}),
    });
  });

  const hold = async <T>(work: () => T | Promise<T>): Promise<T> => {
    const outer = running;
    running = true;
    try {
      return await work();
    } finally {
      running = outer;
    }
  };

  return {
    get now() {
      return simulation.now;
    },
    get running() {
      return running;
    },
    advanceTo: (target) => hold(() => simulation.advanceTo(target)),
    hold,
    nextDue: simulation.nextDue,
    restore() {
      recall();
      simulation.restore({ now: state.meta.now, sequence: state.meta.sequence, wakeups: readWakeups(state) });
    },
    wake: simulation.wake,
    wakeNode(name) {
      for (const key of keysOfNode(name, lister)) simulation.wake("kubelet", key, simulation.now);
    },
    resync: manager.resync,
    save() {
      writeWakeups(state, simulation.wakeups());
      writeMap(state, FAILURES_KEY, failures);
      writeMap(state, MEMORY_KEY, memory);
      if (state.meta.now !== simulation.now || state.meta.sequence !== simulation.sequence)
        state.setMeta({ now: simulation.now, sequence: simulation.sequence });
    },
  };
}

/** Fills a map with what a record holds. */
function readMap<T>(state: KeyValueState, key: string, into: Map<string, T>): void {
  into.clear();
  for (const [name, value] of Object.entries(state.get(key) ?? {})) into.set(name, value as T);
}

/** Puts a map into a record, where it differs from what is there; an empty one needs none. */
function writeMap(state: KeyValueState, key: string, map: ReadonlyMap<string, Json>): void {
  const saved = state.get(key);
  if (map.size === 0 && saved === undefined) return;
  const next = map.size === 0 ? undefined : (Object.fromEntries(map) as JsonObject);
  if (JSON.stringify(saved) !== JSON.stringify(next)) state.set(key, next);
}

/** A client that acts as a controller's user and writes as its manager. */
function clientFor(handler: Handler, registration: ControllerRegistration): ReturnType<typeof createClient> {
  const user = userFor(registration.user);
  const headers = { "user-agent": `${registration.manager}/v1.33.1` };
  const transport: Transport = {
    request: (request) => handler({ ...request, user, headers: { ...headers, ...request.headers } }),
  };
  return createClient(transport);
}

/** The groups that authentication would have found for a component. */
function userFor(name: string): UserInfo {
  // The apiserver's own loopback client.
  if (name === "system:apiserver") return { name, groups: ["system:masters", "system:authenticated"] };
  const groups = ["system:authenticated"];
  if (name.startsWith("system:node:")) groups.unshift("system:nodes");
  const account = /^system:serviceaccount:([^:]+):/.exec(name);
  if (account) groups.unshift("system:serviceaccounts", `system:serviceaccounts:${account[1]}`);
  return { name, groups };
}
