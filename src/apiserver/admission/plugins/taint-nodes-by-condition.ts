import type { JsonObject } from "../../../machinery/object.ts";
import type { AdmissionPlugin } from "../admission.ts";

const NOT_READY = { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" };

/** A new node takes no pods before its kubelet has said that it is ready. Mirrors plugin/pkg/admission/nodetaint. */
export const taintNodesByCondition: AdmissionPlugin = {
  admit({ object }) {
    if (object === undefined) return;
    const spec: JsonObject = { ...object.spec };
    const taints: JsonObject[] = spec.taints ?? [];
    if (!taints.some((t) => t.key === NOT_READY.key && t.effect === NOT_READY.effect))
      spec.taints = [...taints, NOT_READY];
    object.spec = spec;
  },
};
