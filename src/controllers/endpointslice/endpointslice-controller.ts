import type { Service } from "../../kinds/types/core_v1.ts";
import { type Controller, splitKey } from "../controller.ts";
import { isHeadless, selectsPods } from "../shared/service-endpoints.ts";
import { desiredGroups } from "./desired.ts";
import { MANAGED_BY, reconcileSlices, remove, SERVICE_NAME, slicesOf } from "./slices.ts";

const MANAGER = "endpointslice-controller.k8s.io";
const HEADLESS = "service.kubernetes.io/headless";

/** Keeps the EndpointSlices of services with a selector. Mirrors pkg/controller/endpointslice/endpointslice_controller.go. */
export const endpointSliceController: Controller = {
  async reconcile(key, context) {
    const { namespace, name } = splitKey(key);
    const service = context.lister.get<Service>("", "services", namespace, name);
    const existing = slicesOf(context, namespace, name, MANAGER);
    if (service === undefined) {
      for (const slice of existing) await remove(context, slice);
    } else if (selectsPods(service)) {
      const labels: Record<string, string> = {
        ...service.metadata.labels,
        [SERVICE_NAME]: name,
        [MANAGED_BY]: MANAGER,
      };
      if (isHeadless(service)) labels[HEADLESS] = "";
      await reconcileSlices(
        context,
        { owner: service, name, labels },
        existing,
        desiredGroups(context.lister, service),
      );
    }
    return undefined;
  },
};
