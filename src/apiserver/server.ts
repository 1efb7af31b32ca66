import type { ApiRequest, ApiResponse, Handler } from "../client/transport.ts";
import type { ResourceDefinition } from "../kinds/definition.ts";
import { createStructure } from "../machinery/schema/structure.ts";
import type { Instant } from "../machinery/time.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { Server } from "./context.ts";
import { dispatch, refusal } from "./dispatch.ts";
import type { NodeBackend } from "./node-backend.ts";
import { createResources } from "./resources.ts";

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
  /** Calls back after so many milliseconds of real time, and returns the way to cancel: ends watches at their timeoutSeconds. Absent: watches end with their client only. */
  after?(ms: number, callback: () => void): () => void;
  /** Told of an exception that is no refusal, and of the request that met it: a defect, whose stack is not the client's business. */
  onDefect?(error: unknown, request: string): void;
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

/** Makes the apiserver: one function from request to response. Everything it remembers is in the store, but for caches. */
export const createApiServer: CreateApiServer = (dependencies) => {
  const { store, catalog, nodes, settings } = dependencies;
  const server: Server = {
    store,
    nodes,
    settings,
    structure: createStructure((file) => dependencies.readSchema(file)),
    resources: createResources(catalog, store, async () =>
      (await import("../kinds/custom/definition-from-crd.ts")).createCustomResources(),
    ),
    readSchema: (file) => dependencies.readSchema(file),
    now: () => dependencies.now(),
    chance: (purpose) => dependencies.chance(purpose),
    after: dependencies.after ?? (() => () => {}),
    onDefect: (error, request) => dependencies.onDefect?.(error, request),
  };
  return (request) => handle(server, request);
};

async function handle(server: Server, request: ApiRequest): Promise<ApiResponse> {
  try {
    return await dispatch(server, request);
  } catch (error) {
    return refusal(server, request, error);
  }
}
