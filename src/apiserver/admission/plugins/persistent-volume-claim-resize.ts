import type { KubeObject } from "../../../machinery/object.ts";
import { compareQuantities, parseQuantity } from "../../../machinery/quantity.ts";
import { storeKey } from "../../../store/object-store.ts";
import type { AdmissionPlugin } from "../admission.ts";
import { admissionForbidden } from "../refusal.ts";

/** A claim grows only where its class allows. Mirrors plugin/pkg/admission/storage/persistentvolume/resize. */
export const persistentVolumeClaimResize: AdmissionPlugin = {
  validate(request) {
    const { object, old, context } = request;
    if (object === undefined || old === undefined) return;
    if (compareQuantities(storageOf(object), storageOf(old)) <= 0) return;
    if (old.status?.phase !== "Bound")
      throw admissionForbidden(request, "Only bound persistent volume claims can be expanded");
    const name = object.spec?.storageClassName ?? "";
    const storageClass = context.server.store.get(
      storeKey("storage.k8s.io", "storageclasses", undefined, name),
    )?.object;
    if (name === "" || storageClass?.allowVolumeExpansion !== true)
      throw admissionForbidden(
        request,
        "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize",
      );
  },
};

const storageOf = (claim: KubeObject): ReturnType<typeof parseQuantity> =>
  parseQuantity(claim.spec?.resources?.requests?.storage ?? "0");
