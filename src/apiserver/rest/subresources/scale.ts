import type { ApiResponse } from "../../../client/transport.ts";
import type { ScalePaths, TableFacet } from "../../../kinds/definition.ts";
import { humanDuration } from "../../../machinery/duration.ts";
import { type FieldError, invalid, invalidObject } from "../../../machinery/field-error.ts";
import { deepCopy, type JsonObject, type KubeObject } from "../../../machinery/object.ts";
import { formatLabelTerms, labelTermsOfMap } from "../../../machinery/selectors/label.ts";
import { labelSelectorTerms } from "../../../machinery/selectors/label-selector.ts";
import { conflict } from "../../../machinery/status-error.ts";
import { parseTime } from "../../../machinery/time.ts";
import { createAdmission } from "../../admission/chain.ts";
import type { ResourceContext } from "../../context.ts";
import { presentObject } from "../../present/present.ts";
import { subresourceOf } from "../../resources.ts";
import { decodeBody, type ExpectedType } from "../codec.ts";
import { updateObject } from "../resource-store.ts";
import { getStored } from "../stored.ts";
import type { SubresourceHandler } from "./registry.ts";

const SCALE: ExpectedType = {
  group: "autoscaling",
  version: "v1",
  kind: "Scale",
  type: "io.k8s.api.autoscaling.v1.Scale",
};

/** Mirrors printers/internalversion printScale. */
const table: TableFacet = {
  columns: [
    { name: "Name", type: "string", format: "name" },
    { name: "Desired", type: "integer" },
    { name: "Available", type: "integer" },
    { name: "Age", type: "string" },
  ],
  row: ({ metadata, spec, status }, now) => [
    metadata.name ?? "",
    spec?.replicas ?? 0,
    status?.replicas ?? 0,
    metadata.creationTimestamp ? humanDuration(now - parseTime(metadata.creationTimestamp)) : "<unknown>",
  ],
};

const BUILT_IN: ScalePaths = {
  specReplicas: ["spec", "replicas"],
  statusReplicas: ["status", "replicas"],
  labelSelector: ["spec", "selector"],
};

/** deployments/scale, statefulsets/scale, …: autoscaling/v1 Scale over the object. Mirrors registry/apps/deployment/storage ScaleREST and apiextensions' customresource ScaleREST. */
export const serveScale: SubresourceHandler = async (ctx) => {
  if (ctx.info.verb === "get") return answer(ctx, scaleOf(ctx, getStored(ctx, ctx.info.name).object));
  let first: KubeObject | undefined;
  if (ctx.info.verb === "update") {
    first = await decodeBody(ctx, SCALE);
    checkScale(first, ctx);
  }
  const { object } = await updateObject(
    ctx,
    ctx.info.name,
    createAdmission(ctx, "scale"),
    async (current) => {
      const scale = first ?? (await patchedScale(ctx, scaleOf(ctx, current!)));
      checkScale(scale, ctx);
      return withReplicas(ctx, current!, scale);
    },
    { subresource: "scale" },
  );
  return answer(ctx, scaleOf(ctx, object));
};

async function patchedScale(ctx: ResourceContext, current: KubeObject): Promise<KubeObject> {
  const { patchedObject } = await import("../patching.ts");
  return patchedObject(ctx, SCALE, current);
}

function answer(ctx: ResourceContext, scale: KubeObject): Promise<ApiResponse> {
  return presentObject(ctx.request, { ...ctx.definition, facets: { table: async () => table } }, scale, ctx.now);
}

/** Mirrors registry/autoscaling/validation ValidateScale. */
function checkScale(scale: KubeObject, ctx: ResourceContext): void {
  const errors: FieldError[] = [];
  const replicas = scale.spec?.replicas ?? 0;
  if (replicas < 0) errors.push(invalid("spec.replicas", replicas, "must be greater than or equal to 0"));
  if (errors.length > 0)
    throw invalidObject({ group: "autoscaling", kind: "Scale" }, scale.metadata.name ?? ctx.info.name, errors);
}

const pathsOf = (ctx: ResourceContext): ScalePaths => subresourceOf(ctx.definition, "scale")?.scalePaths ?? BUILT_IN;

const at = (object: JsonObject, path: readonly string[]): any =>
  path.reduce(
    (value: any, key) =>
      value !== null && typeof value === "object" && Object.hasOwn(value, key) ? value[key] : undefined,
    object,
  );

/** The Scale that an object amounts to. */
export function scaleOf(ctx: ResourceContext, object: KubeObject): KubeObject {
  const paths = pathsOf(ctx);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = selectorText(paths.labelSelector === undefined ? undefined : at(object, paths.labelSelector));
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: numberField("replicas", at(object, paths.specReplicas)),
    status: { replicas: at(object, paths.statusReplicas) ?? 0, ...(selector === "" ? {} : { selector }) },
  };
}

const numberField = (name: string, value: unknown): JsonObject => (value ? { [name]: value } : {});

function selectorText(selector: unknown): string {
  if (selector === undefined || selector === null) return "";
  if (typeof selector === "string") return selector;
  // A replication controller's selector is a plain map, all others' a LabelSelector.
  if (isPlainMap(selector)) return formatLabelTerms(labelTermsOfMap(selector));
  return formatLabelTerms(labelSelectorTerms(selector as JsonObject) ?? []);
}

const isPlainMap = (selector: object): selector is Record<string, string> =>
  !("matchLabels" in selector) && !("matchExpressions" in selector);

function withReplicas(ctx: ResourceContext, current: KubeObject, scale: KubeObject): KubeObject {
  const { resourceVersion, uid } = scale.metadata;
  if (resourceVersion && resourceVersion !== current.metadata.resourceVersion)
    throw conflict(
      ctx.definition,
      ctx.info.name,
      "the object has been modified; please apply your changes to the latest version and try again",
    );
  if (uid && uid !== current.metadata.uid)
    throw conflict(
      ctx.definition,
      ctx.info.name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid}`,
    );
  const next = deepCopy(current);
  const path = pathsOf(ctx).specReplicas;
  let owner: JsonObject = next;
  for (const key of path.slice(0, -1)) owner = owner[key] ??= {};
  owner[path.at(-1)!] = scale.spec?.replicas ?? 0;
  return next;
}
