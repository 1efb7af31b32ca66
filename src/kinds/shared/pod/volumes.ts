import { duplicate, type FieldError, fieldForbidden, invalid, required } from "../../../machinery/field-error.ts";
import { dns1123SubdomainErrors } from "../../../machinery/names.ts";
import { quantitySign } from "../../../machinery/quantity.ts";
import { validateLabelSelector, validateLabels } from "../../../machinery/selectors/label-selector.ts";
import type {
  DownwardAPIVolumeFile,
  KeyToPath,
  PersistentVolumeClaimTemplate,
  ProjectedVolumeSource,
  Volume,
  VolumeProjection,
} from "../../types/core_v1.ts";
import type { ObjectMeta } from "../../types/meta_v1.ts";
import { checkAnnotations, checkDnsLabel } from "../check.ts";
import { checkClaimSpec } from "./claim-spec.ts";
import { checkFieldRef, checkResourceFieldRef, volumeFieldPaths } from "./field-refs.ts";
import { checkFileMode, checkLocalNonReservedPath } from "./paths.ts";
import { quantityOf } from "./resources.ts";
import { checkVolumeSourceField, volumeSourceOrder } from "./volume-sources.ts";

/** spec.volumes. Returns the names that are sound, for mounts to look up. Mirrors core validation.ValidateVolumes. */
export function checkVolumes(
  volumes: readonly Volume[],
  podName: string | undefined,
  field: string,
): { errors: FieldError[]; sound: Map<string, Volume> } {
  const errors: FieldError[] = [];
  const sound = new Map<string, Volume>();
  const createdClaims = new Set(podName ? volumes.filter((v) => v.ephemeral).map((v) => `${podName}-${v.name}`) : []);
  for (const [i, volume] of volumes.entries()) {
    const path = `${field}[${i}]`;
    const own = checkVolumeSource(volume, podName, path);
    if (!volume.name) own.push(required(`${path}.name`));
    else own.push(...checkDnsLabel(volume.name, `${path}.name`));
    if (sound.has(volume.name)) own.push(duplicate(`${path}.name`, volume.name));
    if (own.length === 0) sound.set(volume.name, volume);
    errors.push(...own);
    const claimName = volume.persistentVolumeClaim?.claimName;
    if (claimName && createdClaims.has(claimName))
      errors.push(
        invalid(
          `${path}.persistentVolumeClaim.claimName`,
          claimName,
          "must not reference a PVC that gets created for an ephemeral volume",
        ),
      );
  }
  return { errors, sound };
}

// Upstream's paths in "more than one" differ from the field's name here and there.
const doubleNames: Readonly<Record<string, string>> = { cephfs: "cephFS", downwardAPI: "downwarAPI" };

function checkVolumeSource(volume: Volume, podName: string | undefined, field: string): FieldError[] {
  const errors: FieldError[] = [];
  let count = 0;
  for (const name of volumeSourceOrder) {
    if (volume[name] === undefined || volume[name] === null) continue;
    if (count > 0 && name !== "emptyDir")
      errors.push(fieldForbidden(`${field}.${doubleNames[name] ?? name}`, "may not specify more than 1 volume type"));
    else {
      count++;
      errors.push(...checkOneVolumeSource(volume, name, podName, field));
    }
  }
  if (count === 0) errors.push(required(field, "must specify a volume type"));
  return errors;
}

function checkOneVolumeSource(
  volume: Volume,
  name: (typeof volumeSourceOrder)[number],
  podName: string | undefined,
  field: string,
): FieldError[] {
  const path = `${field}.${name}`;
  switch (name) {
    case "emptyDir":
      return quantitySign(quantityOf(volume.emptyDir?.sizeLimit)) < 0
        ? [fieldForbidden(`${path}.sizeLimit`, "SizeLimit field must be a valid resource quantity")]
        : [];
    case "secret":
      return [
        ...(volume.secret!.secretName ? [] : [required(`${path}.secretName`)]),
        ...checkFileMode(volume.secret!.defaultMode, `${path}.defaultMode`),
        ...checkItems(volume.secret!.items, path),
      ];
    case "configMap":
      return [
        ...(volume.configMap!.name ? [] : [required(`${path}.name`)]),
        ...checkFileMode(volume.configMap!.defaultMode, `${path}.defaultMode`),
        ...checkItems(volume.configMap!.items, path),
      ];
    case "downwardAPI":
      return [
        ...checkFileMode(volume.downwardAPI!.defaultMode, `${path}.defaultMode`),
        ...(volume.downwardAPI!.items ?? []).flatMap((file) => checkDownwardFile(file, path)),
      ];
    case "projected":
      return [
        ...checkFileMode(volume.projected!.defaultMode, `${path}.defaultMode`),
        ...checkProjections(volume.projected!, path),
      ];
    case "ephemeral":
      return checkEphemeral(volume, podName, field);
    default:
      return checkVolumeSourceField(name, volume[name] as never, path, volume.name);
  }
}

const checkItems = (items: readonly KeyToPath[] | undefined, field: string): FieldError[] =>
  (items ?? []).flatMap((item, i) => checkKeyToPath(item, `${field}.items[${i}]`));

function checkKeyToPath(item: KeyToPath, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!item.key) errors.push(required(`${field}.key`));
  if (!item.path) errors.push(required(`${field}.path`));
  errors.push(...checkLocalNonReservedPath(item.path ?? "", `${field}.path`));
  return [...errors, ...checkFileMode(item.mode, `${field}.mode`)];
}

function checkDownwardFile(file: DownwardAPIVolumeFile, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!file.path) errors.push(required(`${field}.path`));
  errors.push(...checkLocalNonReservedPath(file.path ?? "", `${field}.path`));
  if (file.fieldRef) {
    errors.push(...checkFieldRef(file.fieldRef, volumeFieldPaths, `${field}.fieldRef`));
    if (file.resourceFieldRef)
      errors.push(invalid(field, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously"));
  } else if (file.resourceFieldRef)
    errors.push(...checkResourceFieldRef(file.resourceFieldRef, `${field}.resourceFieldRef`, true));
  else errors.push(required(field, "one of fieldRef and resourceFieldRef is required"));
  return [...errors, ...checkFileMode(file.mode, `${field}.mode`)];
}

/** Mirrors core validation.validateProjectionSources; conflicts are told at the projected volume, as upstream has it. */
function checkProjections(projected: ProjectedVolumeSource, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const paths = new Set<string>();
  const claim = (path: string | undefined, shown: string): void => {
    if (!path) return;
    if (paths.has(path)) errors.push(invalid(field, shown, "conflicting duplicate paths"));
    paths.add(path);
  };
  for (const [i, source] of (projected.sources ?? []).entries()) {
    const path = `${field}.sources[${i}]`;
    for (const kind of ["secret", "configMap"] as const) {
      const named = source[kind];
      if (!named) continue;
      if (!named.name) errors.push(required(`${path}.${kind}.name`));
      for (const [j, item] of (named.items ?? []).entries()) {
        errors.push(...checkKeyToPath(item, `${path}.${kind}.items[${j}]`));
        claim(item.path, named.name ?? "");
      }
    }
    for (const file of source.downwardAPI?.items ?? []) {
      errors.push(...checkDownwardFile(file, `${path}.downwardAPI`));
      claim(file.path, file.path);
    }
    errors.push(...checkTokenProjection(source, path, field), ...checkBundleProjection(source, path));
    if (source.clusterTrustBundle) claim(source.clusterTrustBundle.path, source.clusterTrustBundle.path);
    if (Object.values(source).filter((v) => v !== undefined && v !== null).length > 1)
      errors.push(fieldForbidden(path, "may not specify more than 1 volume type per source"));
  }
  return errors;
}

function checkTokenProjection(source: VolumeProjection, path: string, field: string): FieldError[] {
  const token = source.serviceAccountToken;
  if (!token) return [];
  const errors: FieldError[] = [];
  const seconds = token.expirationSeconds ?? 0;
  const at = `${path}.serviceAccountToken.expirationSeconds`;
  if (seconds < 600) errors.push(invalid(at, seconds, "may not specify a duration less than 10 minutes"));
  if (seconds > 2 ** 32) errors.push(invalid(at, seconds, "may not specify a duration larger than 2^32 seconds"));
  if (!token.path) return [...errors, required(`${field}.path`)];
  return [...errors, ...checkLocalNonReservedPath(token.path, `${field}.path`)];
}

function checkBundleProjection(source: VolumeProjection, path: string): FieldError[] {
  const bundle = source.clusterTrustBundle;
  if (!bundle) return [];
  const at = `${path}.clusterTrustBundle`;
  const errors: FieldError[] = [];
  if (bundle.name !== undefined && bundle.signerName !== undefined)
    errors.push(invalid(at, "", "only one of name and signerName may be used"));
  else if (bundle.name !== undefined) {
    if (bundle.name === "") errors.push(required(`${at}.name`, "must be a valid object name"));
    if (bundle.labelSelector)
      errors.push(invalid(`${at}.labelSelector`, "", "labelSelector must be unset if name is specified"));
  } else if (bundle.signerName !== undefined) {
    if (bundle.signerName === "") errors.push(required(`${at}.signerName`, "must be a valid signer name"));
    errors.push(...validateLabelSelector(bundle.labelSelector, `${at}.labelSelector`));
  } else errors.push(required(at, "either name or signerName must be specified"));
  if (!bundle.path) errors.push(required(`${at}.path`));
  return [...errors, ...checkLocalNonReservedPath(bundle.path ?? "", `${at}.path`)];
}

function checkEphemeral(volume: Volume, podName: string | undefined, field: string): FieldError[] {
  const at = `${field}.ephemeral.volumeClaimTemplate`;
  const template = volume.ephemeral?.volumeClaimTemplate;
  const errors = template ? checkClaimTemplate(template, at) : [required(at)];
  if (podName && volume.name) {
    const claim = `${podName}-${volume.name}`;
    for (const message of dns1123SubdomainErrors(claim))
      errors.push(invalid(`${field}.name`, volume.name, `PVC name "${claim}": ${message}`));
  }
  return errors;
}

function checkClaimTemplate(template: PersistentVolumeClaimTemplate, field: string): FieldError[] {
  return [
    ...checkTemplateMeta(template.metadata, `${field}.metadata`),
    ...checkClaimSpec(template.spec ?? {}, `${field}.spec`),
  ];
}

const otherMetaFields = [
  ...["name", "generateName", "namespace", "selfLink", "uid", "resourceVersion", "generation", "creationTimestamp"],
  ...["deletionTimestamp", "deletionGracePeriodSeconds", "ownerReferences", "finalizers", "managedFields"],
] as const;

/** The metadata of a template may carry labels and annotations alone. Mirrors core validation.ValidateTemplateObjectMeta. */
function checkTemplateMeta(meta: ObjectMeta | undefined, field: string): FieldError[] {
  const errors = [
    ...checkAnnotations(meta?.annotations, `${field}.annotations`),
    ...validateLabels(meta?.labels, `${field}.labels`),
  ];
  for (const name of otherMetaFields)
    if (meta?.[name]) errors.push(fieldForbidden(`${field}.${name}`, "cannot be set"));
  return errors;
}
