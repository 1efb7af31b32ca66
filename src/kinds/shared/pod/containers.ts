import {
  duplicate,
  type FieldError,
  fieldForbidden,
  fieldNotFound,
  invalid,
  notSupported,
  required,
} from "../../../machinery/field-error.ts";
import { portNameErrors, portNumberErrors } from "../../../machinery/names.ts";
import type { Container, ContainerPort, EphemeralContainer, PodSpec, Volume } from "../../types/core_v1.ts";
import { checkDnsLabel, checkRequiredOneOf, invalidEach } from "../check.ts";
import { checkEnv, checkEnvFrom } from "./env.ts";
import { checkVolumeDevices, checkVolumeMounts } from "./mounts.ts";
import { checkLifecycle, checkProbe } from "./probes.ts";
import { checkResourceRequirements } from "./resources.ts";
import { checkSecurityContext } from "./security.ts";

/** What the validation of containers needs to know of their pod. */
export interface PodFacts {
  readonly spec: PodSpec;
  readonly volumes: ReadonlyMap<string, Volume>;
  readonly claimNames: ReadonlySet<string>;
}

const portProtocols = ["SCTP", "TCP", "UDP"];

function checkPorts(ports: readonly ContainerPort[], field: string): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [i, port] of ports.entries()) {
    const path = `${field}[${i}]`;
    if (port.name) {
      const messages = portNameErrors(port.name);
      errors.push(...invalidEach(`${path}.name`, port.name, messages));
      if (messages.length === 0) {
        if (names.has(port.name)) errors.push(duplicate(`${path}.name`, port.name));
        names.add(port.name);
      }
    }
    if (!port.containerPort) errors.push(required(`${path}.containerPort`));
    else errors.push(...invalidEach(`${path}.containerPort`, port.containerPort, portNumberErrors(port.containerPort)));
    if (port.hostPort) errors.push(...invalidEach(`${path}.hostPort`, port.hostPort, portNumberErrors(port.hostPort)));
    errors.push(...checkRequiredOneOf(port.protocol, portProtocols, `${path}.protocol`));
  }
  return errors;
}

function checkHostPortConflicts(containers: readonly Container[], field: string): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [i, container] of containers.entries())
    for (const [j, port] of (container.ports ?? []).entries()) {
      if (!port.hostPort) continue;
      const key = `${port.protocol ?? ""}/${port.hostIP ?? ""}/${port.hostPort}`;
      if (seen.has(key)) errors.push(duplicate(`${field}[${i}].ports[${j}].hostPort`, key));
      seen.add(key);
    }
  return errors;
}

function checkResizePolicy(container: Container | EphemeralContainer, facts: PodFacts, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [i, policy] of (container.resizePolicy ?? []).entries()) {
    if (seen.has(policy.resourceName)) errors.push(duplicate(`${field}[${i}]`, policy.resourceName));
    seen.add(policy.resourceName);
    errors.push(...checkRequiredOneOf(policy.resourceName, ["cpu", "memory"], field));
    errors.push(...checkRequiredOneOf(policy.restartPolicy, ["NotRequired", "RestartContainer"], field));
    if (facts.spec.restartPolicy === "Never" && policy.restartPolicy !== "NotRequired")
      errors.push(invalid(field, policy.restartPolicy, "must be 'NotRequired' when `restartPolicy` is 'Never'"));
  }
  return errors;
}

/** Mirrors core validation.validateContainerCommon. */
function checkCommon(container: Container | EphemeralContainer, facts: PodFacts, field: string): FieldError[] {
  const errors = container.name ? checkDnsLabel(container.name, `${field}.name`) : [required(`${field}.name`)];
  if (!container.image) errors.push(required(`${field}.image`));
  const policies = ["File", "FallbackToLogsOnError"];
  errors.push(...checkRequiredOneOf(container.terminationMessagePolicy, policies, `${field}.terminationMessagePolicy`));
  errors.push(...checkPorts(container.ports ?? [], `${field}.ports`));
  errors.push(
    ...checkEnv(container.env ?? [], `${field}.env`),
    ...checkEnvFrom(container.envFrom ?? [], `${field}.envFrom`),
  );
  errors.push(...checkVolumeMounts(container, facts.volumes, `${field}.volumeMounts`));
  errors.push(...checkVolumeDevices(container, facts.volumes, `${field}.volumeDevices`));
  const pullPolicies = ["Always", "IfNotPresent", "Never"];
  errors.push(...checkRequiredOneOf(container.imagePullPolicy, pullPolicies, `${field}.imagePullPolicy`));
  errors.push(...checkResourceRequirements(container.resources, `${field}.resources`, facts.claimNames));
  errors.push(...checkResizePolicy(container, facts, `${field}.resizePolicy`));
  const hostUsers = facts.spec.hostUsers !== false;
  return [...errors, ...checkSecurityContext(container.securityContext, `${field}.securityContext`, hostUsers)];
}

const probeRoles = ["livenessProbe", "readinessProbe", "startupProbe"] as const;

function checkLifecycleAndProbes(container: Container, facts: PodFacts, field: string): FieldError[] {
  const grace = facts.spec.terminationGracePeriodSeconds ?? Number.MAX_SAFE_INTEGER;
  return [
    ...checkLifecycle(container.lifecycle, grace, `${field}.lifecycle`),
    ...probeRoles.flatMap((role) => checkProbe(container[role], role, grace, `${field}.${role}`)),
  ];
}

/** Mirrors core validation.validateContainers. */
export function checkContainers(facts: PodFacts, field: string): FieldError[] {
  const containers = facts.spec.containers ?? [];
  if (containers.length === 0) return [required(field)];
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [i, container] of containers.entries()) {
    const path = `${field}[${i}]`;
    errors.push(...checkCommon(container, facts, path));
    if (names.has(container.name ?? "")) errors.push(duplicate(`${path}.name`, container.name ?? ""));
    names.add(container.name ?? "");
    errors.push(...checkLifecycleAndProbes(container, facts, path));
    if (container.restartPolicy !== undefined)
      errors.push(fieldForbidden(`${path}.restartPolicy`, "may not be set for non-init containers"));
  }
  return [...errors, ...checkHostPortConflicts(containers, field)];
}

/** Mirrors core validation.validateInitContainers. */
export function checkInitContainers(facts: PodFacts, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set((facts.spec.containers ?? []).map((c) => c.name ?? ""));
  for (const [i, container] of (facts.spec.initContainers ?? []).entries()) {
    const path = `${field}[${i}]`;
    errors.push(...checkCommon(container, facts, path));
    if (container.restartPolicy !== undefined && container.restartPolicy !== "Always")
      errors.push(notSupported(`${path}.restartPolicy`, container.restartPolicy, ["Always"]));
    if (names.has(container.name ?? "")) errors.push(duplicate(`${path}.name`, container.name ?? ""));
    else if (container.name) names.add(container.name);
    // One by one, as they run one after the other; upstream's index is that of the lone container.
    errors.push(...checkHostPortConflicts([container], field));
    if (container.restartPolicy === "Always") errors.push(...checkLifecycleAndProbes(container, facts, path));
    else
      for (const name of ["lifecycle", ...probeRoles] as const)
        if (container[name])
          errors.push(
            fieldForbidden(`${path}.${name}`, "may not be set for init containers without restartPolicy=Always"),
          );
  }
  return errors;
}

// In the order of the Go struct's fields.
const ephemeralFieldOrder = [
  ...["ports", "resources", "resizePolicy", "restartPolicy", "livenessProbe", "readinessProbe", "startupProbe"],
  ...["lifecycle"],
] as const;

const isUnset = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === "object" && Object.keys(value).length === 0);

/** Mirrors core validation.validateEphemeralContainers. */
export function checkEphemeralContainers(facts: PodFacts, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const { spec } = facts;
  const others = new Set([...(spec.containers ?? []), ...(spec.initContainers ?? [])].map((c) => c.name));
  const names = new Set(others);
  for (const [i, container] of (spec.ephemeralContainers ?? []).entries()) {
    const path = `${field}[${i}]`;
    errors.push(...checkCommon(container, facts, path), ...checkImageSpace(container, path));
    if (names.has(container.name)) errors.push(duplicate(`${path}.name`, container.name));
    names.add(container.name);
    if (container.targetContainerName && !others.has(container.targetContainerName))
      errors.push(fieldNotFound(`${path}.targetContainerName`, container.targetContainerName));
    const message = "cannot be set for an Ephemeral Container";
    for (const name of ephemeralFieldOrder)
      if (!isUnset(container[name])) errors.push(fieldForbidden(`${path}.${name}`, message));
    for (const [j, mount] of (container.volumeMounts ?? []).entries())
      for (const name of ["subPath", "subPathExpr"] as const)
        if (mount[name]) errors.push(fieldForbidden(`${path}.volumeMounts[${j}].${name}`, message));
  }
  return errors;
}

/** What pods refuse but templates let through. Mirrors core validation.validateContainerOnlyForPod. */
export const checkImageSpace = (container: Container | EphemeralContainer, field: string): FieldError[] =>
  (container.image ?? "").trim() === (container.image ?? "")
    ? []
    : [invalid(`${field}.image`, container.image, "must not have leading or trailing whitespace")];
