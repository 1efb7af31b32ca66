import { deepEqual, type JsonObject } from "../../../machinery/object.ts";
import { storeKey } from "../../../store/object-store.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import { admissionForbidden } from "../refusal.ts";

/** A pod's runtime class decides its overhead, and where it may run. Mirrors plugin/pkg/admission/runtimeclass. */
export const runtimeClass: AdmissionPlugin = {
  admit(request) {
    const spec: JsonObject | undefined = request.object?.spec;
    const found = classOf(request);
    if (spec === undefined || found === undefined) return;
    const overhead = found.overhead?.podFixed;
    if (overhead !== undefined) {
      if (spec.overhead !== undefined && !deepEqual(spec.overhead, overhead)) throw overheadMismatch(request);
      spec.overhead = overhead;
    }
    const { nodeSelector, tolerations } = found.scheduling ?? {};
    for (const [key, value] of Object.entries(nodeSelector ?? {})) {
      if (spec.nodeSelector?.[key] !== undefined && spec.nodeSelector[key] !== value)
        throw admissionForbidden(
          request,
          "conflict: runtimeClass.scheduling.nodeSelector[] and pod.spec.nodeSelector[] have different values",
        );
      spec.nodeSelector = { ...spec.nodeSelector, [key]: value };
    }
    if (tolerations !== undefined) spec.tolerations = [...(spec.tolerations ?? []), ...tolerations];
  },
  validate(request) {
    const found = classOf(request);
    const overhead = request.object?.spec?.overhead;
    if (overhead !== undefined && !deepEqual(overhead, found?.overhead?.podFixed)) throw overheadMismatch(request);
  },
};

const overheadMismatch = (request: AdmissionRequest): Error =>
  admissionForbidden(request, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");

function classOf(request: AdmissionRequest): JsonObject | undefined {
  const name = request.object?.spec?.runtimeClassName;
  if (!name) return undefined;
  const found = request.context.server.store.get(storeKey("node.k8s.io", "runtimeclasses", undefined, name))?.object;
  if (found === undefined)
    throw admissionForbidden(request, `pod rejected: RuntimeClass ${JSON.stringify(name)} not found`);
  return found;
}
