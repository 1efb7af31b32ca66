import { podAmounts, type ResourceAmounts, resourceAmounts } from "../../../kinds/shared/resource-list.ts";
import type { JsonObject, KubeObject } from "../../../machinery/object.ts";
import {
  compareQuantities,
  formatQuantity,
  isZeroQuantity,
  type Quantity,
  quantityAsNumber,
} from "../../../machinery/quantity.ts";
import { storePrefix } from "../../../store/object-store.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import { admissionForbidden } from "../refusal.ts";

const ANNOTATION = "kubernetes.io/limit-ranger";

/** Fills in containers' requests and limits by the namespace's limit ranges, and refuses what is outside of them. Mirrors plugin/pkg/admission/limitranger. */
export const limitRanger: AdmissionPlugin = {
  admit(request) {
    const { object, definition, operation } = request;
    if (object === undefined || definition.resource !== "pods" || operation !== "CREATE") return;
    for (const range of rangesOf(request)) applyDefaults(range, object);
  },
  validate(request) {
    const { object, definition } = request;
    if (object === undefined) return;
    for (const range of rangesOf(request)) {
      const errors = definition.resource === "pods" ? podErrors(range, object) : claimErrors(range, object);
      const texts = [...new Set(errors)];
      if (texts.length > 0) throw admissionForbidden(request, texts.length === 1 ? texts[0]! : `[${texts.join(", ")}]`);
    }
  },
};

const rangesOf = (request: AdmissionRequest): readonly KubeObject[] =>
  request.context.server.store.list(storePrefix("", "limitranges", request.namespace)).map((s) => s.object);

const limitsOf = (range: KubeObject, type: string): JsonObject[] =>
  ((range.spec?.limits ?? []) as JsonObject[]).filter((l) => l.type === type);

function applyDefaults(range: KubeObject, pod: KubeObject): void {
  const limits: Record<string, string> = {};
  const requests: Record<string, string> = {};
  for (const item of limitsOf(range, "Container")) {
    Object.assign(requests, item.defaultRequest);
    Object.assign(limits, item.default);
  }
  const notes: string[] = [];
  for (const [list, what] of [
    ["containers", "container"],
    ["initContainers", "init container"],
  ] as const) {
    for (const container of (pod.spec?.[list] ?? []) as JsonObject[]) {
      for (const [field, values, noun] of [
        ["requests", requests, "request"],
        ["limits", limits, "limit"],
      ] as const) {
        const added = fillIn(container, field, values);
        if (added.length > 0) notes.push(`${added.join(", ")} ${noun} for ${what} ${container.name}`);
      }
    }
  }
  if (notes.length > 0)
    pod.metadata.annotations = {
      ...pod.metadata.annotations,
      [ANNOTATION]: `LimitRanger plugin set: ${notes.join("; ")}`,
    };
}

function fillIn(
  container: JsonObject,
  field: "requests" | "limits",
  values: Readonly<Record<string, string>>,
): string[] {
  const present: JsonObject = container.resources?.[field] ?? {};
  const added = Object.keys(values)
    .filter((name) => !Object.hasOwn(present, name))
    .sort();
  if (added.length === 0) return added;
  const filled = { ...present, ...Object.fromEntries(added.map((n) => [n, values[n]])) };
  container.resources = { ...container.resources, [field]: filled };
  return added;
}

interface Amounts {
  readonly requests: ResourceAmounts;
  readonly limits: ResourceAmounts;
}

function podErrors(range: KubeObject, pod: KubeObject): string[] {
  const spec: JsonObject = pod.spec ?? {};
  const containers: JsonObject[] = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  return ((range.spec?.limits ?? []) as JsonObject[]).flatMap((item) => {
    if (item.type === "Container")
      return containers.flatMap((c) =>
        itemErrors(item, {
          requests: resourceAmounts(c.resources?.requests),
          limits: resourceAmounts(c.resources?.limits),
        }),
      );
    if (item.type !== "Pod") return [];
    return itemErrors(item, { requests: podAmounts(spec, "requests"), limits: podAmounts(spec, "limits") });
  });
}

const sortedAmounts = (list: Readonly<Record<string, unknown>> | undefined): [string, Quantity][] =>
  Object.entries(resourceAmounts(list)).sort(([a], [b]) => (a < b ? -1 : 1));

function itemErrors(item: JsonObject, amounts: Amounts): string[] {
  return [
    ...sortedAmounts(item.min).map(([name, min]) => minError(item.type, name, min, amounts)),
    ...sortedAmounts(item.max).map(([name, max]) => maxError(item.type, name, max, amounts)),
    ...sortedAmounts(item.maxLimitRequestRatio).map(([name, ratio]) => ratioError(item.type, name, ratio, amounts)),
  ].filter((e): e is string => e !== undefined);
}

function minError(type: string, name: string, min: Quantity, { requests, limits }: Amounts): string | undefined {
  const text = `minimum ${name} usage per ${type} is ${formatQuantity(min)}`;
  const request = requests[name];
  const limit = limits[name];
  if (request === undefined) return `${text}.  No request is specified`;
  if (compareQuantities(request, min) < 0) return `${text}, but request is ${formatQuantity(request)}`;
  if (limit !== undefined && compareQuantities(limit, min) < 0) return `${text}, but limit is ${formatQuantity(limit)}`;
  return undefined;
}

function maxError(type: string, name: string, max: Quantity, { requests, limits }: Amounts): string | undefined {
  const text = `maximum ${name} usage per ${type} is ${formatQuantity(max)}`;
  const request = requests[name];
  const limit = limits[name];
  if (limit === undefined) return `${text}.  No limit is specified`;
  if (compareQuantities(limit, max) > 0) return `${text}, but limit is ${formatQuantity(limit)}`;
  if (request !== undefined && compareQuantities(request, max) > 0)
    return `${text}, but request is ${formatQuantity(request)}`;
  return undefined;
}

function ratioError(type: string, name: string, ratio: Quantity, { requests, limits }: Amounts): string | undefined {
  const text = `${name} max limit to request ratio per ${type} is ${formatQuantity(ratio)}`;
  const request = requests[name];
  const limit = limits[name];
  if (request === undefined || isZeroQuantity(request)) return `${text}, but no request is specified or request is 0`;
  if (limit === undefined || isZeroQuantity(limit)) return `${text}, but no limit is specified or limit is 0`;
  const found = quantityAsNumber(limit) / quantityAsNumber(request);
  return found > quantityAsNumber(ratio) ? `${text}, but provided ratio is ${found.toFixed(6)}` : undefined;
}

/** Mirrors PersistentVolumeClaimValidateLimitFunc. */
function claimErrors(range: KubeObject, claim: KubeObject): string[] {
  const requests = resourceAmounts(claim.spec?.resources?.requests);
  const type = "PersistentVolumeClaim";
  return limitsOf(range, type).flatMap((item) => {
    const errors: string[] = [];
    for (const [name, min] of sortedAmounts(item.min)) {
      const text = `minimum ${name} usage per ${type} is ${formatQuantity(min)}`;
      const request = requests[name];
      if (request === undefined) errors.push(`${text}.  No request is specified`);
      else if (compareQuantities(request, min) < 0) errors.push(`${text}, but request is ${formatQuantity(request)}`);
    }
    for (const [name, max] of sortedAmounts(item.max)) {
      const text = `maximum ${name} usage per ${type} is ${formatQuantity(max)}`;
      const request = requests[name];
      if (request === undefined) errors.push(`${text}.  No request is specified`);
      else if (compareQuantities(request, max) > 0) errors.push(`${text}, but request is ${formatQuantity(request)}`);
    }
    return errors;
  });
}
