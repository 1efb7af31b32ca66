import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { createClient } from "../client/create-client.ts";
import { createInProcessTransport } from "../client/in-process.ts";
import { catalog } from "../kinds/catalog.ts";
import { createStructure } from "../machinery/schema/structure.ts";
import type { Instant } from "../machinery/time.ts";
import { chanceOf } from "../sim/chance.ts";
import { isHeld, tryLock } from "../store/lock.ts";
import { makeDirectory } from "../store/make-directory.ts";
import { createStateFile, openStateFile } from "../store/state-file.ts";
import { installAddons } from "./addons/install.ts";
import { ADMIN } from "./admin.ts";
import { bootstrap } from "./bootstrap.ts";
import { clusterDirectory, lockPath } from "./home.ts";
import { addToKubeconfig } from "./kubeconfig-entry.ts";
import { openCluster } from "./open-cluster.ts";
import { createClusterKeys } from "./pki.ts";
import {
  ADDONS,
  type Addon,
  type ClusterKeys,
  type ClusterSettings,
  type NodeSettings,
  writeSettings,
} from "./settings.ts";
import { lockState } from "./state-guard.ts";

/** The Kubernetes that every cluster is. */
export const GIT_VERSION = "v1.33.1";

/** How long ago a new cluster came up: its own pods have started by the time somebody looks. */
const BOOTED_AGO_MS = 60_000;

/** What `cluster create` was asked for. */
export interface CreateClusterOptions {
  readonly home: string;
  readonly name: string;
  /** The nodes of an earlier cluster, or `roles` to name and address new ones. */
  readonly nodes?: readonly NodeSettings[];
  readonly roles?: readonly NodeRole[];
  readonly addons?: readonly Addon[];
  readonly podCidr?: string;
  readonly serviceCidr?: string;
  readonly now: Instant;
  sleep(ms: number): Promise<void>;
  readSchema(file: string): string;
}

/** A cluster of that name is there already. Worded as kind words it. */
export class ClusterExistsError extends Error {
  constructor(name: string) {
    super(`node(s) already exist for a cluster with the name "${name}"`);
    this.name = "ClusterExistsError";
  }
}

/** Makes a cluster: its state, and its entry in drykube's kubeconfig, which becomes the current context. Throws ClusterExistsError. */
export async function createCluster(options: CreateClusterOptions): Promise<ClusterSettings> {
  const directory = clusterDirectory(options.home, options.name);
  makeDirectory(directory);
  const lock = await lockState(directory, options.sleep);
  try {
    const existing = openStateFile(directory);
    if (existing !== undefined) {
      existing.close();
      throw new ClusterExistsError(options.name);
    }
    const settings = settingsFor(options);
    const keys = await createClusterKeys(options.now);
    await buildState(options, settings, keys, directory);
    await addToKubeconfig(options.home, settings, keys, options.sleep);
    return settings;
  } finally {
    lock.release();
  }
}

/** Builds the state beside its place and moves it there when it is whole: a process that dies leaves no half a cluster. */
async function buildState(
  options: CreateClusterOptions,
  settings: ClusterSettings,
  keys: ClusterKeys,
  directory: string,
): Promise<void> {
  const stage = path.join(path.dirname(directory), `.${options.name}.${process.pid}`);
  const bootedAt = options.now - BOOTED_AGO_MS;
  const seed = randomBytes(12).toString("hex");
  try {
    const state = createStateFile(stage, { now: bootedAt, clockOffsetMs: 0, seed });
    writeSettings(state, settings, keys);
    const { readSchema, sleep } = options;
    const cluster = openCluster({ state, wallClock: () => bootedAt, sleep, readSchema });
    bootstrap({
      structure: createStructure(readSchema),
      store: cluster.store,
      catalog,
      settings,
      now: bootedAt,
      clientCa: keys.caCertificate,
      chance: (purpose) => chanceOf(seed, purpose),
      readSchema,
    });
    const engine = await cluster.engine();
    engine.resync();
    await installAddons(createClient(createInProcessTransport(cluster.handler, ADMIN)), settings);
    engine.save();
    state.commit();
    state.close();
    // The journal first: without state.json there is no cluster yet.
    const names = fs.readdirSync(stage).sort((a, b) => Number(a === "state.json") - Number(b === "state.json"));
    for (const name of names) fs.renameSync(path.join(stage, name), path.join(directory, name));
  } finally {
    fs.rmSync(stage, { recursive: true, force: true });
  }
}

/** Removes a cluster that nobody serves. Returns whether there was one. */
export function deleteCluster(home: string, name: string): boolean {
  const directory = clusterDirectory(home, name);
  if (!fs.existsSync(directory)) return false;
  const lock = tryLock(lockPath(directory));
  if (!isHeld(lock)) throw new Error(`cluster "${name}" is in use by process ${lock.pid}`);
  fs.rmSync(directory, { recursive: true, force: true });
  return true;
}

function settingsFor(options: CreateClusterOptions): ClusterSettings {
  const podCidr = options.podCidr ?? "10.244.0.0/16";
  return {
    name: options.name,
    gitVersion: GIT_VERSION,
    port: 20000 + Math.floor(chanceOf(options.home, options.name) * 10000),
    podCidr,
    serviceCidr: options.serviceCidr ?? "10.96.0.0/16",
    nodes: options.nodes ?? nodesOf(options.name, podCidr, options.roles ?? DEFAULT_ROLES),
    addons: options.addons ?? ADDONS,
  };
}

/** One control-plane node and two workers. */
const DEFAULT_ROLES: readonly NodeRole[] = [{ role: "control-plane" }, { role: "worker" }, { role: "worker" }];

/** What a kind configuration says of one node. */
export interface NodeRole {
  readonly role: NodeSettings["role"];
  readonly labels?: Readonly<Record<string, string>>;
}

/** Names and addresses for a list of roles: CLUSTER-control-plane, CLUSTER-worker, CLUSTER-worker2, … */
function nodesOf(cluster: string, podCidr: string, roles: readonly NodeRole[]): NodeSettings[] {
  const counts = { "control-plane": 0, worker: 0 };
  const prefix = podCidr.split(".").slice(0, 2).join(".");
  return roles.map(({ role, labels = {} }, index) => {
    const count = ++counts[role];
    return {
      name: `${cluster}-${role}${count === 1 ? "" : count}`,
      role,
      ip: `172.18.0.${index + 2}`,
      podCidr: `${prefix}.${index}.0/24`,
      labels,
    };
  });
}
