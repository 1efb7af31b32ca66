import { parseTime } from "../../../machinery/time.ts";
import { storePrefix } from "../../../store/object-store.ts";
import type { AdmissionPlugin } from "../admission.ts";

/** An ingress that names no class gets the default one; of several the newest. Mirrors plugin/pkg/admission/network/defaultingressclass. */
export const defaultIngressClass: AdmissionPlugin = {
  admit({ object, context }) {
    if (object?.spec === undefined || object.spec.ingressClassName !== undefined) return;
    if (object.metadata.annotations?.["kubernetes.io/ingress.class"] !== undefined) return;
    const defaults = context.server.store
      .list(storePrefix("networking.k8s.io", "ingressclasses"))
      .map((s) => s.object)
      .filter((c) => c.metadata.annotations?.["ingressclass.kubernetes.io/is-default-class"] === "true")
      .sort(
        (a, b) =>
          parseTime(b.metadata.creationTimestamp) - parseTime(a.metadata.creationTimestamp) ||
          ((a.metadata.name ?? "") < (b.metadata.name ?? "") ? -1 : 1),
      );
    const found = defaults[0];
    if (found !== undefined) object.spec.ingressClassName = found.metadata.name;
  },
};
