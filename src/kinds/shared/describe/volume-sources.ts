import type { JsonObject } from "../../../machinery/object.ts";
import { quantitySign, tryParseQuantity } from "../../../machinery/quantity.ts";
import type { DescribeWriter } from "../../definition.ts";
import { quantityCell } from "../table/cells.ts";
import { field, shorten } from "./fields.ts";
import { goList, goMap, goReference } from "./go-values.ts";

/** How a source of volumes is described: what it is, and its fields in order. */
export interface SourceText {
  readonly type: string;
  readonly fields: (source: JsonObject) => readonly (readonly [label: string, value: unknown])[];
  /** What follows the fields as "key=value" lines. */
  readonly attributes?: (source: JsonObject) => Readonly<Record<string, string>> | undefined;
}

const text = (value: unknown): unknown => value ?? "";
const no = (value: unknown): unknown => value ?? false;
const optional = (source: JsonObject): readonly [string, unknown] => ["Optional", source.optional ?? false];
const readOnly = (source: JsonObject): readonly [string, unknown] => ["ReadOnly", no(source.readOnly)];
const fsType = (source: JsonObject): readonly [string, unknown] => ["FSType", text(source.fsType)];

const secret = (reference: JsonObject | undefined): string => goReference("LocalObjectReference", reference, "Name");
const secretAnywhere = (reference: JsonObject | undefined): string =>
  goReference("SecretReference", reference, "Name", "Namespace");

function sizeLimit(limit: unknown): string {
  const amount = tryParseQuantity(limit);
  return amount !== undefined && quantitySign(amount) > 0 ? quantityCell(limit as string) : "<unset>";
}

const iscsi = (secretText: typeof secret): SourceText => ({
  type: "ISCSI (an ISCSI Disk resource that is attached to a kubelet's host machine and then exposed to the pod)",
  fields: (s) => [
    ["TargetPortal", s.targetPortal],
    ["IQN", s.iqn],
    ["Lun", s.lun],
    ["ISCSIInterface", text(s.iscsiInterface)],
    fsType(s),
    readOnly(s),
    ["Portals", goList(s.portals)],
    ["DiscoveryCHAPAuth", no(s.chapAuthDiscovery)],
    ["SessionCHAPAuth", no(s.chapAuthSession)],
    ["SecretRef", secretText(s.secretRef)],
    ["InitiatorName", s.initiatorName ?? "<none>"],
  ],
});

const rbd = (secretText: typeof secret): SourceText => ({
  type: "RBD (a Rados Block Device mount on the host that shares a pod's lifetime)",
  fields: (s) => [
    ["CephMonitors", goList(s.monitors)],
    ["RBDImage", s.image],
    fsType(s),
    ["RBDPool", text(s.pool)],
    ["RadosUser", text(s.user)],
    ["Keyring", text(s.keyring)],
    ["SecretRef", secretText(s.secretRef)],
    readOnly(s),
  ],
});

const cephFs = (secretText: typeof secret): SourceText => ({
  type: "CephFS (a CephFS mount on the host that shares a pod's lifetime)",
  fields: (s) => [
    ["Monitors", goList(s.monitors)],
    ["Path", text(s.path)],
    ["User", text(s.user)],
    ["SecretFile", text(s.secretFile)],
    ["SecretRef", secretText(s.secretRef)],
    readOnly(s),
  ],
});

const cinder = (secretText: typeof secret): SourceText => ({
  type: "Cinder (a Persistent Disk resource in OpenStack)",
  fields: (s) => [["VolumeID", s.volumeID], fsType(s), readOnly(s), ["SecretRef", secretText(s.secretRef)]],
});

const flex = (secretText: typeof secret): SourceText => ({
  type: "FlexVolume (a generic volume resource that is provisioned/attached using an exec based plugin)",
  fields: (s) => [
    ["Driver", s.driver],
    fsType(s),
    ["SecretRef", secretText(s.secretRef)],
    readOnly(s),
    ["Options", goMap(s.options)],
  ],
});

const scaleIo = (secretFields: SourceText["fields"]): SourceText => ({
  type: "ScaleIO (a persistent volume backed by a block device in ScaleIO)",
  fields: (s) => [
    ["Gateway", s.gateway],
    ["System", s.system],
    ["Protection Domain", text(s.protectionDomain)],
    ["Storage Pool", text(s.storagePool)],
    ["Storage Mode", text(s.storageMode)],
    ["VolumeName", text(s.volumeName)],
    ...secretFields(s),
    fsType(s),
    readOnly(s),
  ],
});

const azureFile = (namespaceFields: SourceText["fields"]): SourceText => ({
  type: "AzureFile (an Azure File Service mount on the host and bind mount to the pod)",
  fields: (s) => [["SecretName", s.secretName], ...namespaceFields(s), ["ShareName", s.shareName], readOnly(s)],
});

const glusterFs = (namespaceFields: SourceText["fields"]): SourceText => ({
  type: "Glusterfs (a Glusterfs mount on the host that shares a pod's lifetime)",
  fields: (s) => [["EndpointsName", s.endpoints], ...namespaceFields(s), ["Path", s.path], readOnly(s)],
});

const csi = (fields: SourceText["fields"]): SourceText => ({
  type: "CSI (a Container Storage Interface (CSI) volume source)",
  fields,
  attributes: (s) => s.volumeAttributes,
});

/** Sources that pods and persistent volumes have in common. */
const shared = {
  hostPath: {
    type: "HostPath (bare host directory volume)",
    fields: (s) => [
      ["Path", s.path],
      ["HostPathType", s.type ?? "<none>"],
    ],
  },
  gcePersistentDisk: {
    type: "GCEPersistentDisk (a Persistent Disk resource in Google Compute Engine)",
    fields: (s) => [["PDName", s.pdName], fsType(s), ["Partition", s.partition ?? 0], readOnly(s)],
  },
  awsElasticBlockStore: {
    type: "AWSElasticBlockStore (a Persistent Disk resource in AWS)",
    fields: (s) => [["VolumeID", s.volumeID], fsType(s), ["Partition", s.partition ?? 0], readOnly(s)],
  },
  nfs: {
    type: "NFS (an NFS mount that lasts the lifetime of a pod)",
    fields: (s) => [["Server", s.server], ["Path", s.path], readOnly(s)],
  },
  quobyte: {
    type: "Quobyte (a Quobyte mount on the host that shares a pod's lifetime)",
    fields: (s) => [["Registry", s.registry], ["Volume", s.volume], readOnly(s)],
  },
  azureDisk: {
    type: "AzureDisk (an Azure Data Disk mount on the host and bind mount to the pod)",
    fields: (s) => [
      ["DiskName", s.diskName],
      ["DiskURI", s.diskURI],
      ["Kind", text(s.kind)],
      fsType(s),
      ["CachingMode", text(s.cachingMode)],
      readOnly(s),
    ],
  },
  vsphereVolume: {
    type: "vSphereVolume (a Persistent Disk resource in vSphere)",
    fields: (s) => [["VolumePath", s.volumePath], fsType(s), ["StoragePolicyName", text(s.storagePolicyName)]],
  },
  photonPersistentDisk: {
    type: "PhotonPersistentDisk (a Persistent Disk resource in photon platform)",
    fields: (s) => [["PdID", s.pdID], fsType(s)],
  },
  portworxVolume: {
    type: "PortworxVolume (a Portworx Volume resource)",
    fields: (s) => [["VolumeID", s.volumeID]],
  },
  storageos: {
    type: "StorageOS (a StorageOS Persistent Disk resource)",
    fields: (s) => [
      ["VolumeName", text(s.volumeName)],
      ["VolumeNamespace", text(s.volumeNamespace)],
      fsType(s),
      readOnly(s),
    ],
  },
  fc: {
    type: "FC (a Fibre Channel disk)",
    fields: (s) => [
      ["TargetWWNs", (s.targetWWNs ?? []).join(", ")],
      ["LUN", s.lun ?? "<none>"],
      fsType(s),
      readOnly(s),
    ],
  },
  flocker: {
    type: "Flocker (a Flocker volume mounted by the Flocker agent)",
    fields: (s) => [
      ["DatasetName", text(s.datasetName)],
      ["DatasetUUID", text(s.datasetUUID)],
    ],
  },
} satisfies Readonly<Record<string, SourceText>>;

/** A pod's volumes by the field that holds them. */
export const volumeSources: Readonly<Record<string, SourceText>> = {
  ...shared,
  emptyDir: {
    type: "EmptyDir (a temporary directory that shares a pod's lifetime)",
    fields: (s) => [
      ["Medium", text(s.medium)],
      ["SizeLimit", sizeLimit(s.sizeLimit)],
    ],
  },
  gitRepo: {
    type: "GitRepo (a volume that is pulled from git when the pod is created)",
    fields: (s) => [
      ["Repository", s.repository],
      ["Revision", text(s.revision)],
    ],
  },
  secret: {
    type: "Secret (a volume populated by a Secret)",
    fields: (s) => [["SecretName", text(s.secretName)], optional(s)],
  },
  configMap: {
    type: "ConfigMap (a volume populated by a ConfigMap)",
    fields: (s) => [["Name", text(s.name)], optional(s)],
  },
  iscsi: iscsi(secret),
  glusterfs: glusterFs(() => []),
  persistentVolumeClaim: {
    type: "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
    fields: (s) => [["ClaimName", s.claimName], readOnly(s)],
  },
  rbd: rbd(secret),
  cinder: cinder(secret),
  scaleIO: scaleIo(() => []),
  cephfs: cephFs(secret),
  azureFile: azureFile(() => []),
  flexVolume: flex(secret),
  csi: csi((s) => [["Driver", s.driver], fsType(s), readOnly(s)]),
  image: {
    type: "Image (a container image or OCI artifact)",
    fields: (s) => [
      ["Reference", text(s.reference)],
      ["PullPolicy", text(s.pullPolicy)],
    ],
  },
};

/** A persistent volume's sources by the field that holds them. */
export const persistentVolumeSources: Readonly<Record<string, SourceText>> = {
  ...shared,
  iscsi: iscsi(secretAnywhere),
  glusterfs: glusterFs((s) => [["EndpointsNamespace", s.endpointsNamespace ?? "<unset>"]]),
  rbd: rbd(secretAnywhere),
  cinder: cinder(secretAnywhere),
  scaleIO: scaleIo((s) => [
    ["SecretName", text(s.secretRef?.name)],
    ["SecretNamespace", text(s.secretRef?.namespace)],
  ]),
  local: {
    type: "LocalVolume (a persistent volume backed by local storage on a node)",
    fields: (s) => [["Path", s.path]],
  },
  cephfs: cephFs(secretAnywhere),
  azureFile: azureFile((s) => [["SecretNamespace", text(s.secretNamespace)]]),
  flexVolume: flex(secretAnywhere),
  csi: csi((s) => [["Driver", s.driver], fsType(s), ["VolumeHandle", s.volumeHandle], readOnly(s)]),
};

const maxAttributeBytes = 140;

function attributeLines(out: DescribeWriter, attributes: Readonly<Record<string, string>> | undefined): void {
  const keys = Object.keys(attributes ?? {}).sort();
  out.write(2, "VolumeAttributes:\t");
  if (keys.length === 0) out.write(0, "<none>\n");
  for (const [i, key] of keys.entries()) {
    if (i !== 0) {
      out.write(2, "");
      out.write(2, "\t");
    }
    out.write(2, `${shorten(`${key}=${attributes![key]}`, maxAttributeBytes)}\n`);
  }
}

/** Writes one source at the level of a volume's fields. */
export function writeSource(out: DescribeWriter, { type, fields, attributes }: SourceText, source: unknown): void {
  field(out, "Type", type, 2);
  for (const [label, value] of fields(source as JsonObject)) {
    // Two of upstream's labels are written otherwise.
    if (label === "ISCSIInterface") out.write(2, `${label}\t${value}\n`);
    else if (label === "Kind") out.write(2, `Kind: \t${value}\n`);
    else field(out, label, value, 2);
  }
  if (attributes) attributeLines(out, attributes(source as JsonObject));
}
