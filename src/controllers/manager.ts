import type { Client } from "../client/client.ts";
import type { EventRecorder } from "../client/events.ts";
import type { Lister } from "../client/lister.ts";
import { deepCopy, type Json, type KubeObject } from "../machinery/object.ts";
import type { Instant } from "../machinery/time.ts";
import type { CertificateAuthority, Controller, ControllerRegistration, WatchRow, WorkKey } from "./controller.ts";
import { knownResources } from "./shared/resources.ts";

/** One change of the store, as controllers are told of it. `old` is absent where the object was added; for a deletion `object` is its last state. */
export interface ObservedChange {
  readonly group: string;
  readonly resource: string;
  readonly object: KubeObject;
  readonly old?: KubeObject;
}

/** What a controller manager is made of. cluster/ and tests put it together. */
export interface ControllerManagerDependencies {
  readonly registrations: readonly ControllerRegistration[];
  readonly lister: Lister;
  now(): Instant;
  /** Simulation.wake. */
  wake(owner: string, key: WorkKey, at: Instant): void;
  /** Simulation.chance. */
  chance(purpose: string): number;
  /** A client that acts as the registration's user and writes as its manager. */
  clientFor(registration: ControllerRegistration): Client;
  eventsFor(registration: ControllerRegistration): EventRecorder;
  /** The cluster's certificate authority, for the CSR signer and the root CA publisher. */
  readonly certificateAuthority?: () => Promise<CertificateAuthority>;
  /** How often in a row (owner, key) has failed, by {@link failureKey}. Persist it with the wake-ups, so that back-off outlives a process. */
  readonly failures?: Map<string, number>;
  /** What controllers note for themselves, by "OWNER KEY". Persist it like the failures; default: for this process. */
  readonly memory?: Map<string, Json>;
  /** Told of every failed reconcile, for logs; the retry is queued already. */
  onError?(error: unknown, owner: string, key: WorkKey): void;
}

/** Maps changes to wake-ups without loading a controller, and runs due wake-ups. */
export interface ControllerManager {
  observe(change: ObservedChange): void;
  /** The simulation's callback: reconciles and answers with the next instant to look again. */
  run(owner: string, key: WorkKey, at: Instant): Promise<Instant | undefined>;
  /** Wakes everything there is, as a controller manager's first list does: after the wake-ups were lost, or for a new cluster. */
  resync(): void;
  /** The names of all controllers. */
  readonly owners: readonly string[];
}

/** The key of {@link ControllerManagerDependencies.failures}. */
export const failureKey = (owner: string, key: WorkKey): string => `${owner} ${key}`;

const FIRST_RETRY_MS = 5;
const LAST_RETRY_MS = 1_000_000;

/** How long to wait after the `failures`-th failure in a row (from 1), in milliseconds. Mirrors client-go's ItemExponentialFailureRateLimiter with the default controller rate limiter's bounds. */
export function retryDelayMs(failures: number): number {
  return Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1));
}

interface Subscription {
  readonly owner: string;
  readonly keys: NonNullable<WatchRow["keys"]>;
}

const ownKey = (object: KubeObject): readonly WorkKey[] => {
  const { namespace, name = "" } = object.metadata;
  return [namespace ? `${namespace}/${name}` : name];
};

const ANY = "*";
const topic = (watch: { readonly group: string; readonly resource: string }): string =>
  watch.resource === ANY ? ANY : `${watch.group}/${watch.resource}`;

function indexWatches(registrations: readonly ControllerRegistration[]): Map<string, Subscription[]> {
  const index = new Map<string, Subscription[]>();
  for (const registration of registrations) {
    for (const watch of registration.watches) {
      const at = topic(watch);
      const subscriptions = index.get(at) ?? [];
      subscriptions.push({ owner: registration.name, keys: keysOf(watch) });
      index.set(at, subscriptions);
    }
  }
  return index;
}

function keysOf(watch: WatchRow): Subscription["keys"] {
  return watch.keys === undefined ? ownKey : (...change) => watch.keys!(...change);
}

/** Puts the registrations together. Mirrors kube-controller-manager and controller-runtime's manager; see {@link ControllerManager}. */
export function createControllerManager(dependencies: ControllerManagerDependencies): ControllerManager {
  const {
    registrations,
    lister,
    failures = new Map<string, number>(),
    memory = new Map<string, Json>(),
  } = dependencies;
  const byName = new Map(registrations.map((r) => [r.name, r]));
  const subscriptions = indexWatches(registrations);
  const running = new Map<string, Promise<RunningController>>();

  const wakeFor = (subscription: Subscription, { object, old, group, resource }: ObservedChange): void => {
    for (const key of subscription.keys(object, old, lister, { group, resource })) {
      dependencies.wake(subscription.owner, key, dependencies.now());
    }
  };

  const start = (registration: ControllerRegistration): Promise<RunningController> => {
    let started = running.get(registration.name);
    if (started === undefined) {
      const client = dependencies.clientFor(registration);
      const events = dependencies.eventsFor(registration);
      started = registration.load().then((controller) => ({ controller, client, events }));
      running.set(registration.name, started);
    }
    return started;
  };

  const resyncEverything = (wake: typeof wakeFor): void => {
    const everything = subscriptions.get(ANY) ?? [];
    if (everything.length === 0) return;
    for (const { group, resource } of knownResources(lister)) {
      for (const object of lister.list(group, resource))
        for (const subscription of everything) wake(subscription, { group, resource, object });
    }
  };

  return {
    owners: registrations.map((r) => r.name),

    observe(change) {
      for (const subscription of subscriptions.get(topic(change)) ?? []) {
        wakeFor(subscription, change);
      }
      for (const subscription of subscriptions.get(ANY) ?? []) wakeFor(subscription, change);
    },

    async run(owner, key, at) {
      const registration = byName.get(owner);
      if (registration === undefined) return undefined;
      const failureId = failureKey(owner, key);
      try {
        const { controller, client, events } = await start(registration);
        const answer = await controller.reconcile(key, {
          now: at,
          client,
          lister,
          events,
          chance: (purpose) => dependencies.chance(`${owner} ${purpose}`),
          // A copy: what is saved must not change under a controller that goes on writing.
          recall: (name) => deepCopy(memory.get(failureKey(owner, name))),
          remember: (name, value) => {
            if (value === undefined) memory.delete(failureKey(owner, name));
            else memory.set(failureKey(owner, name), deepCopy(value));
          },
          certificateAuthority: dependencies.certificateAuthority,
        });
        failures.delete(failureId);
        if (answer?.key === undefined || answer.key === key) return answer?.at;
        dependencies.wake(owner, answer.key, answer.at);
        return undefined;
      } catch (error) {
        const count = (failures.get(failureId) ?? 0) + 1;
        dependencies.onError?.(error, owner, key);
        if (registration.maxRetries !== undefined && count > registration.maxRetries) {
          failures.delete(failureId);
          return undefined;
        }
        failures.set(failureId, count);
        return at + retryDelayMs(count);
      }
    },

    resync() {
      for (const registration of registrations) {
        for (const watch of registration.watches) {
          if (watch.resource === ANY) continue;
          const subscription = { owner: registration.name, keys: keysOf(watch) };
          const { group, resource } = watch;
          for (const object of lister.list(group, resource)) wakeFor(subscription, { group, resource, object });
        }
      }
      resyncEverything(wakeFor);
    },
  };
}

interface RunningController {
  readonly controller: Controller;
  readonly client: Client;
  readonly events: EventRecorder;
}
