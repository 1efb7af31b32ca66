import type { ResourceRequirements } from "../../kinds/types/core_v1.ts";
import type { JsonObject } from "../../machinery/object.ts";
import type { Instant } from "../../machinery/time.ts";
import type { BackOffEntry } from "./back-off.ts";

/** How one run of a container ended. */
export interface EndedRun {
  readonly id: string;
  readonly startedAt: Instant;
  readonly finishedAt: Instant;
  readonly exitCode: number;
  readonly signal?: number;
  readonly reason: string;
  readonly message?: string;
}

/** A pull that is under way. */
export interface PullRecord {
  readonly image: string;
  readonly startedAt: Instant;
  readonly until: Instant;
}

/** A container that was told to stop. */
export interface KillRecord {
  readonly startedAt: Instant;
  /** When SIGTERM is due: after the preStop hook. */
  readonly termAt: Instant;
  readonly killAt: Instant;
  readonly signalled?: boolean;
  /** A sidecar whose turn has not come: SIGTERM waits, the hook and the grace do not. */
  readonly held?: boolean;
  /** When the program will be over, if its answer to SIGTERM said so. */
  readonly overAt?: Instant;
}

/** How a probe of a running container stands. */
export interface ProbeRecord {
  /** When the next probe is due. */
  readonly nextAt: Instant;
  /** Probes in a row with the result `lastOk`. */
  readonly streak: number;
  readonly lastOk?: boolean;
  /** What the thresholds made of it; undefined: unknown yet (startup). */
  readonly result?: boolean;
}

/** What a kubelet knows of one container of a pod. */
export interface ContainerRecord {
  /** Runs begun so far; the restart count is one less. */
  starts: number;
  /** The current run's id, without "containerd://". */
  id?: string;
  /** The spec's image that was last acted on. */
  wantedImage?: string;
  /** Its image was changed: it is run again whatever the restart policy. */
  redefined?: boolean;
  image?: string;
  imageId?: string;
  /** The user that the image names. */
  imageUser?: number;
  /** The groups that it adds to root. */
  imageGroups?: readonly number[];
  running?: { readonly startedAt: Instant };
  /** Set once the current run is over. */
  ended?: EndedRun;
  /** The run before the current one. */
  last?: EndedRun;
  waiting?: { readonly reason: string; readonly message?: string };
  pull?: PullRecord;
  imageBackOff?: BackOffEntry;
  crashBackOff?: BackOffEntry;
  /** The earliest instant for another attempt to start. */
  retryAt?: Instant;
  kill?: KillRecord;
  probes?: { startup?: ProbeRecord; readiness?: ProbeRecord; liveness?: ProbeRecord };
  started?: boolean;
  ready?: boolean;
  /** A postStart hook that still runs; `failure`: what its end will say. */
  hook?: { readonly until: Instant; readonly failure?: string };
  /** Why the postStart hook failed: shown once the container has been stopped for it. */
  hookError?: string;
  /** What the node has allocated to the container, and what its current run has got of it. */
  allocated?: ResourceRequirements;
  actuated?: ResourceRequirements;
  /** A failed image or configuration, which only a change elsewhere can heal. */
  configError?: boolean;
}

/** What a kubelet knows of one pod. */
export interface PodRecord {
  readonly uid: string;
  readonly node: string;
  readonly startTime: Instant;
  /** The node has agreed to run it (or refused, see failed). */
  admitted?: boolean;
  sandboxAt?: Instant;
  sandboxReady?: boolean;
  /** Its machine went down: the sandbox has to be made anew. */
  sandboxLost?: boolean;
  podIP?: string;
  containers: Record<string, ContainerRecord>;
  /** Why the kubelet itself ended the pod: rejected, evicted, deadline exceeded. */
  failed?: { readonly reason: string; readonly message: string };
  /** The last FailedMount message, so that the same failure is not reported again without a reason. */
  mountError?: string;
  /** A digest of the files that its volumes have put into the containers. */
  mounted?: string;
  /** When changed files will be put into the containers. */
  remountAt?: Instant;
  /** A resize that the node cannot grant, or not now. */
  resizePending?: { readonly reason: string; readonly message: string; readonly since: Instant };
  /** A resize that is granted; its containers get it at `until`. */
  resizing?: { readonly since: Instant; readonly until: Instant };
  /** When its local storage is to be measured next, and what was found last. */
  storage?: { readonly checkAt: Instant; readonly used: number; readonly periodMs: number };
  /** When the containers were told to stop because the pod goes. */
  terminatingSince?: Instant;
  /** All containers are done and will not run again. */
  finished?: boolean;
  /** When the last traces of a deleted pod will have been removed from the node. */
  goneAt?: Instant;
}

/** The key of a pod's record. */
export const podRecordKey = (namespace: string, name: string): string => `kubelet/pod/${namespace}/${name}`;

/** The key of a node's own record. */
export const nodeRecordKey = (node: string): string => `kubelet/node/${node}`;

/** The record of a container; made where there is none. */
export function containerRecord(record: PodRecord, name: string): ContainerRecord {
  if (!Object.hasOwn(record.containers, name)) record.containers[name] = { starts: 0 };
  return record.containers[name] as ContainerRecord;
}

/** A record as the store holds it. */
export const asJson = (record: PodRecord): JsonObject => record as unknown as JsonObject;
