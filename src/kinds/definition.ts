import type { UserInfo } from "../client/transport.ts";
import type { FieldError } from "../machinery/field-error.ts";
import type { JsonObject, KubeObject, TypedObject } from "../machinery/object.ts";
import type { Instant } from "../machinery/time.ts";

/** What an endpoint can do, in discovery's words. */
export type Verb = "create" | "delete" | "deletecollection" | "get" | "list" | "patch" | "update" | "watch";

/** An endpoint below an object: pods/status, deployments/scale, pods/exec. */
export interface SubresourceDefinition {
  readonly name: string;
  /** The kind that it reads and writes. */
  readonly kind: string;
  /** Where that kind lives in another group: Scale is autoscaling/v1, Eviction policy/v1, TokenRequest authentication.k8s.io/v1. */
  readonly group?: string;
  readonly version?: string;
  readonly verbs: readonly Verb[];
  /** Where a custom resource's scale endpoint finds its numbers; built-in kinds have them where everybody has. */
  readonly scalePaths?: ScalePaths;
}

/** Paths of the fields that a Scale shows. */
export interface ScalePaths {
  readonly specReplicas: readonly string[];
  readonly statusReplicas: readonly string[];
  readonly labelSelector?: readonly string[];
}

/**
 * One resource of the API as data: a row of the catalog, or what a CustomResourceDefinition yields. Behaviour hangs
 * on literal loaders, so that naming a kind loads nothing.
 */
export interface ResourceDefinition {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Defaults to `${kind}List`. */
  readonly listKind?: string;
  readonly resource: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly verbs: readonly Verb[];
  readonly subresources?: readonly SubresourceDefinition[];
  /** The structure table's name of the type ("io.k8s.api.core.v1.Pod"); absent for custom resources, which bring `schema`. */
  readonly type?: string;
  /** A custom resource's structural schema (openAPIV3Schema). */
  readonly schema?: JsonObject;
  /** Where another group or version stores the same objects (events.k8s.io events are core events; autoscaling/v1 HPAs are v2). */
  readonly storage?: { readonly group: string; readonly version: string; readonly resource: string };
  /** The order of delivery among versions of one group: the preferred version comes first. */
  readonly facets: Facets;
}

/** What is loaded lazily for a kind, each by one engine only. */
export interface Facets {
  readonly strategy?: () => Promise<Strategy<any>>;
  readonly table?: () => Promise<TableFacet<any>>;
  readonly describe?: () => Promise<DescribeFacet<any>>;
  readonly present?: () => Promise<PresentFacet<any>>;
  readonly workload?: () => Promise<WorkloadFacet<any>>;
}

/** What a strategy may know beyond the object. */
export interface StrategyContext {
  readonly now: Instant;
  readonly user: UserInfo;
  readonly dryRun: boolean;
}

/** The version that a request names its fields by, where a kind is served under more than one group. */
export type RequestedVersion = Pick<ResourceDefinition, "group" | "version">;

/** What a kind plugs into the generic resource store. Pure and synchronous. `object` is the store's own draft and may be changed where the method says so. */
export interface Strategy<T = KubeObject> {
  /** Upstream's SetDefaults_*: fills in what is absent. Runs on every decode (create, update, patch), after structural defaults of the table. May change `object`. */
  defaults?(object: T): void;
  /** Clears what a client may not set on create (status), sets what the server owns. May change `object`. */
  prepareForCreate?(object: T, context: StrategyContext): void;
  /** Keeps what this endpoint may not change (status through the main endpoint, and the reverse). May change `object`. */
  prepareForUpdate?(object: T, old: T, context: StrategyContext): void;
  /** Whether a change must raise metadata.generation; default: spec differs (a kind without spec: never). */
  generationChanges?(object: T, old: T): boolean;
  /** Collects; never changes, never throws. metadata is validated by the generic store (with `nameRule`). */
  validate(object: T, requested?: RequestedVersion): FieldError[];
  /** The whole of an update's validation, upstream's ValidateXUpdate: what changed illegally, and mostly `validate` as well. Default: validate(object). */
  validateUpdate?(object: T, old: T, requested?: RequestedVersion): FieldError[];
  /** Sent as Warning headers. */
  warnings?(object: T, old?: T): string[];
  /** Fields for fieldSelector beyond metadata.name and metadata.namespace, by their selector name ("spec.nodeName"). */
  selectableFields?(object: T): Record<string, string>;
  /** How a name must look; default "dns-subdomain". */
  readonly nameRule?: "dns-subdomain" | "dns-label" | "dns-1035-label" | "path-segment";
  /** Whether PUT may create the object (leases, endpoints, events, …). Default: see upstream's AllowCreateOnUpdate. */
  readonly allowCreateOnUpdate?: boolean;
  /** Whether an update without resourceVersion is allowed. Default true, as for most kinds. */
  readonly allowUnconditionalUpdate?: boolean;
  /** The same, for the status endpoint. */
  readonly status?: Pick<Strategy<T>, "prepareForUpdate" | "validateUpdate">;
  /** How long deletion takes its time (pods); undefined: at once. */
  gracePeriodSeconds?(object: T, requested: number | undefined): number | undefined;
  /** Status of create that returns something else than the object, e.g. SubjectAccessReview, is done by apiserver/rest/virtual. */
}

/** metav1.TableColumnDefinition; priority 0 always shows, 1 with -o wide. */
export interface ColumnDefinition {
  readonly name: string;
  readonly type: "string" | "integer" | "number" | "boolean" | "date";
  readonly format?: string;
  readonly description?: string;
  readonly priority?: number;
}

/** A kind's server-side table. Cells are strings, numbers or booleans, one for each column. */
export interface TableFacet<T = KubeObject> {
  readonly columns: readonly ColumnDefinition[];
  row(object: T, now: Instant): readonly unknown[];
  /** metav1.TableRow conditions, e.g. Completed pods. */
  conditions?(object: T): readonly JsonObject[];
  /** The order of a list's rows, where it is not the list's own (flow schemas, by precedence). */
  compare?(a: T, b: T): number;
}

/** How a stored object looks at an instant, where parts of it follow from time alone: what is derived need not be written. */
export interface PresentFacet<T = KubeObject> {
  present(object: T, now: Instant): T;
}

/** What a describer may ask of the cluster: it goes through the client, so it works on a real cluster too. */
export interface DescribeContext {
  readonly now: Instant;
  readonly showEvents: boolean;
  readonly chunkSize: number;
  get(
    group: string,
    version: string,
    resource: string,
    namespace: string | undefined,
    name: string,
  ): Promise<KubeObject | undefined>;
  list(
    group: string,
    version: string,
    resource: string,
    namespace: string | undefined,
    options?: { labelSelector?: string; fieldSelector?: string },
  ): Promise<KubeObject[]>;
  /** The events about an object, as the server lists them. `about` overrules what the events must name: an empty kind or uid is not asked for. Throws where they cannot be read. */
  events(object: TypedObject, about?: { readonly kind?: string; readonly uid?: string }): Promise<KubeObject[]>;
}

/** `kubectl describe` of one kind: writes through the indenting, tab-aligning writer. */
export interface DescribeFacet<T = KubeObject> {
  describe(object: T, context: DescribeContext, out: DescribeWriter): Promise<void> | void;
}

/** kubectl's PrefixWriter over a tabwriter: `write(level, text)` indents by two blanks a level; tabs align when flushed. */
export interface DescribeWriter {
  write(level: number, text: string): void;
  /** Ends the current block of aligned cells, as kubectl's Flush does. */
  flush(): void;
}

/** What rollout, scale, set, expose, autoscale and logs ask of a kind. Absent members: the verb does not know the kind. */
export interface WorkloadFacet<T = KubeObject> {
  /** The pod template inside the object (shared, not a copy), for set image, set env, set resources, …. */
  podTemplate?(object: T): JsonObject | undefined;
  /** The label selector of its pods, as text ("app=web"). */
  podSelector?(object: T): string | undefined;
  /** Whether expose may make a service for it, and of which map of labels. Throws with kubectl's text where this object cannot be. */
  exposeSelector?(object: T): Record<string, string>;
  /** The container ports, for expose without --port. */
  ports?(object: T): readonly { port: number; protocol: string; name?: string }[];
  /** rollout status: the line to print, and whether it is done. Throws with kubectl's text where the rollout failed. */
  rolloutStatus?(object: T, revision: number): { message: string; done: boolean };
  readonly canPause?: boolean;
  readonly canRestart?: boolean;
  /** What holds its history: ReplicaSets for deployments, ControllerRevisions for the others. */
  readonly history?: "replicasets" | "controllerrevisions";
  /** Whether the scale subresource exists. */
  readonly scalable?: boolean;
}
