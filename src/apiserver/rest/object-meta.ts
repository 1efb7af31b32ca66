import type { ResourceDefinition, Strategy } from "../../kinds/definition.ts";
import { kubeFinalizerErrors } from "../../kinds/shared/finalizers.ts";
import { type FieldError, fieldForbidden, GoLiteral, invalid, required, tooLong } from "../../machinery/field-error.ts";
import {
  annotationKeyErrors,
  byteLength,
  labelKeyErrors,
  labelValueErrors,
  nameIsDns1035Label,
  nameIsDnsLabel,
  nameIsDnsSubdomain,
  nameIsPathSegment,
  qualifiedNameErrors,
} from "../../machinery/names.ts";
import type { ManagedFieldsEntry, ObjectMeta, OwnerReference } from "../../machinery/object.ts";
import { newFinalizerErrors } from "./deletion.ts";

const NAME_RULES = {
  "dns-subdomain": nameIsDnsSubdomain,
  "dns-label": nameIsDnsLabel,
  "dns-1035-label": nameIsDns1035Label,
  "path-segment": nameIsPathSegment,
} as const;

const TOTAL_ANNOTATION_SIZE = 256 * 1024;

/** What is wrong with the metadata of an object that is to be created. Mirrors apimachinery/pkg/api/validation ValidateObjectMetaAccessor. */
export function validateObjectMeta(
  metadata: ObjectMeta,
  definition: ResourceDefinition,
  nameRule: Strategy["nameRule"] = "dns-subdomain",
): FieldError[] {
  const check = NAME_RULES[nameRule];
  const { name = "", generateName = "", namespace = "" } = metadata;
  const errors: FieldError[] = [];
  if (generateName !== "")
    for (const m of check(generateName, true)) errors.push(invalid("metadata.generateName", generateName, m));
  if (name === "") errors.push(required("metadata.name", "name or generateName is required"));
  else for (const m of check(name, false)) errors.push(invalid("metadata.name", name, m));
  if (!definition.namespaced) {
    if (namespace !== "") errors.push(fieldForbidden("metadata.namespace", "not allowed on this type"));
  } else if (namespace === "") errors.push(required("metadata.namespace"));
  else for (const m of nameIsDnsLabel(namespace, false)) errors.push(invalid("metadata.namespace", namespace, m));
  return [...errors, ...commonErrors(metadata), ...finalizerErrors(metadata.finalizers ?? [], definition)];
}

/** What is wrong with an update's metadata. Mirrors apimachinery/pkg/api/validation ValidateObjectMetaAccessorUpdate. */
export function validateObjectMetaUpdate(
  metadata: ObjectMeta,
  old: ObjectMeta,
  definition: ResourceDefinition,
): FieldError[] {
  const errors = newFinalizerErrors(metadata, old);
  if ((metadata.resourceVersion ?? "") === "")
    errors.push(invalid("metadata.resourceVersion", "", "must be specified for an update"));
  if ((metadata.generation ?? 0) < (old.generation ?? 0))
    errors.push(invalid("metadata.generation", metadata.generation ?? 0, "must not be decremented"));
  for (const field of ["name", "namespace", "uid"] as const)
    if ((metadata[field] ?? "") !== (old[field] ?? ""))
      errors.push(invalid(`metadata.${field}`, metadata[field] ?? "", "field is immutable"));
  return [...errors, ...commonErrors(metadata), ...finalizerErrors(metadata.finalizers ?? [], definition)];
}

function commonErrors(metadata: ObjectMeta): FieldError[] {
  return [
    ...labelErrors(metadata.labels ?? {}, "metadata.labels"),
    ...annotationErrors(metadata.annotations ?? {}),
    ...ownerErrors(metadata.ownerReferences ?? []),
    ...managedFieldsErrors(metadata.managedFields ?? []),
  ];
}

/** Mirrors apimachinery/pkg/apis/meta/v1/validation ValidateLabels. */
export function labelErrors(labels: Readonly<Record<string, string>>, field: string): FieldError[] {
  return Object.keys(labels)
    .sort()
    .flatMap((key) => [
      ...labelKeyErrors(key).map((m) => invalid(field, key, m)),
      ...labelValueErrors(labels[key]!).map((m) => invalid(field, labels[key], m)),
    ]);
}

function annotationErrors(annotations: Readonly<Record<string, string>>): FieldError[] {
  const field = "metadata.annotations";
  const keys = Object.keys(annotations).sort();
  const errors = keys.flatMap((key) => annotationKeyErrors(key).map((m) => invalid(field, key, m)));
  const size = keys.reduce((sum, key) => sum + byteLength(key) + byteLength(annotations[key]!), 0);
  return size > TOTAL_ANNOTATION_SIZE ? [...errors, tooLong(field, TOTAL_ANNOTATION_SIZE)] : errors;
}

function ownerErrors(owners: readonly OwnerReference[]): FieldError[] {
  const field = "metadata.ownerReferences";
  const errors: FieldError[] = [];
  let controller: string | undefined;
  for (const owner of owners) {
    if (!owner.apiVersion || owner.apiVersion.endsWith("/"))
      errors.push(invalid(`${field}.apiVersion`, owner.apiVersion ?? "", "version must not be empty"));
    for (const part of ["kind", "name", "uid"] as const)
      if (!owner[part]) errors.push(invalid(`${field}.${part}`, "", `${part} must not be empty`));
    if (owner.kind === "Event" && owner.apiVersion === "v1")
      errors.push(invalid(field, goOwner(owner), "/v1, Kind=Event is disallowed from being an owner"));
    if (owner.controller !== true) continue;
    if (controller !== undefined)
      errors.push(
        invalid(
          field,
          new GoLiteral(`[]v1.OwnerReference{${owners.map((o) => goOwner(o).text).join(", ")}}`),
          `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${owner.name}`,
        ),
      );
    controller = owner.name;
  }
  return errors;
}

/** An owner reference as Go prints the struct; where a flag is set its address would stand, which means nothing. */
function goOwner(owner: OwnerReference): GoLiteral {
  const flag = (value: boolean | undefined): string => `(*bool)(${value === undefined ? "nil" : "0xc000000000"})`;
  const text = (value: string | undefined): string => JSON.stringify(value ?? "");
  return new GoLiteral(
    `v1.OwnerReference{APIVersion:${text(owner.apiVersion)}, Kind:${text(owner.kind)}, Name:${text(owner.name)}, UID:${text(owner.uid)}, Controller:${flag(owner.controller)}, BlockOwnerDeletion:${flag(owner.blockOwnerDeletion)}}`,
  );
}

/** Kinds whose metadata is looked at by apimachinery alone, which takes any finalizer. */
const lenientGroups = new Set([
  ...["admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io", "coordination.k8s.io"],
  ...["events.k8s.io", "policy"],
]);

function finalizerErrors(finalizers: readonly string[], definition: ResourceDefinition): FieldError[] {
  const field = "metadata.finalizers";
  const errors = finalizers.flatMap((f) => qualifiedNameErrors(f).map((m) => invalid(field, f, m)));
  if (finalizers.includes("orphan") && finalizers.includes("foregroundDeletion"))
    errors.push(invalid(field, finalizers, "finalizer orphan and foregroundDeletion cannot be both set"));
  if (definition.schema || lenientGroups.has(definition.group)) return errors;
  return [...errors, ...finalizers.flatMap((f, i) => kubeFinalizerErrors(f, `${field}[${i}]`))];
}

function managedFieldsErrors(entries: readonly ManagedFieldsEntry[]): FieldError[] {
  return entries.flatMap((entry, i) => {
    const field = `metadata.managedFields[${i}]`;
    const errors: FieldError[] = [];
    if (entry.operation !== "Apply" && entry.operation !== "Update")
      errors.push(invalid(`${field}.operation`, entry.operation ?? "", "must be `Apply` or `Update`"));
    if (entry.fieldsType !== undefined && entry.fieldsType !== "" && entry.fieldsType !== "FieldsV1")
      errors.push(invalid(`${field}.fieldsType`, entry.fieldsType, "must be `FieldsV1`"));
    return errors;
  });
}
