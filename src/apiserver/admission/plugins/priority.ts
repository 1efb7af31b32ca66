import type { KubeObject } from "../../../machinery/object.ts";
import { forbidden } from "../../../machinery/status-error.ts";
import { storeKey, storePrefix } from "../../../store/object-store.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import { admissionForbidden } from "../refusal.ts";

const GROUP = "scheduling.k8s.io";
const RESOURCE = "priorityclasses";
const SYSTEM = new Set(["system-node-critical", "system-cluster-critical"]);

/** Gives pods the number behind their priority class, and keeps default classes single. Mirrors plugin/pkg/admission/priority. */
export const priority: AdmissionPlugin = {
  admit(request) {
    const { definition, operation, object, old } = request;
    if (definition.resource !== "pods" || object?.spec === undefined) return;
    if (operation === "CREATE") admitPod(request, object);
    else if (operation === "UPDATE" && old !== undefined) {
      // What was computed at creation stays when a client sends the pod without it.
      object.spec.priority ??= old.spec?.priority;
      if (object.spec.preemptionPolicy === undefined && old.spec?.preemptionPolicy !== undefined)
        object.spec.preemptionPolicy = old.spec.preemptionPolicy;
    }
  },
  validate(request) {
    const { definition, object, operation, old } = request;
    if (definition.resource !== RESOURCE || object?.globalDefault !== true) return;
    const present = defaultClass(request);
    if (present === undefined) return;
    if (operation === "CREATE" || (operation === "UPDATE" && present.metadata.name !== old?.metadata.name))
      throw admissionForbidden(
        request,
        `PriorityClass ${present.metadata.name} is already marked as default. Only one default can exist`,
      );
  },
};

/** The two classes of the system stay. Mirrors registry/scheduling/priorityclass/storage Delete. */
export const systemPriorityClasses: AdmissionPlugin = {
  validate({ name }) {
    if (SYSTEM.has(name))
      throw forbidden(
        { group: GROUP, resource: RESOURCE },
        name,
        "this is a system priority class and cannot be deleted",
      );
  },
};

/** The default class; of several the one with the lowest value. */
function defaultClass({ context }: AdmissionRequest): KubeObject | undefined {
  const defaults = context.server.store
    .list(storePrefix(GROUP, RESOURCE))
    .map((s) => s.object)
    .filter((c) => c.globalDefault === true);
  return defaults.sort((a, b) => (a.value ?? 0) - (b.value ?? 0))[0];
}

function admitPod(request: AdmissionRequest, pod: KubeObject): void {
  const { spec } = pod;
  const name: string = spec.priorityClassName ?? "";
  const { class: found, value } = name === "" ? fallback(request) : named(request, name);
  if (found !== undefined && name === "") spec.priorityClassName = found.metadata.name;
  if (spec.priority !== undefined && spec.priority !== value)
    throw admissionForbidden(
      request,
      `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
    );
  spec.priority = value;
  const policy = found?.preemptionPolicy ?? "PreemptLowerPriority";
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy)
    throw admissionForbidden(
      request,
      `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`,
    );
  spec.preemptionPolicy = policy;
}

function fallback(request: AdmissionRequest): { class: KubeObject | undefined; value: number } {
  const found = defaultClass(request);
  return { class: found, value: found?.value ?? 0 };
}

function named(request: AdmissionRequest, name: string): { class: KubeObject; value: number } {
  const found = request.context.server.store.get(storeKey(GROUP, RESOURCE, undefined, name))?.object;
  if (found === undefined) throw admissionForbidden(request, `no PriorityClass with name ${name} was found`);
  return { class: found, value: found.value ?? 0 };
}
