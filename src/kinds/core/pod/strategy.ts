import { dns1123LabelErrors } from "../../../machinery/names.ts";
import { deepCopy, deepEqual } from "../../../machinery/object.ts";
import type { Strategy } from "../../definition.ts";
import { defaultPod } from "../../shared/pod/defaults.ts";
import { podQosClass } from "../../shared/pod/qos.ts";
import { podWarnings } from "../../shared/pod/warnings.ts";
import type { Container, Pod, PodAffinityTerm, PodCondition, PodSpec } from "../../types/core_v1.ts";
import {
  validateEphemeralContainersUpdate,
  validatePodCreate,
  validatePodResize,
  validatePodStatusUpdate,
  validatePodUpdate,
} from "./validation.ts";

/** A pod's endpoints for parts of its spec: what each adds to the strategy. */
export interface PodStrategy extends Strategy<Pod> {
  readonly ephemeralContainers: Required<Pick<Strategy<Pod>, "prepareForUpdate" | "validateUpdate">>;
  readonly resize: Required<Pick<Strategy<Pod>, "prepareForUpdate" | "validateUpdate">>;
}

/** Mirrors pkg/registry/core/pod/strategy.go. */
export const strategy: PodStrategy = {
  defaults: defaultPod,
  prepareForCreate(pod) {
    pod.spec ??= { containers: [] };
    const { spec } = pod;
    dropDisabledFields(spec);
    pod.status = { phase: "Pending", qosClass: podQosClass(pod) };
    if ((spec.schedulingGates ?? []).length > 0) pod.status.conditions = [gatedCondition];
    mergeMatchLabelKeys(pod);
  },
  prepareForUpdate(pod, old) {
    pod.status = old.status;
    if (!old.spec?.resources && pod.spec) dropDisabledFields(pod.spec);
  },
  validate: validatePodCreate,
  validateUpdate: validatePodUpdate,
  warnings(pod, old) {
    // Nobody edits pods by hand often enough to look again at each update.
    if (old) return [];
    const messages = dns1123LabelErrors(pod.metadata.name ?? "");
    const hostname =
      messages.length > 0
        ? [
            `metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [${messages.join(" ")}]`,
          ]
        : [];
    return [...hostname, ...podWarnings(pod.spec, pod.metadata.annotations, "")];
  },
  selectableFields: (pod) => ({
    "spec.nodeName": pod.spec?.nodeName ?? "",
    "spec.restartPolicy": pod.spec?.restartPolicy ?? "",
    "spec.schedulerName": pod.spec?.schedulerName ?? "",
    "spec.serviceAccountName": pod.spec?.serviceAccountName ?? "",
    "spec.hostNetwork": String(pod.spec?.hostNetwork ?? false),
    "status.phase": pod.status?.phase ?? "",
    "status.podIP": pod.status?.podIPs?.[0]?.ip ?? pod.status?.podIP ?? "",
    "status.nominatedNodeName": pod.status?.nominatedNodeName ?? "",
  }),
  nameRule: "dns-subdomain",
  gracePeriodSeconds(pod, requested) {
    const phase = pod.status?.phase;
    if (!pod.spec?.nodeName || phase === "Failed" || phase === "Succeeded") return 0;
    const seconds = requested ?? pod.spec.terminationGracePeriodSeconds ?? 0;
    return seconds < 0 ? 1 : seconds;
  },
  status: {
    prepareForUpdate(pod, old) {
      pod.spec = old.spec;
      delete pod.metadata.deletionTimestamp;
      if (old.metadata.deletionTimestamp) pod.metadata.deletionTimestamp = old.metadata.deletionTimestamp;
      if (old.metadata.ownerReferences) pod.metadata.ownerReferences = old.metadata.ownerReferences;
      else delete pod.metadata.ownerReferences;
      if (pod.status && !pod.status.qosClass && old.status?.qosClass) pod.status.qosClass = old.status.qosClass;
    },
    validateUpdate: validatePodStatusUpdate,
  },
  ephemeralContainers: {
    prepareForUpdate(pod, old) {
      const containers = pod.spec?.ephemeralContainers;
      pod.spec = deepCopy(old.spec);
      if (containers && pod.spec) pod.spec.ephemeralContainers = containers;
      pod.status = old.status;
    },
    validateUpdate: validateEphemeralContainersUpdate,
  },
  resize: {
    prepareForUpdate(pod, old) {
      if (!pod.spec || !old.spec || !sameContainers(pod.spec, old.spec)) return;
      const wanted = pod.spec;
      pod.spec = deepCopy(old.spec);
      pod.status = old.status;
      for (const list of ["containers", "initContainers"] as const)
        for (const [i, container] of (pod.spec[list] ?? []).entries()) takeResources(container, wanted[list]![i]!);
    },
    validateUpdate: validatePodResize,
  },
};

const gatedCondition: PodCondition = {
  type: "PodScheduled",
  status: "False",
  reason: "SchedulingGated",
  message: "Scheduling is blocked due to non-empty scheduling gates",
};

// Feature gates that are off in 1.33: PodLevelResources and ImageVolume.
function dropDisabledFields(spec: PodSpec): void {
  delete spec.resources;
  for (const volume of spec.volumes ?? []) delete volume.image;
}

const sameContainers = (spec: PodSpec, old: PodSpec): boolean =>
  (["containers", "initContainers"] as const).every((list) =>
    deepEqual(
      (spec[list] ?? []).map((c) => c.name),
      (old[list] ?? []).map((c) => c.name),
    ),
  );

function takeResources(container: Container, wanted: Container): void {
  container.resources = wanted.resources;
  if (wanted.resizePolicy) container.resizePolicy = wanted.resizePolicy;
  else delete container.resizePolicy;
}

/** Turns matchLabelKeys and mismatchLabelKeys into requirements of the selector, from the pod's own labels. Mirrors mutatePodAffinity. */
function mergeMatchLabelKeys(pod: Pod): void {
  for (const kind of ["podAffinity", "podAntiAffinity"] as const) {
    const terms = pod.spec?.affinity?.[kind];
    for (const term of terms?.requiredDuringSchedulingIgnoredDuringExecution ?? []) mergeTerm(term, pod);
    for (const { podAffinityTerm } of terms?.preferredDuringSchedulingIgnoredDuringExecution ?? [])
      if (podAffinityTerm) mergeTerm(podAffinityTerm, pod);
  }
}

function mergeTerm(term: PodAffinityTerm, pod: Pod): void {
  if (!term.labelSelector) return;
  const labels = pod.metadata.labels ?? {};
  const add = (keys: readonly string[] | undefined, operator: string): void => {
    for (const key of keys ?? []) {
      if (!Object.hasOwn(labels, key)) continue;
      term.labelSelector!.matchExpressions = [
        ...(term.labelSelector!.matchExpressions ?? []),
        { key, operator, values: [labels[key]!] },
      ];
    }
  };
  add(term.matchLabelKeys, "In");
  add(term.mismatchLabelKeys, "NotIn");
}
