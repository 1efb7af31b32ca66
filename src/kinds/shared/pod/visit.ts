import type { Container, EphemeralContainer, PodSpec } from "../../types/core_v1.ts";

export interface ContainerAt {
  readonly container: Container | EphemeralContainer;
  readonly path: string;
}

/** All containers with their fields' paths: init, regular, ephemeral. Mirrors pods.VisitContainersWithPath. */
export function containersWithPaths(spec: PodSpec, field: string): ContainerAt[] {
  return (["initContainers", "containers", "ephemeralContainers"] as const).flatMap((list) =>
    (spec[list] ?? []).map((container, i) => ({ container, path: `${field}.${list}[${i}]` })),
  );
}
