import type { KubeObject } from "../machinery/object.ts";

/** What an event is about. `fieldPath` names a part of it: "spec.containers{web}". */
export interface EventTarget {
  readonly object: Pick<KubeObject, "apiVersion" | "kind" | "metadata">;
  readonly fieldPath?: string;
}

/** An event of the events.k8s.io API. */
export interface ActionEvent {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  /** What was being done: "Binding". */
  readonly action: string;
  readonly note: string;
  /** What else it is about. */
  readonly related?: EventTarget["object"];
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
  /** Records as client-go's events.k8s.io recorder does: with an action and in microseconds; repetitions make a series. */
  action(target: EventTarget, event: ActionEvent): Promise<void>;
}
