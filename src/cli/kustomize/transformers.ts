import type { JsonObject } from "../../machinery/object.ts";
import type { Session } from "../session.ts";
import { type FieldSpec, isFor, mergePairs, visitField } from "./field-paths.ts";
import { changeImages, type ImageChange } from "./images.ts";
import { annotationFields, labelFields, selectorFields, templateLabelFields } from "./label-fields.ts";
import { applyJson6902, applyPatches } from "./patches.ts";
import { applyReplacements } from "./replacements.ts";
import { idOf, idsOf, type Resource, relocate, rename } from "./resource.ts";
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
function setNamespace(resources: readonly Resource[], namespace: string): void {
  for (const resource of resources) {
    const { object } = resource;
    const id = idOf(object);
    if (id.kind === "Namespace" && id.group === "") rename(resource, namespace);
    else if (isNamespaced(id)) relocate(resource, namespace);
    if (id.kind === "RoleBinding" || id.kind === "ClusterRoleBinding")
      for (const subject of (resource.object["subjects"] ?? []) as JsonObject[])
        if (subject["kind"] === "ServiceAccount" && subject["name"] === "default") subject["namespace"] = namespace;
    for (const spec of SERVICE_FIELDS.filter((s) => isFor(s, id)))
      visitField(resource.object, spec.path, false, (holder, field) => {
        holder[field] = namespace;
      });
  }
}

const KEEP_NAMES = new Set(["CustomResourceDefinition", "APIService", "Namespace"]);

function decorateNames(resources: readonly Resource[], prefix: string, suffix: string): void {
  for (const resource of resources) {
    const { kind, name } = idOf(resource.object);
    if (!KEEP_NAMES.has(kind)) rename(resource, `${prefix}${name}${suffix}`);
  }
}

function addLabels(resources: readonly Resource[], content: JsonObject): void {
  for (const entry of (content["labels"] ?? []) as readonly JsonObject[]) {
    const specs = [
      ...((entry["fields"] ?? []) as readonly FieldSpec[]),
      ...labelFields,
      ...(entry["includeSelectors"] ? selectorFields : entry["includeTemplates"] ? templateLabelFields : []),
    ];
    addPairs(resources, specs, entry["pairs"]);
  }
  addPairs(resources, [...labelFields, ...selectorFields], content["commonLabels"]);
}

const SCALED = ["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"];

function setReplicas(resources: readonly Resource[], content: JsonObject): void {
  for (const { name, count = 0 } of (content["replicas"] ?? []) as readonly JsonObject[]) {
    const found = resources.filter((r) => idsOf(r).some((id) => id.name === name && SCALED.includes(id.kind)));
    if (found.length === 0)
      throw new Error(
        `resource with name ${name} does not match a config with the following GVK [${SCALED.map((k) => `${k}.[noVer].[noGrp]`).join(" ")}]`,
      );
    for (const { object } of found) object["spec"] = { ...object["spec"], replicas: count };
  }
}

/** Runs what a kustomization does to its resources, in kustomize's order. */
export async function transform(
  session: Session,
  directory: string,
  content: JsonObject,
  resources: Resource[],
): Promise<void> {
  await applyPatches(session, directory, content, resources);
  if (content["namespace"]) setNamespace(resources, content["namespace"]);
  if (content["namePrefix"]) decorateNames(resources, content["namePrefix"], "");
  if (content["nameSuffix"]) decorateNames(resources, "", content["nameSuffix"]);
  addLabels(resources, content);
  addPairs(resources, annotationFields, content["commonAnnotations"]);
  await applyJson6902(session, directory, content, resources);
  setReplicas(resources, content);
  for (const image of [...(content["images"] ?? []), ...(content["imageTags"] ?? [])] as readonly ImageChange[])
    for (const { object } of resources) if (object["kind"] !== "CustomResourceDefinition") changeImages(object, image);
  await applyReplacements(directory, content, resources);
}
