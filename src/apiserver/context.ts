import type { ApiRequest, UserInfo } from "../client/transport.ts";
import type { ResourceDefinition, Strategy, StrategyContext } from "../kinds/definition.ts";
import type { Structure } from "../machinery/schema/structure.ts";
import type { Instant } from "../machinery/time.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { NodeBackend } from "./node-backend.ts";
import type { RequestInfo } from "./request-info.ts";
import type { Resources } from "./resources.ts";
import type { ApiServerSettings } from "./server.ts";

/** The parts that handlers, admission plugins and subresources share. */
export interface Server {
  readonly store: ObjectStore;
  readonly resources: Resources;
  readonly structure: Structure;
  readonly nodes: NodeBackend;
  readonly settings: ApiServerSettings;
  readonly readSchema: (file: string) => string;
  now(): Instant;
  chance(purpose: string): number;
  /** Calls back after so many milliseconds of real time; returns the way to cancel. */
  after(ms: number, callback: () => void): () => void;
  /** Told of an exception that is no refusal. */
  onDefect(error: unknown, request: string): void;
}

/** One request on its way through the server. */
export interface RequestContext extends StrategyContext {
  readonly server: Server;
  readonly request: ApiRequest;
  readonly info: RequestInfo;
  readonly user: UserInfo;
  /** Who owns the fields that this request writes. */
  readonly fieldManager: string;
  /** Warning headers of the answer; handlers and plugins add to it. */
  readonly warnings: string[];
}

/** A request for an object of a resource, with what its kind brings along. */
export interface ResourceContext extends RequestContext {
  readonly definition: ResourceDefinition;
  /** The definition of the version that is stored; mostly the same. */
  readonly stored: ResourceDefinition;
  readonly strategy: Strategy;
}
