import type { UserInfo } from "../../client/transport.ts";
import type { ResourceDefinition } from "../../kinds/definition.ts";
import type { KubeObject } from "../../machinery/object.ts";
import type { ObjectStore } from "../../store/object-store.ts";
import type { RequestContext } from "../context.ts";

/** What may happen to an object. CONNECT: exec, attach, portforward, proxy. */
export type Operation = "CREATE" | "UPDATE" | "DELETE" | "CONNECT";

/** What the generic store asks of admission, for one request. */
export interface Admission {
  /** Lets mutating plugins change `object` (the draft), or refuse by a throw. */
  admit(operation: Operation, object: KubeObject | undefined, old: KubeObject | undefined): Promise<void>;
  /** Lets validating plugins refuse by a throw. */
  validate(operation: Operation, object: KubeObject | undefined, old: KubeObject | undefined): Promise<void>;
}

/** What a plugin sees of a request. Mirrors apiserver/pkg/admission Attributes. */
export interface AdmissionRequest {
  readonly context: RequestContext;
  readonly operation: Operation;
  readonly definition: ResourceDefinition;
  /** "" for the object itself. */
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** The new state; a mutating plugin may change it. Absent for DELETE. */
  readonly object: KubeObject | undefined;
  readonly old: KubeObject | undefined;
}

/** One admission plugin; both methods refuse by throwing a StatusError. */
export interface AdmissionPlugin {
  admit?(request: AdmissionRequest): void | Promise<void>;
  validate?(request: AdmissionRequest): void | Promise<void>;
}

/** A row of the plugin table: what the plugin looks at, so that nothing else loads it. */
export interface AdmissionRegistration {
  readonly name: string;
  /** Whether it looks at `operation` on `target` ("GROUP/RESOURCE" or "GROUP/RESOURCE/SUBRESOURCE"). */
  handles(operation: Operation, target: string, definition: ResourceDefinition, user: UserInfo): boolean;
  /** Whether there is anything for it to go by, where that is cheap to see. */
  needed?(store: ObjectStore, namespace: string): boolean;
  load(): Promise<AdmissionPlugin>;
}
