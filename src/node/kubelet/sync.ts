import type { EventTarget } from "../../client/events.ts";
import type { ReconcileContext } from "../../controllers/controller.ts";
import type { Node, Pod } from "../../kinds/types/core_v1.ts";
import type { Instant } from "../../machinery/time.ts";
import type { ContainerRuntime } from "../runtime/runtime.ts";
import type { PodContainer } from "./containers.ts";
import { fieldPath } from "./containers.ts";
import type { PodRecord } from "./record.ts";

/** One look at one pod: what it works with, and the earliest instant at which another look is due. */
export interface PodSync {
  readonly context: ReconcileContext;
  readonly now: Instant;
  readonly pod: Pod;
  readonly node: Node | undefined;
  readonly runtime: ContainerRuntime;
  /** Whether a file is on the node's disk; absent: nobody knows. */
  readonly nodeHasFile?: (path: string) => boolean;
  /** The draft of this look; stored when it is over. */
  readonly record: PodRecord;
  /** The offset in the node's range of the address given out last. */
  lastAddress: number | undefined;
  wakeAt: Instant | undefined;
}

/** Asks for another look at `at` (or earlier). Instants that have passed count as now. */
export function wake(sync: PodSync, at: Instant | undefined): void {
  if (at === undefined || Number.isNaN(at)) return;
  const due = Math.max(at, sync.now);
  if (sync.wakeAt === undefined || due < sync.wakeAt) sync.wakeAt = due;
}

/** Records an event about the pod, or about one container of it. */
export async function emit(
  sync: PodSync,
  container: PodContainer | undefined,
  type: "Normal" | "Warning",
  reason: string,
  message: string,
): Promise<void> {
  const target: EventTarget = {
    object: sync.pod,
    ...(container === undefined ? {} : { fieldPath: fieldPath(container) }),
  };
  await sync.context.events.event(target, type, reason, message, { component: "kubelet", host: sync.record.node });
}
