import type { Strategy } from "../../definition.ts";
import { keep } from "../../shared/keep.ts";
import type { Service, ServiceSpec } from "../../types/core_v1.ts";
import { defaultService, isExternallyAccessible } from "./defaults.ts";
import { validateService, validateServiceStatus, validateServiceUpdate } from "./validation.ts";
import { serviceWarnings } from "./warnings.ts";

/** Mirrors pkg/registry/core/service/strategy.go. Addresses and node ports are the apiserver's allocators' business. */
export const strategy: Strategy<Service> = {
  defaults: defaultService,
  prepareForCreate(service) {
    service.status = { loadBalancer: {} };
  },
  prepareForUpdate(service, old) {
    keep(service, old, "status");
    if (service.spec && old.spec) dropTypeDependentFields(service.spec, old.spec);
  },
  validate: validateService,
  validateUpdate: validateServiceUpdate,
  warnings: serviceWarnings,
  selectableFields: ({ spec }) => ({ "spec.clusterIP": spec?.clusterIP ?? "", "spec.type": spec?.type ?? "" }),
  nameRule: "dns-1035-label",
  status: {
    prepareForUpdate(service, old) {
      keep(service, old, "spec");
    },
    validateUpdate: validateServiceStatus,
  },
};

const isLoadBalancer = (spec: ServiceSpec): boolean => spec.type === "LoadBalancer";
const needsHealthCheck = (spec: ServiceSpec): boolean => isLoadBalancer(spec) && spec.externalTrafficPolicy === "Local";

/** What the old type needed and the new one may not have goes, unless the client changed it as well. Mirrors dropTypeDependentFields. */
function dropTypeDependentFields(spec: ServiceSpec, old: ServiceSpec): void {
  const dropIfSame = (field: keyof ServiceSpec): void => {
    if (spec[field] === old[field]) delete spec[field];
  };
  if (needsHealthCheck(old) && !needsHealthCheck(spec)) dropIfSame("healthCheckNodePort");
  if (isLoadBalancer(old) && !isLoadBalancer(spec)) {
    dropIfSame("allocateLoadBalancerNodePorts");
    dropIfSame("loadBalancerClass");
  }
  if (isExternallyAccessible(old) && !isExternallyAccessible(spec)) dropIfSame("externalTrafficPolicy");
}
