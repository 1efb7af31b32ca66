import type { JsonObject } from "../../../machinery/object.ts";
import type {
  Container,
  EphemeralContainer,
  LifecycleHandler,
  Pod,
  PodSpec,
  PodTemplateSpec,
  Probe,
  ProjectedVolumeSource,
  Volume,
} from "../../types/core_v1.ts";

const defaultFileMode = 420; // 0644

/** Fills in a pod template. Mirrors SetObjectDefaults of every workload: what SetDefaults_Pod does is left to the pods made from it. */
export function defaultPodTemplate(template: PodTemplateSpec): void {
  template.metadata ??= {};
  if (template.metadata.creationTimestamp === undefined) (template.metadata as JsonObject).creationTimestamp = null; // metav1.Time has no omitempty
  template.spec ??= { containers: [] };
  defaultPodSpec(template.spec);
}

/** Mirrors SetObjectDefaults_Pod. */
export function defaultPod(pod: Pod): void {
  pod.spec ??= { containers: [] };
  const { spec } = pod;
  for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
    container.resources ??= {};
    const { limits } = container.resources;
    if (limits && Object.keys(limits).length > 0)
      container.resources.requests = { ...limits, ...container.resources.requests };
  }
  spec.enableServiceLinks ??= true;
  if (spec.hostNetwork)
    for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])])
      for (const port of container.ports ?? []) if (!port.hostPort) port.hostPort = port.containerPort;
  defaultPodSpec(spec);
}

/** Mirrors SetDefaults_PodSpec and those of everything inside a PodSpec. */
function defaultPodSpec(spec: PodSpec): void {
  spec.dnsPolicy ||= "ClusterFirst";
  spec.restartPolicy ||= "Always";
  spec.securityContext ??= {};
  spec.terminationGracePeriodSeconds ??= 30;
  spec.schedulerName ||= "default-scheduler";
  defaultServiceAccount(spec);
  for (const volume of spec.volumes ?? []) defaultVolume(volume);
  for (const container of spec.initContainers ?? []) defaultContainer(container);
  for (const container of spec.containers ?? []) defaultContainer(container);
  for (const container of spec.ephemeralContainers ?? []) defaultContainer(container);
}

// The internal PodSpec has one field for the two of v1: whatever is written, both are read.
function defaultServiceAccount(spec: PodSpec): void {
  const name = spec.serviceAccountName || spec.serviceAccount;
  if (!name) return;
  spec.serviceAccountName = name;
  spec.serviceAccount = name;
}

const volumeSourceAbsent = (volume: Volume): boolean =>
  Object.entries(volume).every(([key, value]) => key === "name" || value === undefined || value === null);

/** Mirrors SetDefaults_Volume and those of the volume sources. */
function defaultVolume(volume: Volume): void {
  if (volumeSourceAbsent(volume)) volume.emptyDir = {};
  if (volume.secret) volume.secret.defaultMode ??= defaultFileMode;
  if (volume.configMap) volume.configMap.defaultMode ??= defaultFileMode;
  if (volume.hostPath) volume.hostPath.type ??= "";
  if (volume.image) volume.image.pullPolicy ||= pullPolicyOf(volume.image.reference ?? "");
  if (volume.downwardAPI) {
    volume.downwardAPI.defaultMode ??= defaultFileMode;
    for (const item of volume.downwardAPI.items ?? []) if (item.fieldRef) item.fieldRef.apiVersion ||= "v1";
  }
  if (volume.projected) defaultProjectedVolume(volume.projected);
  if (volume.ephemeral?.volumeClaimTemplate) {
    const template = volume.ephemeral.volumeClaimTemplate;
    template.spec ??= {};
    template.spec.volumeMode ??= "Filesystem";
  }
  defaultCloudVolume(volume);
}

function defaultProjectedVolume(projected: ProjectedVolumeSource): void {
  projected.defaultMode ??= defaultFileMode;
  for (const source of projected.sources ?? []) {
    if (source.serviceAccountToken) source.serviceAccountToken.expirationSeconds ??= 3600;
    for (const item of source.downwardAPI?.items ?? []) if (item.fieldRef) item.fieldRef.apiVersion ||= "v1";
  }
}

/** Volume sources that persistent volumes have as well. Mirrors SetDefaults_ISCSIVolumeSource, RBD, AzureDisk and ScaleIO. */
export function defaultCloudVolume(volume: {
  iscsi?: { iscsiInterface?: string };
  rbd?: { pool?: string; user?: string; keyring?: string };
  azureDisk?: { cachingMode?: string; kind?: string; fsType?: string; readOnly?: boolean };
  scaleIO?: { storageMode?: string; fsType?: string };
}): void {
  if (volume.iscsi) volume.iscsi.iscsiInterface ||= "default";
  if (volume.rbd) {
    volume.rbd.pool ||= "rbd";
    volume.rbd.user ||= "admin";
    volume.rbd.keyring ||= "/etc/ceph/keyring";
  }
  if (volume.azureDisk) {
    volume.azureDisk.cachingMode ??= "ReadWrite";
    volume.azureDisk.kind ??= "Shared";
    volume.azureDisk.fsType ??= "ext4";
    volume.azureDisk.readOnly ??= false;
  }
  if (volume.scaleIO) {
    volume.scaleIO.storageMode ||= "ThinProvisioned";
    volume.scaleIO.fsType ||= "xfs";
  }
}

function defaultContainer(container: Container | EphemeralContainer): void {
  container.imagePullPolicy ||= pullPolicyOf(container.image ?? "");
  container.terminationMessagePath ||= "/dev/termination-log";
  container.terminationMessagePolicy ||= "File";
  container.resources ??= {};
  for (const port of container.ports ?? []) port.protocol ||= "TCP";
  for (const env of container.env ?? []) if (env.valueFrom?.fieldRef) env.valueFrom.fieldRef.apiVersion ||= "v1";
  defaultProbe(container.livenessProbe);
  defaultProbe(container.readinessProbe);
  defaultProbe(container.startupProbe);
  defaultHandler(container.lifecycle?.postStart);
  defaultHandler(container.lifecycle?.preStop);
}

function defaultProbe(probe: Probe | undefined): void {
  if (!probe) return;
  probe.timeoutSeconds ||= 1;
  probe.periodSeconds ||= 10;
  probe.successThreshold ||= 1;
  probe.failureThreshold ||= 3;
  if (probe.grpc) probe.grpc.service ??= "";
  defaultHandler(probe);
}

function defaultHandler(handler: Pick<LifecycleHandler, "httpGet"> | undefined): void {
  if (!handler?.httpGet) return;
  handler.httpGet.path ||= "/";
  handler.httpGet.scheme ||= "HTTP";
}

const imagePattern =
  /^(?:[a-zA-Z0-9.-]+(?::[0-9]+)?\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::([\w][\w.-]{0,127}))?(@[a-z0-9+._-]+:[0-9a-fA-F]{32,})?$/;

/** Always for the tag "latest", said or meant; else IfNotPresent, also where the image cannot be read. Mirrors parsers.ParseImageName. */
export function pullPolicyOf(image: string): "Always" | "IfNotPresent" {
  const match = image.length > 512 ? null : imagePattern.exec(image);
  if (!match) return "IfNotPresent";
  const tag = match[1] ?? (match[2] ? "" : "latest");
  return tag === "latest" ? "Always" : "IfNotPresent";
}
