import type { WorkloadFacet } from "../../definition.ts";
import { containerPorts, mapSelector } from "../../shared/workload.ts";
import type { ReplicationController } from "../../types/core_v1.ts";

/** What set, expose, scale and logs know of replication controllers. */
export const workload: WorkloadFacet<ReplicationController> = {
  podTemplate: (controller) => controller.spec?.template,
  podSelector: (controller) => mapSelector(controller.spec?.selector),
  exposeSelector: (controller) => ({ ...controller.spec?.selector }),
  ports: (controller) => containerPorts(controller.spec?.template?.spec),
  scalable: true,
};
