import type { Handler } from "../client/transport.ts";
import type { ResourceDefinition } from "../kinds/definition.ts";
import type { Instant } from "../machinery/time.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { NodeBackend } from "./node-backend.ts";

/** What an apiserver is made of. cluster/ puts it together. */
export interface ApiServerDependencies {
  readonly store: ObjectStore;
  /** The built-in resources. Custom ones are read from the store's CustomResourceDefinitions. */
  readonly catalog: readonly ResourceDefinition[];
  /** Reads one file of schemas/ ("core_v1.json"), for structural decoding. */
  readSchema(file: string): string;
  now(): Instant;
  /** [0, 1), a pure function of the cluster's seed and `purpose`: uids, name suffixes and allocated addresses follow from it. */
  chance(purpose: string): number;
  readonly nodes: NodeBackend;
  readonly settings: ApiServerSettings;
}

/** The command line of a kube-apiserver, as far as it matters here. */
export interface ApiServerSettings {
  readonly gitVersion: string;
  readonly serviceCidr: string;
  readonly nodePortRange: readonly [number, number];
  /** Signs service account tokens; absent until a server is asked to make one. */
  readonly serviceAccountKey?: () => string;
  readonly serverAddress: string;
}

export type CreateApiServer = (dependencies: ApiServerDependencies) => Handler;
