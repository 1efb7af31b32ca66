import type { JsonObject, KubeObject } from "../../../machinery/object.ts";
import { badRequest } from "../../../machinery/status-error.ts";

const namesOf = (containers: readonly JsonObject[] | undefined): string[] => (containers ?? []).map((c) => c.name);

/** The container that a request means: the named one, or the only one. Throws BadRequest in upstream's words. Mirrors registry/core/pod/strategy.go LogLocation and streamLocation. */
export function containerOf(pod: KubeObject, wanted: string): string {
  const name = pod.metadata.name ?? "";
  const containers = namesOf(pod.spec?.containers);
  const init = namesOf(pod.spec?.initContainers);
  const ephemeral = namesOf(pod.spec?.ephemeralContainers);
  if (wanted !== "") {
    if ([...containers, ...init, ...ephemeral].includes(wanted)) return wanted;
    throw badRequest(`container ${wanted} is not valid for pod ${name}`);
  }
  if (containers.length === 1 && init.length === 0 && ephemeral.length === 0) return containers[0]!;
  if (containers.length === 1) return containers[0]!;
  if (containers.length === 0) throw badRequest(`a container name must be specified for pod ${name}`);
  const list = `a container name must be specified for pod ${name}, choose one of: [${containers.join(" ")}]`;
  throw badRequest(init.length > 0 ? `${list} or one of the init containers: [${init.join(" ")}]` : list);
}
