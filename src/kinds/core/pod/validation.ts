import { type FieldError, fieldForbidden, GoLiteral, invalid } from "../../../machinery/field-error.ts";
import { dns1123SubdomainErrors, qualifiedNameErrors } from "../../../machinery/names.ts";
import { deepCopy, deepEqual } from "../../../machinery/object.ts";
import { compareQuantities } from "../../../machinery/quantity.ts";
import { checkIp, isDualStack } from "../../shared/addresses.ts";
import { checkImmutable, invalidEach } from "../../shared/check.ts";
import { goDiff } from "../../shared/go-diff.ts";
import {
  checkAppArmorAgreement,
  checkPodAnnotations,
  checkPodAnnotationUpdates,
  checkSeccompAgreement,
  mirrorAnnotation,
} from "../../shared/pod/annotations.ts";
import { checkImageSpace } from "../../shared/pod/containers.ts";
import { podQosClass } from "../../shared/pod/qos.ts";
import { quantityOf } from "../../shared/pod/resources.ts";
import { checkPodSpec } from "../../shared/pod/spec.ts";
import { checkPodSpecUpdate } from "../../shared/pod/update.ts";
import type { Container, ContainerStatus, Pod, PodSpec, ResourceRequirements } from "../../types/core_v1.ts";

const specOf = (pod: Pod): PodSpec => pod.spec ?? { containers: [] };

/** Mirrors core validation.validatePodMetadataAndSpec. */
function checkPod(pod: Pod): FieldError[] {
  const spec = specOf(pod);
  const errors = [
    ...checkPodAnnotations(pod.metadata.annotations, spec, "metadata.annotations"),
    ...checkPodSpec(spec, "spec", { isPod: true, name: pod.metadata.name }),
  ];
  if (!spec.serviceAccountName)
    for (const [i, volume] of (spec.volumes ?? []).entries())
      for (const [j, source] of (volume.projected?.sources ?? []).entries())
        if (source.serviceAccountToken)
          errors.push(
            fieldForbidden(
              `spec.volumes[${i}].projected.sources[${j}].serviceAccountToken`,
              "must not be specified when serviceAccountName is not set",
            ),
          );
  for (const list of ["containers", "initContainers"] as const)
    for (const [i, container] of (spec[list] ?? []).entries())
      errors.push(...checkImageSpace(container, `spec.${list}[${i}]`));
  return errors;
}

/** Mirrors core validation.ValidatePodCreate. */
export function validatePodCreate(pod: Pod): FieldError[] {
  const spec = specOf(pod);
  const errors = checkPod(pod);
  if ((spec.ephemeralContainers ?? []).length > 0)
    errors.push(fieldForbidden("spec.ephemeralContainers", "cannot be set on create"));
  if (spec.nodeName && (spec.schedulingGates ?? []).length > 0)
    errors.push(fieldForbidden("spec.nodeName", "cannot be set until all schedulingGates have been cleared"));
  errors.push(...checkSeccompAgreement(pod.metadata.annotations, spec, "spec"));
  return [...errors, ...checkAppArmorAgreement(pod.metadata.annotations, spec, "spec")];
}

const annotationUpdates = (pod: Pod, old: Pod): FieldError[] =>
  checkPodAnnotationUpdates(pod.metadata.annotations, old.metadata.annotations, specOf(pod), "metadata.annotations");

/** Mirrors core validation.ValidatePodUpdate. */
export const validatePodUpdate = (pod: Pod, old: Pod): FieldError[] => [
  ...checkPod(pod),
  ...annotationUpdates(pod, old),
  ...checkPodSpecUpdate(pod, old),
];

/** Mirrors core validation.ValidatePodStatusUpdate. */
export function validatePodStatusUpdate(pod: Pod, old: Pod): FieldError[] {
  const status = pod.status ?? {};
  const before = old.status ?? {};
  const errors = annotationUpdates(pod, old);
  for (const [i, { type = "" }] of (status.conditions ?? []).entries())
    if (!["PodScheduled", "Ready", "Initialized"].includes(type))
      errors.push(...invalidEach(`metadata.conditions[${i}].Type`, type, qualifiedNameErrors(type)));
  const nominated = status.nominatedNodeName;
  if (nominated && nominated !== before.nominatedNodeName)
    errors.push(...invalidEach("status.nominatedNodeName", nominated, dns1123SubdomainErrors(nominated)));
  errors.push(...checkImmutable(status.qosClass ?? "", before.qosClass ?? "", "status.qosClass"));
  const policy = specOf(old).restartPolicy ?? "Always";
  const sidecars = new Set(
    (specOf(old).initContainers ?? []).filter((c) => c.restartPolicy === "Always").map((c) => c.name),
  );
  errors.push(...checkTransitions(status.containerStatuses, before.containerStatuses, "containerStatuses", policy));
  const inits = (before.initContainerStatuses ?? []).map((s) => (sidecars.has(s.name) ? { ...s, state: {} } : s));
  errors.push(...checkTransitions(status.initContainerStatuses, inits, "initContainerStatuses", policy));
  const ephemeral = "ephemeralContainerStatuses";
  errors.push(...checkTransitions(status[ephemeral], before[ephemeral], ephemeral, "Never"));
  errors.push(...checkIps(status.podIPs ?? [], "status.podIPs"));
  if ((status.hostIPs ?? []).length > 0 && status.hostIP !== status.hostIPs![0]!.ip)
    errors.push(invalid("status.hostIPs[0].ip", status.hostIPs![0]!.ip, "must be equal to `hostIP`"));
  return [...errors, ...checkIps(status.hostIPs ?? [], "status.hostIPs")];
}

/** A container that ended for good stays ended. Mirrors core validation.ValidateContainerStateTransition. */
function checkTransitions(
  now: readonly ContainerStatus[] | undefined,
  old: readonly ContainerStatus[] | undefined,
  list: string,
  policy: string,
): FieldError[] {
  if (policy === "Always") return [];
  return (old ?? []).flatMap((status, i) => {
    const ended = status.state?.terminated;
    if (!ended || (ended.exitCode !== 0 && policy === "OnFailure")) return [];
    const revived = (now ?? []).some((s) => s.name === status.name && !s.state?.terminated);
    const message = "may not be transitioned to non-terminated state";
    return revived ? [fieldForbidden(`status.${list}[${i}].state`, message)] : [];
  });
}

function checkIps(ips: readonly { ip?: string }[], field: string): FieldError[] {
  const errors = ips.flatMap(({ ip = "" }, i) => checkIp(ip, `${field}[${i}]`));
  if (ips.length > 1 && (ips.length > 2 || !isDualStack(ips.map((i) => i.ip ?? ""))))
    errors.push(
      invalid(
        field,
        new GoLiteral(`[]core.PodIP{${ips.map((i) => `core.PodIP{IP:"${i.ip ?? ""}"}`).join(", ")}}`),
        "may specify no more than one IP for each IP family",
      ),
    );
  return errors;
}

/** Mirrors core validation.ValidatePodEphemeralContainersUpdate. */
export function validateEphemeralContainersUpdate(pod: Pod, old: Pod): FieldError[] {
  if (old.metadata.annotations?.[mirrorAnnotation] !== undefined)
    return [fieldForbidden("", "static pods do not support ephemeral containers")];
  const errors = [...checkPod(pod), ...annotationUpdates(pod, old)];
  const field = "spec.ephemeralContainers";
  for (const before of specOf(old).ephemeralContainers ?? []) {
    const after = specOf(pod).ephemeralContainers?.find((c) => c.name === before.name);
    if (!after)
      errors.push(fieldForbidden(field, `existing ephemeral containers "${before.name}" may not be removed\n`));
    else if (!deepEqual(before, after))
      errors.push(
        fieldForbidden(
          field,
          `existing ephemeral containers "${before.name}" may not be changed\n${goDiff("core.EphemeralContainer", before, after)}`,
        ),
      );
  }
  return errors;
}

/** Mirrors core validation.ValidatePodResize. */
export function validatePodResize(pod: Pod, old: Pod): FieldError[] {
  if (old.metadata.annotations?.[mirrorAnnotation] !== undefined)
    return [fieldForbidden("", "static pods cannot be resized")];
  if (old.spec?.os?.name === "windows") return [fieldForbidden("", "windows pods cannot be resized")];
  const errors = checkPod(pod);
  const spec = specOf(pod);
  const before = specOf(old);
  const same = (list: "containers" | "initContainers"): boolean =>
    (spec[list] ?? []).length === (before[list] ?? []).length;
  if (!same("containers") || !same("initContainers"))
    return [...errors, fieldForbidden("spec", "only cpu and memory resources are mutable")];
  if ((old.status?.qosClass ?? podQosClass(old)) !== podQosClass(pod))
    errors.push(
      invalid(
        "spec",
        new GoLiteral(`"${pod.status?.qosClass ?? ""}"`),
        "Pod QOS Class may not change as a result of resizing",
      ),
    );
  const running = (old.status?.containerStatuses ?? []).find((s) => s.state?.running);
  if (running && running.resources === undefined)
    errors.push(fieldForbidden("spec", "Pod running on node without support for resize"));
  errors.push(...checkSidecarResizes(spec, before), ...checkContainerResizes(spec, before));
  errors.push(...checkOnlyResourcesChanged(spec, before));
  return errors;
}

function checkSidecarResizes(spec: PodSpec, old: PodSpec): FieldError[] {
  return (old.initContainers ?? []).flatMap((before, i) =>
    before.restartPolicy === "Always"
      ? checkResize(spec.initContainers![i]!, before, `spec.initContainers[${i}].resources`)
      : [],
  );
}

const checkContainerResizes = (spec: PodSpec, old: PodSpec): FieldError[] =>
  (old.containers ?? []).flatMap((before, i) =>
    checkResize(spec.containers[i]!, before, `spec.containers[${i}].resources`),
  );

function checkResize(container: Container, old: Container, field: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const list of ["requests", "limits"] as const)
    if (Object.keys(old.resources?.[list] ?? {}).some((name) => container.resources?.[list]?.[name] === undefined))
      errors.push(fieldForbidden(`${field}.${list}`, `resource ${list} cannot be removed`));
  const policy = container.resizePolicy?.find((p) => p.resourceName === "memory")?.restartPolicy ?? "";
  if (policy === "RestartContainer") return errors;
  const limit = container.resources?.limits?.memory;
  const before = old.resources?.limits?.memory;
  const verb =
    limit === undefined
      ? undefined
      : before === undefined
        ? "added"
        : compareQuantities(quantityOf(limit), quantityOf(before)) < 0
          ? "decreased"
          : undefined;
  if (verb)
    errors.push(
      fieldForbidden(
        `${field}.limits[memory]`,
        `memory limits cannot be ${verb} unless resizePolicy is RestartContainer`,
      ),
    );
  return errors;
}

/** The container as it was, but for cpu and memory. */
function withOldCpuAndMemory(container: Container, old: Container): Container {
  const copy = deepCopy(container);
  const resources: ResourceRequirements = {};
  for (const list of ["limits", "requests"] as const) {
    const before = old.resources?.[list];
    if (!before) continue;
    const { cpu: _cpu, memory: _memory, ...others } = copy.resources?.[list] ?? {};
    const { cpu, memory } = before;
    resources[list] = { ...others, ...(cpu === undefined ? {} : { cpu }), ...(memory === undefined ? {} : { memory }) };
  }
  return { ...copy, resources };
}

function checkOnlyResourcesChanged(spec: PodSpec, old: PodSpec): FieldError[] {
  const errors: FieldError[] = [];
  for (const [i, container] of spec.containers.entries())
    if (!deepEqual(withOldCpuAndMemory(container, old.containers[i]!), old.containers[i]))
      errors.push(fieldForbidden("spec", "only cpu and memory resources are mutable"));
  for (const [i, container] of (spec.initContainers ?? []).entries()) {
    const before = old.initContainers![i]!;
    if (container.restartPolicy === "Always") {
      if (!deepEqual(withOldCpuAndMemory(container, before), before))
        errors.push(fieldForbidden("spec", "only cpu and memory resources for sidecar containers are mutable"));
    } else if (!deepEqual(container, before))
      errors.push(fieldForbidden("spec", "resources for non-sidecar init containers are immutable"));
  }
  return errors;
}
