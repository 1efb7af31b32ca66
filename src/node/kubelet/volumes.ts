import type {
  ConfigMap,
  KeyToPath,
  PersistentVolume,
  PersistentVolumeClaim,
  Secret,
  ServiceAccount,
  Volume,
  VolumeProjection,
} from "../../kinds/types/core_v1.ts";
import type { Mount, MountedFile } from "../runtime/runtime.ts";
import type { PodContainer } from "./containers.ts";
import { fieldValue, resourceFieldValue } from "./downward-api.ts";
import { ConfigError, expand } from "./environment.ts";
import type { PodSync } from "./sync.ts";

/** Why a volume of the pod cannot be set up: the text of the FailedMount event. */
export class MountError extends Error {}

/** A volume that is ready to be mounted. */
export interface ReadyVolume {
  readonly sharedId?: string;
  /** The part of a shared tree that is the volume: a folder of a node's disk. */
  readonly root?: string;
  readonly files?: readonly MountedFile[];
  readonly readOnly?: boolean;
}

const defaultMode = 0o644;

/** Every volume of the pod by name. Throws MountError for the first that fails. Mirrors pkg/volume/*'s SetUp. */
export function readyVolumes(sync: PodSync): Map<string, ReadyVolume> {
  const result = new Map<string, ReadyVolume>();
  for (const volume of sync.pod.spec?.volumes ?? []) {
    try {
      result.set(volume.name, readyVolume(sync, volume));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      throw new MountError(`MountVolume.SetUp failed for volume "${mountedName(sync, volume)}" : ${error.message}`);
    }
  }
  return result;
}

/** Claims are reported by their volume's name. */
function mountedName(sync: PodSync, volume: Volume): string {
  const claim = volume.persistentVolumeClaim && findClaim(sync, volume.persistentVolumeClaim.claimName);
  return claim?.spec?.volumeName || volume.name;
}

function readyVolume(sync: PodSync, volume: Volume): ReadyVolume {
  const uid = sync.record.uid;
  if (volume.configMap) {
    const { name = "", items, optional, defaultMode: mode } = volume.configMap;
    return { files: configMapFiles(sync, name, items, optional, mode ?? defaultMode), readOnly: true };
  }
  if (volume.secret) {
    const { secretName = "", items, optional, defaultMode: mode } = volume.secret;
    return { files: secretFiles(sync, secretName, items, optional, mode ?? defaultMode), readOnly: true };
  }
  if (volume.downwardAPI) {
    const mode = volume.downwardAPI.defaultMode ?? defaultMode;
    return { files: downwardFiles(sync, volume.downwardAPI.items, mode), readOnly: true };
  }
  if (volume.projected) {
    const mode = volume.projected.defaultMode ?? defaultMode;
    const sources = volume.projected.sources ?? [];
    return { files: sources.flatMap((source) => projectedFiles(sync, source, mode)), readOnly: true };
  }
  if (volume.hostPath) return hostPath(sync, volume.hostPath.path, volume.hostPath.type ?? "");
  if (volume.persistentVolumeClaim)
    return claimedVolume(sync, volume.persistentVolumeClaim.claimName, volume.persistentVolumeClaim.readOnly);
  if (volume.nfs) return { sharedId: `nfs/${volume.nfs.server}${volume.nfs.path}` };
  if (volume.ephemeral) return claimedVolume(sync, `${sync.pod.metadata.name}-${volume.name}`, false);
  return { sharedId: `pod/${uid}/volume/${volume.name}` };
}

function projectedFiles(sync: PodSync, source: VolumeProjection, mode: number): MountedFile[] {
  if (source.configMap)
    return configMapFiles(sync, source.configMap.name ?? "", source.configMap.items, source.configMap.optional, mode);
  if (source.secret)
    return secretFiles(sync, source.secret.name ?? "", source.secret.items, source.secret.optional, mode);
  if (source.downwardAPI) return downwardFiles(sync, source.downwardAPI.items, mode);
  if (source.serviceAccountToken) return [tokenFile(sync, source.serviceAccountToken, mode)];
  return [];
}

function tokenFile(
  sync: PodSync,
  token: NonNullable<VolumeProjection["serviceAccountToken"]>,
  mode: number,
): MountedFile {
  const { metadata, spec } = sync.pod;
  const namespace = metadata.namespace ?? "";
  const serviceAccount = spec?.serviceAccountName || "default";
  const account = sync.context.lister.get<ServiceAccount>("", "serviceaccounts", namespace, serviceAccount);
  if (account === undefined)
    throw new ConfigError(`failed to fetch token: serviceaccounts "${serviceAccount}" not found`);
  return {
    path: token.path,
    content: "",
    mode,
    token: {
      namespace,
      serviceAccount,
      audience: token.audience ?? "",
      expirationSeconds: token.expirationSeconds ?? 3600,
      podName: metadata.name ?? "",
      podUid: metadata.uid ?? "",
    },
  };
}

function configMapFiles(
  sync: PodSync,
  name: string,
  items: readonly KeyToPath[] | undefined,
  optional: boolean | undefined,
  mode: number,
): MountedFile[] {
  const found = sync.context.lister.get<ConfigMap>("", "configmaps", sync.pod.metadata.namespace, name);
  if (found === undefined) {
    if (optional) return [];
    throw new ConfigError(`configmap "${name}" not found`);
  }
  const content = new Map<string, string | Uint8Array>(Object.entries(found.data ?? {}));
  for (const [key, value] of Object.entries(found.binaryData ?? {})) content.set(key, Buffer.from(value, "base64"));
  return chosen(content, items, optional, mode);
}

function secretFiles(
  sync: PodSync,
  name: string,
  items: readonly KeyToPath[] | undefined,
  optional: boolean | undefined,
  mode: number,
): MountedFile[] {
  const found = sync.context.lister.get<Secret>("", "secrets", sync.pod.metadata.namespace, name);
  if (found === undefined) {
    if (optional) return [];
    throw new ConfigError(`secret "${name}" not found`);
  }
  const content = new Map<string, string | Uint8Array>();
  for (const [key, value] of Object.entries(found.data ?? {}))
    content.set(key, textOrBytes(Buffer.from(value, "base64")));
  return chosen(content, items, optional, mode);
}

/** Text where the bytes are text, because records of containers are kept as JSON. */
function textOrBytes(bytes: Buffer): string | Uint8Array {
  const text = bytes.toString("utf8");
  return Buffer.from(text, "utf8").equals(bytes) ? text : bytes;
}

function chosen(
  content: ReadonlyMap<string, string | Uint8Array>,
  items: readonly KeyToPath[] | undefined,
  optional: boolean | undefined,
  mode: number,
): MountedFile[] {
  if (items === undefined || items.length === 0)
    return [...content].map(([path, bytes]) => ({ path, content: bytes, mode }));
  const files: MountedFile[] = [];
  for (const item of items) {
    const bytes = content.get(item.key);
    if (bytes !== undefined) files.push({ path: item.path, content: bytes, mode: item.mode ?? mode });
    else if (!optional) throw new ConfigError(`references non-existent config key: ${item.key}`);
  }
  return files;
}

function downwardFiles(
  sync: PodSync,
  items: NonNullable<NonNullable<Volume["downwardAPI"]>["items"]> | undefined,
  mode: number,
): MountedFile[] {
  return (items ?? []).map((item) => {
    const container = sync.pod.spec?.containers[0];
    const content = item.fieldRef
      ? (fieldValue(sync.pod, item.fieldRef.fieldPath, sync) ?? "")
      : item.resourceFieldRef && container
        ? resourceFieldValue(sync.pod, container, item.resourceFieldRef, sync.node)
        : "";
    return { path: item.path, content, mode: item.mode ?? mode };
  });
}

/** What is on every simulated node's disk, as far as hostPath's type checks care. */
const hostFolders = [
  "/",
  "/bin",
  "/dev",
  "/etc",
  "/home",
  "/lib",
  "/mnt",
  "/opt",
  "/proc",
  "/root",
  "/run",
  "/sys",
  "/tmp",
  "/usr",
  "/var",
  "/var/lib",
  "/var/log",
  "/etc/kubernetes",
  "/etc/kubernetes/pki",
  "/etc/ssl/certs",
  "/usr/share/ca-certificates",
  "/lib/modules",
  "/var/lib/kubelet",
  "/var/lib/etcd",
  "/var/log/pods",
  "/var/log/containers",
]; // prettier-ignore
const hostFiles = [
  "/etc/hosts",
  "/etc/resolv.conf",
  "/etc/hostname",
  "/etc/os-release",
  "/etc/localtime",
  "/run/xtables.lock",
  "/etc/kubernetes/controller-manager.conf",
  "/etc/kubernetes/scheduler.conf",
]; // prettier-ignore
const hostSockets = ["/run/containerd/containerd.sock", "/var/run/docker.sock"];

function hostPath(sync: PodSync, path: string, type: string): ReadyVolume {
  const clean = path.length > 1 ? path.replace(/\/+$/, "") : path;
  const refuse = (what: string): never => {
    throw new ConfigError(`hostPath type check failed: ${path} is not a ${what}`);
  };
  if (type === "Directory" && !hostFolders.includes(clean)) refuse("directory");
  if (type === "File" && !hostFiles.includes(clean)) refuse("file");
  if (type === "Socket" && !hostSockets.includes(clean)) refuse("socket file");
  if (type === "CharDevice") refuse("character device");
  if (type === "BlockDevice") refuse("block device");
  return onDisk(sync, clean);
}

/** A folder of the node's disk. What storage provisioners make is kept apart: nobody looks at it through the disk. */
const onDisk = (sync: PodSync, path: string): ReadyVolume =>
  path.startsWith("/var/local-path-provisioner/")
    ? { sharedId: `node/${sync.record.node}/path${path}` }
    : { sharedId: `node/${sync.record.node}`, ...(path === "/" ? {} : { root: path.slice(1) }) };

const findClaim = (sync: PodSync, name: string): PersistentVolumeClaim | undefined =>
  sync.context.lister.get<PersistentVolumeClaim>("", "persistentvolumeclaims", sync.pod.metadata.namespace, name);

function claimedVolume(sync: PodSync, name: string, readOnly: boolean | undefined): ReadyVolume {
  const claim = findClaim(sync, name);
  if (claim === undefined) throw new ConfigError(`persistentvolumeclaim "${name}" not found`);
  const volume =
    claim.status?.phase === "Bound" && claim.spec?.volumeName
      ? sync.context.lister.get<PersistentVolume>("", "persistentvolumes", undefined, claim.spec.volumeName)
      : undefined;
  if (volume === undefined) throw new ConfigError(`PVC ${sync.pod.metadata.namespace}/${name} is not bound`);
  const source = volume.spec?.hostPath ?? volume.spec?.local;
  if (volume.spec?.local && !hostFolders.includes(volume.spec.local.path)) return localVolume(sync, volume, readOnly);
  const flag = readOnly ? { readOnly } : {};
  return source === undefined
    ? { sharedId: `pv/${volume.metadata.name}`, ...flag }
    : { ...hostPath(sync, source.path, volume.spec?.hostPath?.type ?? ""), ...flag };
}

/** A local volume's folder is taken to exist: whoever wrote the manifest made it on the node beforehand. */
const localVolume = (sync: PodSync, volume: PersistentVolume, readOnly: boolean | undefined): ReadyVolume => ({
  ...onDisk(sync, volume.spec?.local?.path ?? "/"),
  ...(readOnly ? { readOnly } : {}),
});

/** The mounts of a container over the pod's ready volumes. Mirrors pkg/kubelet/kubelet_pods.go makeMounts. */
export function containerMounts(
  container: PodContainer,
  volumes: ReadonlyMap<string, ReadyVolume>,
  variables: ReadonlyMap<string, string>,
): Mount[] {
  const mounts: Mount[] = [];
  for (const mount of container.spec.volumeMounts ?? []) {
    const volume = volumes.get(mount.name);
    if (volume === undefined)
      throw new ConfigError(`cannot find volume "${mount.name}" to mount into container "${container.spec.name}"`);
    const inner = mount.subPathExpr ? expand(mount.subPathExpr, (name) => variables.get(name)) : mount.subPath;
    const subPath = [volume.root, inner].filter(Boolean).join("/");
    mounts.push({
      mountPath: mount.mountPath,
      readOnly: mount.readOnly === true || volume.readOnly === true,
      ...(volume.sharedId === undefined ? {} : { sharedId: volume.sharedId }),
      ...(subPath ? { subPath } : {}),
      ...(volume.files === undefined ? {} : { files: volume.files }),
    });
  }
  return mounts;
}
