import type { JsonObject } from "../../../machinery/object.ts";
import type { AdmissionPlugin } from "../admission.ts";

const KEYS = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];
const SECONDS = 300;

/** A pod stays five minutes on a node that is not ready or not reachable. Mirrors plugin/pkg/admission/defaulttolerationseconds. */
export const defaultTolerationSeconds: AdmissionPlugin = {
  admit({ object }) {
    if (object?.spec === undefined) return;
    const tolerations: JsonObject[] = object.spec.tolerations ?? [];
    const tolerated = (key: string): boolean =>
      tolerations.some((t) => (!t.key || t.key === key) && (!t.effect || t.effect === "NoExecute"));
    const missing = KEYS.filter((key) => !tolerated(key));
    if (missing.length === 0) return;
    object.spec.tolerations = [
      ...tolerations,
      ...missing.map((key) => ({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds: SECONDS })),
    ];
  },
};
