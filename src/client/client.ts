import type { GroupVersionResource, JsonObject, KubeObject } from "../machinery/object.ts";
import type { ApiRequest, ApiResponse } from "./transport.ts";

/** Where an object or a collection lives. `namespace` absent: cluster-wide, or all namespaces for a list. */
export interface ResourcePath extends GroupVersionResource {
  readonly namespace?: string;
}

export interface ListOptions {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
}

export interface WriteOptions {
  readonly dryRun?: boolean;
  readonly fieldManager?: string;
  /** Ignore, Warn or Strict. */
  readonly fieldValidation?: string;
}

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: "Background" | "Foreground" | "Orphan";
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly dryRun?: boolean;
}

export type PatchType =
  | "application/json-patch+json"
  | "application/merge-patch+json"
  | "application/strategic-merge-patch+json"
  | "application/apply-patch+yaml";

/** One event of a watch. For ERROR the object is a Status, for BOOKMARK only its resourceVersion counts. */
export interface WatchEvent<T = KubeObject> {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: T;
}

/**
 * A typed door to the REST API over any Transport. Every method throws StatusError for a refusal. Results are shared
 * with the server when in-process: copy before changing.
 */
export interface Client {
  get<T = KubeObject>(path: ResourcePath, name: string, subresource?: string): Promise<T>;
  list<T = KubeObject>(path: ResourcePath, options?: ListOptions): Promise<{ items: T[]; metadata: JsonObject }>;
  create<T = KubeObject>(
    path: ResourcePath,
    object: T,
    options?: WriteOptions & { name?: string; subresource?: string },
  ): Promise<T>;
  update<T = KubeObject>(path: ResourcePath, object: T, options?: WriteOptions & { subresource?: string }): Promise<T>;
  patch<T = KubeObject>(
    path: ResourcePath,
    name: string,
    type: PatchType,
    patch: JsonObject | readonly JsonObject[],
    options?: WriteOptions & { subresource?: string; force?: boolean },
  ): Promise<T>;
  delete(path: ResourcePath, name: string, options?: DeleteOptions): Promise<JsonObject>;
  deleteCollection(path: ResourcePath, list?: ListOptions, options?: DeleteOptions): Promise<JsonObject>;
  watch<T = KubeObject>(
    path: ResourcePath,
    options: ListOptions & { signal?: AbortSignal; timeoutSeconds?: number; allowWatchBookmarks?: boolean },
  ): AsyncIterable<WatchEvent<T>>;
  /** Any request; a Status failure is thrown, anything else returned as it came. */
  request(request: ApiRequest): Promise<ApiResponse>;
}
