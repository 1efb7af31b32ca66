import {
  type FieldError,
  fieldForbidden,
  GoLiteral,
  invalid,
  notSupported,
  required,
  tooLong,
} from "../../../machinery/field-error.ts";
import { byteLength, dns1123SubdomainErrors, inclusiveRangeError } from "../../../machinery/names.ts";
import type { JsonObject } from "../../../machinery/object.ts";
import type { Volume } from "../../types/core_v1.ts";
import { checkDnsLabel, checkOneOf, invalidEach, sortedKeys } from "../check.ts";
import { goStrings } from "../go-syntax.ts";
import { checkLocalDescendingPath, checkNoBacksteps } from "./paths.ts";

/** A volume's sources in the order in which upstream looks at them. */
export const volumeSourceOrder = [
  ...([
    "emptyDir",
    "hostPath",
    "gitRepo",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "secret",
    "nfs",
    "iscsi",
  ] as const),
  ...(["glusterfs", "flocker", "persistentVolumeClaim", "rbd", "cinder", "cephfs", "quobyte", "downwardAPI"] as const),
  ...(["fc", "flexVolume", "configMap", "azureFile", "vsphereVolume", "photonPersistentDisk"] as const),
  ...(["portworxVolume", "azureDisk", "storageos", "projected", "scaleIO", "csi", "ephemeral", "image"] as const),
] satisfies readonly (keyof Volume)[];

const requiredFields: Readonly<Record<string, readonly string[]>> = {
  glusterfs: ["endpoints", "path"],
  persistentVolumeClaim: ["claimName"],
  rbd: ["monitors", "image"],
  cephfs: ["monitors"],
  azureFile: ["secretName", "shareName"],
  vsphereVolume: ["volumePath"],
  photonPersistentDisk: ["pdID"],
  portworxVolume: ["volumeID"],
  scaleIO: ["gateway", "system", "volumeName"],
};

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);
const requireAll = (source: JsonObject, names: readonly string[], field: string): FieldError[] =>
  names.filter((n) => isEmpty(source[n])).map((n) => required(`${field}.${n}`));

/** One source of a volume that pods and persistent volumes describe alike. Mirrors core validation.validate*VolumeSource. */
export function checkVolumeSourceField(
  name: string,
  source: JsonObject,
  field: string,
  volumeName = "",
  persistent = false,
): FieldError[] {
  const fields = requiredFields[name];
  if (fields) return requireAll(source, fields, field);
  const check = checks[name];
  return check ? check(source, field, volumeName, persistent) : [];
}

type SourceCheck = (source: JsonObject, field: string, volumeName: string, persistent: boolean) => FieldError[];

const diskField = (field: string, from: string, to: string): string => field.slice(0, -from.length) + to;
const partitionMessage = inclusiveRangeError(0, 255);

const checks: Readonly<Record<string, SourceCheck>> = {
  hostPath: checkHostPath,
  gitRepo: (s, f) => [
    ...requireAll(s, ["repository"], f),
    ...checkLocalDescendingPath(s.directory ?? "", `${f}.directory`),
  ],
  gcePersistentDisk: (s, f) => {
    const at = diskField(f, "gcePersistentDisk", "persistentDisk");
    return [...requireAll(s, ["pdName"], at), ...checkRange(s.partition, 255, `${at}.partition`, partitionMessage)];
  },
  awsElasticBlockStore: (s, f) => [
    ...requireAll(s, ["volumeID"], f),
    ...checkRange(s.partition, 255, `${f}.partition`, partitionMessage),
  ],
  nfs: (s, f) => [
    ...requireAll(s, ["server", "path"], f),
    ...(String(s.path ?? "").startsWith("/") ? [] : [invalid(`${f}.path`, s.path ?? "", "must be an absolute path")]),
  ],
  iscsi: checkIscsi,
  flocker: checkFlocker,
  cinder: (s, f, _v, persistent) => [...requireAll(s, ["volumeID"], f), ...checkSecretRef(s, f, persistent)],
  quobyte: checkQuobyte,
  fc: checkFc,
  flexVolume: checkFlexVolume,
  azureDisk: checkAzureDisk,
  storageos: (s, f, _v, persistent) => [
    ...(s.volumeName ? checkDnsLabel(s.volumeName, `${f}.volumeName`) : [required(`${f}.volumeName`)]),
    ...(s.volumeNamespace ? checkDnsLabel(s.volumeNamespace, `${f}.volumeNamespace`) : []),
    ...checkSecretRef(s, f, persistent),
  ],
  csi: (s, f, _v, persistent) => (persistent ? checkPersistentCsi(s, f) : checkInlineCsi(s, f)),
  image: (s, f) => [
    ...requireAll(s, ["reference"], f),
    ...(s.pullPolicy ? checkOneOf(s.pullPolicy, ["Always", "IfNotPresent", "Never"], `${f}.pullPolicy`) : []),
  ],
  local: (s, f) => (s.path ? checkNoBacksteps(s.path, `${f}.path`) : [required(`${f}.path`)]),
};

const checkRange = (value: number | undefined, max: number, field: string, message: string): FieldError[] =>
  value !== undefined && (value < 0 || value > max) ? [invalid(field, value, message)] : [];

const hostPathTypes = [
  ...["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"],
];

function checkHostPath(source: JsonObject, field: string): FieldError[] {
  if (!source.path) return [required(`${field}.path`)];
  return [
    ...checkNoBacksteps(source.path, `${field}.path`),
    ...(source.type === undefined ? [] : checkOneOf(source.type, hostPathTypes, `${field}.type`)),
  ];
}

const iscsiPatterns = [
  /^iqn\.\d{4}-\d{2}\.([a-zA-Z0-9._-]+)(:[^,;*&$|\s]+)?$/,
  /^eui.[a-zA-Z0-9]{16}$/,
  /^naa.[a-zA-Z0-9]{32}$/,
];

function checkIscsiName(name: string, field: string, anyPrefix: boolean): FieldError[] {
  const known = ["iqn", "eui", "naa"].findIndex((p) => name.startsWith(p));
  if (known < 0)
    return [invalid(field, name, `must be valid format${anyPrefix ? " starting with iqn, eui, or naa" : ""}`)];
  return iscsiPatterns[known]!.test(name) ? [] : [invalid(field, name, "must be valid format")];
}

function checkIscsi(source: JsonObject, field: string, volumeName: string, persistent: boolean): FieldError[] {
  const errors = requireAll(source, ["targetPortal"], field);
  const long = source.initiatorName && byteLength(`${volumeName}:${source.targetPortal}`) > 64;
  const longMessage =
    "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.";
  if (long && persistent) errors.push(invalid(`${field}.targetportal`, source.targetPortal, longMessage));
  if (source.iqn) errors.push(...checkIscsiName(source.iqn, `${field}.iqn`, !persistent));
  else errors.push(required(`${field}.iqn`));
  errors.push(...checkRange(source.lun, 255, `${field}.lun`, partitionMessage));
  const chap = source.chapAuthDiscovery || source.chapAuthSession;
  if (chap && !source.secretRef) errors.push(required(`${field}.secretRef`));
  if (persistent && source.secretRef && !source.secretRef.name) errors.push(required(`${field}.secretRef.name`));
  if (source.initiatorName) errors.push(...checkIscsiName(source.initiatorName, `${field}.initiatorname`, !persistent));
  if (long && !persistent) errors.push(invalid(`${field.replace(/\.iscsi$/, "")}.name`, volumeName, longMessage));
  return errors;
}

function checkFlocker(source: JsonObject, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!source.datasetName && !source.datasetUUID)
    errors.push(required(field, "one of datasetName and datasetUUID is required"));
  if (source.datasetName && source.datasetUUID)
    errors.push(invalid(field, "resource", "datasetName and datasetUUID can not be specified simultaneously"));
  if (String(source.datasetName ?? "").includes("/"))
    errors.push(invalid(`${field}.datasetName`, source.datasetName, "must not contain '/'"));
  return errors;
}

function checkSecretRef(source: JsonObject, field: string, persistent: boolean): FieldError[] {
  if (!source.secretRef) return [];
  return requireAll(source.secretRef, persistent ? ["name", "namespace"] : ["name"], `${field}.secretRef`);
}

function checkQuobyte(source: JsonObject, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const message = "must be a host:port pair or multiple pairs separated by commas";
  if (!source.registry) errors.push(required(`${field}.registry`, message));
  else if (String(source.tenant ?? "").length >= 65)
    errors.push(required(`${field}.tenant`, "must be a UUID and may not exceed a length of 64 characters"));
  else
    for (const pair of String(source.registry).split(","))
      if (!/^(\[[^\]]*\]|[^:[\]]*):[^:]*$/.test(pair))
        errors.push(invalid(`${field}.registry`, source.registry, message));
  return [...errors, ...requireAll(source, ["volume"], field)];
}

function checkFc(source: JsonObject, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const wwns: string[] = source.targetWWNs ?? [];
  const wwids: string[] = source.wwids ?? [];
  if (wwns.length === 0 && wwids.length === 0)
    errors.push(required(`${field}.targetWWNs`, "must specify either targetWWNs or wwids, but not both"));
  if (wwns.length > 0 && wwids.length > 0)
    errors.push(
      invalid(
        `${field}.targetWWNs`,
        new GoLiteral(goStrings(wwns)),
        "targetWWNs and wwids can not be specified simultaneously",
      ),
    );
  if (wwns.length === 0) return errors;
  if (source.lun === undefined) errors.push(required(`${field}.lun`, "lun is required if targetWWNs is specified"));
  return [...errors, ...checkRange(source.lun, 255, `${field}.lun`, partitionMessage)];
}

function checkFlexVolume(source: JsonObject, field: string): FieldError[] {
  const errors = requireAll(source, ["driver"], field);
  for (const key of sortedKeys(source.options)) {
    const namespace = `.${key.split("/", 1)[0]!.toLowerCase()}`;
    const owned = namespace.endsWith(".kubernetes.io") || namespace.endsWith(".k8s.io");
    if (owned)
      errors.push(invalid(`${field}.options[${key}]`, key, "kubernetes.io and k8s.io namespaces are reserved"));
  }
  return errors;
}

function checkAzureDisk(source: JsonObject, field: string): FieldError[] {
  const errors = requireAll(source, ["diskName", "diskURI"], field);
  if (source.cachingMode !== undefined)
    errors.push(...checkOneOf(source.cachingMode, ["None", "ReadOnly", "ReadWrite"], `${field}.cachingMode`));
  if (source.kind !== undefined)
    errors.push(...checkOneOf(source.kind, ["Dedicated", "Managed", "Shared"], `${field}.kind`));
  const uri = String(source.diskURI ?? "");
  const managed = "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}";
  const blob = "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd";
  if (source.kind === "Managed" && !uri.startsWith("/subscriptions/"))
    errors.push(notSupported(`${field}.diskURI`, uri, [managed]));
  if (source.kind !== undefined && source.kind !== "Managed" && !uri.startsWith("https://"))
    errors.push(notSupported(`${field}.diskURI`, uri, [blob]));
  return errors;
}

/** Mirrors core validation.ValidateCSIDriverName. */
export function checkCsiDriverName(name: string, field: string): FieldError[] {
  const errors = name === "" ? [required(field)] : [];
  if (byteLength(name) > 63) errors.push(tooLong(field, 63));
  return [...errors, ...invalidEach(field, name, dns1123SubdomainErrors(name.toLowerCase()))];
}

function checkInlineCsi(source: JsonObject, field: string): FieldError[] {
  const errors = checkCsiDriverName(source.driver ?? "", `${field}.driver`);
  const ref = source.nodePublishSecretRef;
  if (!ref) return errors;
  if (!ref.name) return [...errors, required(`${field}.nodePublishSecretRef.name`)];
  return [...errors, ...invalidEach(`${field}.name`, ref.name, dns1123SubdomainErrors(ref.name))];
}

const csiSecretRefs = [
  ...["controllerPublishSecretRef", "controllerExpandSecretRef", "nodePublishSecretRef", "nodeExpandSecretRef"],
];

function checkPersistentCsi(source: JsonObject, field: string): FieldError[] {
  const errors = checkCsiDriverName(source.driver ?? "", `${field}.driver`);
  errors.push(...requireAll(source, ["volumeHandle"], field));
  for (const name of csiSecretRefs) {
    const ref = source[name];
    if (!ref) continue;
    const at = `${field}.${name}`;
    errors.push(
      ...(ref.name ? invalidEach(`${at}.name`, ref.name, dns1123SubdomainErrors(ref.name)) : [required(`${at}.name`)]),
    );
    errors.push(...(ref.namespace ? checkDnsLabel(ref.namespace, `${at}.namespace`) : [required(`${at}.namespace`)]));
  }
  return errors;
}

/** More than one source in a persistent volume. */
export const moreThanOneVolumeType = (field: string): FieldError =>
  fieldForbidden(field, "may not specify more than 1 volume type");
