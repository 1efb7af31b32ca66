import type { Container, Pod } from "../../kinds/types/core_v1.ts";

/** Which list of the spec a container is in. */
export type ContainerType = "init" | "main" | "ephemeral";

/** A container of a pod together with where it stands in the spec. */
export interface PodContainer {
  readonly type: ContainerType;
  readonly spec: Container;
}

/** An init container that keeps running beside the others. Mirrors pkg/kubelet/types IsRestartableInitContainer. */
export const isSidecar = (container: PodContainer): boolean =>
  container.type === "init" && container.spec.restartPolicy === "Always";

export const initContainers = (pod: Pod): PodContainer[] =>
  (pod.spec?.initContainers ?? []).map((spec) => ({ type: "init", spec }));

export const mainContainers = (pod: Pod): PodContainer[] =>
  (pod.spec?.containers ?? []).map((spec) => ({ type: "main", spec }));

export const ephemeralContainers = (pod: Pod): PodContainer[] =>
  (pod.spec?.ephemeralContainers ?? []).map((spec) => ({ type: "ephemeral", spec: spec as Container }));

/** Every container of the pod, in the order in which the kubelet looks at them. */
export const allContainers = (pod: Pod): PodContainer[] => [
  ...initContainers(pod),
  ...mainContainers(pod),
  ...ephemeralContainers(pod),
];

/** "spec.containers{web}": what an event about a container names. */
export function fieldPath(container: PodContainer): string {
  const list =
    container.type === "init" ? "initContainers" : container.type === "main" ? "containers" : "ephemeralContainers";
  return `spec.${list}{${container.spec.name}}`;
}

/** Whether a container that ended so is run again. Mirrors pkg/kubelet/container/helpers.go ShouldContainerBeRestarted. */
export function restarts(container: PodContainer, pod: Pod, exitCode: number): boolean {
  if (container.type === "ephemeral") return false;
  if (isSidecar(container)) return true;
  const policy = pod.spec?.restartPolicy ?? "Always";
  if (container.type === "init") return exitCode !== 0 && policy !== "Never";
  return policy === "Always" || (policy === "OnFailure" && exitCode !== 0);
}

/** "NAME_NAMESPACE(UID)", as the kubelet names a pod in its messages. */
export const podText = (pod: Pod): string => `${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`;
