import type { WorkloadFacet } from "../../definition.ts";
import { mapSelector } from "../../shared/workload.ts";
import type { Service } from "../../types/core_v1.ts";

/** What expose and logs know of services. */
export const workload: WorkloadFacet<Service> = {
  podSelector: ({ metadata, spec }) => {
    if (Object.keys(spec?.selector ?? {}).length === 0)
      throw new Error(`invalid service '${metadata.name ?? ""}': Service is defined without a selector`);
    return mapSelector(spec?.selector);
  },
  exposeSelector: ({ spec }) => {
    if (spec?.selector === undefined) throw new Error("the service has no pod selector set");
    return { ...spec.selector };
  },
  ports: ({ spec }) =>
    (spec?.ports ?? []).map((p) => ({
      port: p.port,
      protocol: p.protocol ?? "TCP",
      ...(p.name === undefined ? {} : { name: p.name }),
    })),
};
