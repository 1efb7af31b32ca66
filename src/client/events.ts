import type { KubeObject } from "../machinery/object.ts";

/** What an event is about. `fieldPath` names a part of it: "spec.containers{web}". */
export interface EventTarget {
  readonly object: Pick<KubeObject, "apiVersion" | "kind" | "metadata">;
  readonly fieldPath?: string;
}

/** Records core/v1 events as client-go's recorder and correlator do: equal ones raise a count, similar ones aggregate. */
export interface EventRecorder {
  /** `source`: the component ("kubelet", "default-scheduler", "deployment-controller") and, for kubelets, its node. */
  event(
    target: EventTarget,
    type: "Normal" | "Warning",
    reason: string,
    message: string,
    source?: { component: string; host?: string },
  ): Promise<void>;
}
