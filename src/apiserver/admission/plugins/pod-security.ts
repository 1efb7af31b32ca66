import { invalidObject } from "../../../machinery/field-error.ts";
import type { JsonObject, KubeObject, ObjectMeta } from "../../../machinery/object.ts";
import { storeKey, storePrefix } from "../../../store/object-store.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import {
  compareLevels,
  detailsOf,
  type LevelVersion,
  levelText,
  policyOf,
  reasonsOf,
  violations,
} from "../pod-security/policy.ts";
import { admissionForbidden } from "../refusal.ts";

/** How many pods of a namespace are looked at when its level changes. */
const MAX_PODS = 3000;

/** Pod Security Admission: enforces and warns by the labels of namespaces. Mirrors pod-security-admission/admission. */
export const podSecurity: AdmissionPlugin = {
  validate(request) {
    const { definition, object, subresource } = request;
    if (object === undefined) return;
    if (definition.group === "" && definition.resource === "namespaces") {
      if (subresource === "") checkNamespace(request, object);
      return;
    }
    const namespace = request.context.server.store.get(
      storeKey("", "namespaces", undefined, request.namespace),
    )?.object;
    const { policy } = policyOf(namespace?.metadata.labels);
    if (definition.group === "" && definition.resource === "pods")
      checkPod(request, object, policy.enforce, policy.warn);
    else warnOfTemplate(request, object, policy.warn);
  },
};

function checkPod(request: AdmissionRequest, pod: KubeObject, enforce: LevelVersion, warn: LevelVersion): void {
  if (request.operation === "UPDATE" && request.old !== undefined && !isSignificant(pod, request.old)) return;
  const found = violations(enforce, pod.metadata, pod.spec ?? {});
  if (found.length > 0)
    throw admissionForbidden(
      request,
      `violates PodSecurity ${JSON.stringify(levelText(enforce))}: ${detailsOf(found)}`,
    );
  warnOf(request, warn, pod.metadata, pod.spec ?? {});
}

function warnOf(request: AdmissionRequest, warn: LevelVersion, metadata: ObjectMeta, spec: JsonObject): void {
  const found = violations(warn, metadata, spec);
  if (found.length > 0)
    request.context.warnings.push(`would violate PodSecurity ${JSON.stringify(levelText(warn))}: ${detailsOf(found)}`);
}

function warnOfTemplate(request: AdmissionRequest, object: KubeObject, warn: LevelVersion): void {
  const template: JsonObject | undefined =
    object.kind === "PodTemplate"
      ? object.template
      : object.kind === "CronJob"
        ? object.spec?.jobTemplate?.spec?.template
        : object.spec?.template;
  if (template?.spec !== undefined) warnOf(request, warn, template.metadata ?? {}, template.spec);
}

const imagesOf = (pod: KubeObject): string =>
  JSON.stringify(
    ["initContainers", "containers", "ephemeralContainers"].map((list) =>
      ((pod.spec?.[list] ?? []) as JsonObject[]).map((c) => [c.name, c.image]),
    ),
  );

/** Of what can change in a pod only images and added containers matter. */
const isSignificant = (pod: KubeObject, old: KubeObject): boolean => imagesOf(pod) !== imagesOf(old);

function checkNamespace(request: AdmissionRequest, namespace: KubeObject): void {
  const { policy: next, errors } = policyOf(namespace.metadata.labels);
  const old = request.operation === "UPDATE" ? policyOf(request.old?.metadata.labels) : undefined;
  if (errors.length > 0 && (old === undefined || old.errors.length === 0))
    throw invalidObject(request.definition, namespace.metadata.name ?? "", errors);
  if (old === undefined || next.enforce.level === "privileged") return;
  const before = old.policy.enforce;
  if (levelText(next.enforce) === levelText(before)) return;
  if (next.enforce.version === before.version && compareLevels(next.enforce.level, before.level) < 1) return;
  request.context.warnings.push(...warningsOfPods(request, namespace.metadata.name ?? "", next.enforce));
}

/** What the pods that are there would be told. Mirrors EvaluatePodsInNamespace. */
function warningsOfPods(request: AdmissionRequest, namespace: string, enforce: LevelVersion): string[] {
  const pods = request.context.server.store.list(storePrefix("", "pods", namespace));
  const names = new Map<string, string[]>();
  for (const { object } of pods.slice(0, MAX_PODS)) {
    const found = violations(enforce, object.metadata, object.spec ?? {});
    if (found.length === 0) continue;
    const reasons = reasonsOf(found);
    const list = names.get(reasons) ?? [];
    names.set(reasons, [...list, object.metadata.name ?? ""]);
  }
  const warnings: string[] = [];
  if (pods.length > MAX_PODS)
    warnings.push(
      `new PodSecurity enforce level only checked against the first ${MAX_PODS} of ${pods.length} existing pods`,
    );
  if (names.size > 0)
    warnings.push(
      `existing pods in namespace ${JSON.stringify(namespace)} violate the new PodSecurity enforce level ${JSON.stringify(levelText(enforce))}`,
    );
  return [...warnings, ...[...names].map(([reasons, list]) => `${andOthers(list.sort())}: ${reasons}`).sort()];
}

function andOthers(names: readonly string[]): string {
  const others = names.length - 1;
  if (others === 0) return names[0]!;
  return `${names[0]} (and ${others} other pod${others === 1 ? "" : "s"})`;
}
