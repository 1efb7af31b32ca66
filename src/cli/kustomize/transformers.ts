import type { JsonObject } from "../../machinery/object.ts";
import type { Session } from "../session.ts";
import type { Configuration } from "./configurations.ts";
import { type FieldSpec, isFor, mergePairs, visitField } from "./field-paths.ts";
import { changeImages, changeImagesAt, type ImageChange } from "./images.ts";
import { annotationFields, labelFields, selectorFields, templateLabelFields } from "./label-fields.ts";
import { applyJson6902, applyPatches } from "./patches.ts";
import { applyReplacements } from "./replacements.ts";
import { idOf, idsOf, idText, type Resource, type ResourceId, relocate, rename } from "./resource.ts";
import { isNamespaced } from "./scope.ts";

function addPairs(resources: readonly Resource[], specs: readonly FieldSpec[], pairs: JsonObject | undefined): void {
  if (pairs === undefined || pairs === null || Object.keys(pairs).length === 0) return;
  for (const { object } of resources) {
    const id = idOf(object);
    mergePairs(
      object,
      specs.filter((s) => isFor(s, id)),
      pairs,
    );
  }
}

const SERVICE_FIELDS: readonly FieldSpec[] = [
  { kind: "APIService", path: "spec/service/namespace" },
  { kind: "ValidatingWebhookConfiguration", path: "webhooks/clientConfig/service/namespace" },
  { kind: "MutatingWebhookConfiguration", path: "webhooks/clientConfig/service/namespace" },
];

/** Puts everything into one namespace; a Namespace itself gets its name. Mirrors kustomize's api/filters/namespace. */
function setNamespace(resources: readonly Resource[], namespace: string, extra: readonly FieldSpec[]): void {
  for (const resource of resources) {
    const { object } = resource;
    const id = idOf(object);
    if (id.kind === "Namespace" && id.group === "") rename(resource, namespace);
    else if (isNamespaced(id)) relocate(resource, namespace);
    if (id.kind === "RoleBinding" || id.kind === "ClusterRoleBinding")
      for (const subject of (resource.object["subjects"] ?? []) as JsonObject[])
        if (subject["kind"] === "ServiceAccount" && subject["name"] === "default") subject["namespace"] = namespace;
    for (const spec of [...SERVICE_FIELDS, ...extra].filter((s) => isFor(s, id)))
      visitField(resource.object, spec.path, spec.create ?? false, (holder, field) => {
        holder[field] = namespace;
      });
  }
}

/** A resource as kustomize holds it on its way, with what it was called before in annotations. */
function onTheWay({ object, previous }: Resource): JsonObject {
  const before = previous.slice(1);
  if (before.length === 0) return object;
  const internal = (what: string, of: (id: ResourceId) => string): JsonObject => ({
    [`internal.config.kubernetes.io/previous${what}`]: before.map(of).join(","),
  });
  const annotations = {
    ...object["metadata"].annotations,
    ...internal("Kinds", (id) => id.kind),
    ...internal("Names", (id) => id.name),
    ...internal("Namespaces", (id) => id.namespace || "default"),
  };
  return { ...object, metadata: { ...object["metadata"], annotations } };
}

/** Throws where two resources have come to be one. */
async function checkConflicts(resources: readonly Resource[]): Promise<void> {
  const groups = new Map<string, Resource[]>();
  for (const resource of resources) {
    const id = idText(idOf(resource.object));
    groups.set(id, [...(groups.get(id) ?? []), resource]);
  }
  const clash = [...groups.values()].find((group) => group.length > 1);
  if (clash === undefined) return;
  const { compactJson } = await import("../../machinery/codec/json.ts");
  const shown = clash.map((resource) => compactJson(onTheWay(resource))).join(" ");
  throw new Error(`namespace transformation produces ID conflict: [${shown}]`);
}

const KEEP_NAMES = new Set(["CustomResourceDefinition", "APIService", "Namespace"]);

function decorateNames(
  resources: readonly Resource[],
  prefix: string,
  suffix: string,
  extra: readonly FieldSpec[],
): void {
  for (const resource of resources) {
    const id = idOf(resource.object);
    if (!KEEP_NAMES.has(id.kind)) rename(resource, `${prefix}${id.name}${suffix}`);
    for (const spec of extra.filter((s) => isFor(s, id)))
      visitField(resource.object, spec.path, spec.create ?? false, (holder, field) => {
        holder[field] = `${prefix}${holder[field] ?? ""}${suffix}`;
      });
  }
}

function addLabels({ content, resources, configuration, trace }: Transformation): void {
  const templates = [...templateLabelFields, ...configuration.templateLabels];
  const selectors = [...selectorFields, ...configuration.commonLabels];
  for (const entry of (content["labels"] ?? []) as readonly JsonObject[]) {
    const specs = [
      ...((entry["fields"] ?? []) as readonly FieldSpec[]),
      ...labelFields,
      ...(entry["includeSelectors"] ? selectors : entry["includeTemplates"] ? templates : []),
    ];
    addPairs(resources, specs, entry["pairs"]);
    trace("LabelTransformer");
  }
  if (content["commonLabels"]) {
    addPairs(resources, [...labelFields, ...selectors], content["commonLabels"]);
    trace("LabelTransformer");
  }
}

const SCALED = ["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"];

function setReplicas({ content, resources, configuration, trace }: Transformation): void {
  for (const { name, count = 0 } of (content["replicas"] ?? []) as readonly JsonObject[]) {
    const isScaled = (id: ResourceId): boolean =>
      SCALED.includes(id.kind) || configuration.replicas.some((spec) => isFor(spec, id));
    const found = resources.filter((r) => idsOf(r).some((id) => id.name === name && isScaled(id)));
    if (found.length === 0)
      throw new Error(
        `resource with name ${name} does not match a config with the following GVK [${SCALED.map((k) => `${k}.[noVer].[noGrp]`).join(" ")}]`,
      );
    for (const { object } of found) {
      const id = idOf(object);
      if (SCALED.includes(id.kind)) object["spec"] = { ...object["spec"], replicas: count };
      for (const spec of configuration.replicas.filter((s) => isFor(s, id)))
        visitField(object, spec.path, spec.create ?? false, (holder, field) => {
          holder[field] = count;
        });
    }
    trace("ReplicaCountTransformer");
  }
}

function setImages({ content, resources, configuration, trace }: Transformation): void {
  for (const image of [...(content["images"] ?? []), ...(content["imageTags"] ?? [])] as readonly ImageChange[]) {
    for (const { object } of resources) {
      if (object["kind"] === "CustomResourceDefinition") continue;
      changeImages(object, image);
      const id = idOf(object);
      for (const spec of configuration.images.filter((s) => isFor(s, id))) changeImagesAt(object, spec.path, image);
    }
    trace("ImageTagTransformer");
  }
}

async function decorate({ content, resources, configuration, trace }: Transformation): Promise<void> {
  const { namespace, namePrefix, nameSuffix } = content;
  if (namespace) {
    setNamespace(resources, namespace, configuration.namespace);
    await checkConflicts(resources);
    trace("NamespaceTransformer");
  }
  if (namePrefix) {
    decorateNames(resources, namePrefix, "", configuration.namePrefix);
    trace("PrefixTransformer");
  }
  if (nameSuffix) {
    decorateNames(resources, "", nameSuffix, configuration.nameSuffix);
    trace("SuffixTransformer");
  }
}

/** What a kustomization does to the resources that it has so far. */
export interface Transformation {
  readonly session: Session;
  readonly directory: string;
  readonly content: JsonObject;
  readonly resources: Resource[];
  readonly configuration: Configuration;
  /** Notes on every resource that a transformer has run. */
  trace(kind: string): void;
}

/** Runs what a kustomization does to its resources, in kustomize's order. */
export async function transform(t: Transformation): Promise<void> {
  const { session, directory, content, resources, configuration, trace } = t;
  await applyPatches(session, directory, content, resources, trace);
  await decorate(t);
  addLabels(t);
  if (content["commonAnnotations"]) {
    const specs = [...annotationFields, ...configuration.commonAnnotations];
    addPairs(resources, specs, content["commonAnnotations"]);
    trace("AnnotationsTransformer");
  }
  await applyJson6902(session, directory, content, resources, trace);
  setReplicas(t);
  setImages(t);
  await applyReplacements(directory, content, resources);
  if ((content["replacements"] ?? []).length > 0) trace("ReplacementTransformer");
}
