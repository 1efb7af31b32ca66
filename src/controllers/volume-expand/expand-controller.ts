import type { PersistentVolumeClaim } from "../../kinds/types/core_v1.ts";
import { compareQuantities, parseQuantity } from "../../machinery/quantity.ts";
import { type Controller, splitKey } from "../controller.ts";

/** Tells of claims that ask for more than they have and wait for their driver to grow. Mirrors pkg/controller/volume/expand for drivers outside the tree. */
export const expandController: Controller = {
  async reconcile(key, context) {
    const { namespace, name } = splitKey(key);
    const claim = context.lister.get<PersistentVolumeClaim>("", "persistentvolumeclaims", namespace, name);
    if (claim?.status?.phase !== "Bound" || !wantsMore(claim)) return undefined;
    const message = "waiting for an external controller to expand this PVC";
    await context.events.event({ object: claim }, "Normal", "ExternalExpanding", message);
    return undefined;
  },
};

/** Whether a claim requests more than it has. */
export function wantsMore({ spec, status }: PersistentVolumeClaim): boolean {
  const wanted = spec?.resources?.requests?.storage;
  const has = status?.capacity?.storage;
  return wanted !== undefined && has !== undefined && compareQuantities(parseQuantity(wanted), parseQuantity(has)) > 0;
}
