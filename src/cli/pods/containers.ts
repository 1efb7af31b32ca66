import type { JsonObject, KubeObject } from "../../machinery/object.ts";
import type { Session } from "../session.ts";

/** Which container kubectl takes where none is named. */
export const DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container";

const namesOf = (pod: KubeObject, list: string): string[] =>
  (pod["spec"]?.[list] ?? []).map((c: JsonObject) => c["name"]);

/** Every container of a pod: "web, debugger (ephem), setup (init)". Mirrors podcmd.AllContainerNames. */
export function allContainerNames(pod: KubeObject): string {
  return [
    ...namesOf(pod, "containers"),
    ...namesOf(pod, "ephemeralContainers").map((n) => `${n} (ephem)`),
    ...namesOf(pod, "initContainers").map((n) => `${n} (init)`),
  ].join(", ");
}

/** The containers in the order in which logs takes them all. */
export function containersForLogs(pod: KubeObject): string[] {
  return [...namesOf(pod, "initContainers"), ...namesOf(pod, "containers"), ...namesOf(pod, "ephemeralContainers")];
}

/** Whether the pod has a container of the name, of any sort. */
export function hasContainer(pod: KubeObject, name: string): boolean {
  return containersForLogs(pod).includes(name);
}

/** The spec of a container by name. */
export function containerSpec(pod: KubeObject, name: string): JsonObject | undefined {
  return ["containers", "initContainers", "ephemeralContainers"]
    .flatMap((list) => (pod["spec"]?.[list] ?? []) as JsonObject[])
    .find((c) => c["name"] === name);
}

/** The container that is meant where none is named: the annotation's, else the first, which is said where there is a choice. */
export function defaultContainer(session: Session, pod: KubeObject, quiet = false): string {
  const preferred = pod.metadata.annotations?.[DEFAULT_CONTAINER];
  if (preferred) {
    if (hasContainer(pod, preferred)) return preferred;
    session.streams.stderr.write(
      `Default container name ${JSON.stringify(preferred)} not found in pod ${pod.metadata.name}\n`,
    );
  }
  const first = namesOf(pod, "containers")[0] ?? "";
  if (!quiet && containersForLogs(pod).length > 1)
    session.streams.stderr.write(`Defaulted container ${JSON.stringify(first)} out of: ${allContainerNames(pod)}\n`);
  return first;
}
