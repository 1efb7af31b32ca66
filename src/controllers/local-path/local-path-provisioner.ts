import type { ConfigMap, Event, PersistentVolume, PersistentVolumeClaim, Pod } from "../../kinds/types/core_v1.ts";
import type { StorageClass } from "../../kinds/types/storage_v1.ts";
import { isAlreadyExists, isNotFound } from "../../machinery/status-error.ts";
import { type Instant, parseTime } from "../../machinery/time.ts";
import type { Controller, ReconcileContext } from "../controller.ts";
import {
  classOf,
  getClaim,
  getVolume,
  isBoundClaim,
  PROVISIONED_BY,
  SELECTED_NODE,
  STORAGE_PROVISIONER,
} from "../persistent-volume/names.ts";
import { core } from "../shared/paths.ts";

/** The namespace and the name of kind's provisioner. */
export const NAMESPACE = "local-path-storage";
const PROVISIONER = "rancher.io/local-path";
const NODE_ANNOTATION = "local.path.provisioner/selected-node";
const DEFAULT_PATH = "/var/local-path-provisioner";
/** How long the helper pod takes that makes or removes the directory. */
const HELPER_MS = 2000;
/** How long a claim that cannot be served waits for the next attempt, at first and at last, and how often it is tried. */
const FIRST_RETRY_MS = 15_000;
const LAST_RETRY_MS = 1_000_000;
const MOST_ATTEMPTS = 15;

/** Makes and removes directories on nodes as volumes, while its pod runs. Mirrors rancher/local-path-provisioner's provisioner.go. */
export const localPathProvisioner: Controller = {
  async reconcile(key, context) {
    const pod = context.lister
      .list<Pod>("", "pods", NAMESPACE)
      .find((p) => p.metadata.labels?.app === "local-path-provisioner" && p.status?.phase === "Running");
    if (pod === undefined) return undefined;
    const [kind, first, second] = key.split("/");
    if (kind === "claim" || kind === "make") {
      const claim = getClaim(context.lister, first, second);
      return claim === undefined ? undefined : provision(context, pod, claim, kind === "make");
    }
    const volume = getVolume(context.lister, first);
    return volume === undefined ? undefined : remove(context, volume);
  },
};

const isMine = (claim: PersistentVolumeClaim, storageClass: StorageClass | undefined): boolean =>
  storageClass?.provisioner === PROVISIONER &&
  claim.metadata.annotations?.[STORAGE_PROVISIONER] === PROVISIONER &&
  !isBoundClaim(claim) &&
  !claim.spec?.volumeName &&
  claim.metadata.deletionTimestamp === undefined;

async function provision(
  context: ReconcileContext,
  pod: Pod,
  claim: PersistentVolumeClaim,
  ready: boolean,
): Promise<{ at: Instant; key: string } | undefined> {
  const storageClass = classOf(context.lister, claim);
  const node = claim.metadata.annotations?.[SELECTED_NODE];
  if (storageClass === undefined || !isMine(claim, storageClass)) return undefined;
  if (storageClass.volumeBindingMode === "WaitForFirstConsumer" && node === undefined) return undefined;
  const { namespace, name, uid } = claim.metadata;
  const volumeName = `pvc-${uid}`;
  if (getVolume(context.lister, volumeName) !== undefined) return undefined;
  const source = { component: `${PROVISIONER}_${pod.metadata.name}_${pod.metadata.uid}` };
  const tell = (type: "Normal" | "Warning", reason: string, message: string): Promise<void> =>
    context.events.event({ object: claim }, type, reason, message, source);
  const past = context.lister
    .list<Event>("", "events", namespace)
    .filter((e) => e.involvedObject.uid === uid && e.source?.component === source.component);
  const retryAt = retryInstant(past.filter((e) => e.reason === "ProvisioningFailed"));
  if (!ready && retryAt === undefined && past.length > 0) return undefined;
  if (retryAt !== undefined && retryAt > context.now)
    return retryAt === Number.POSITIVE_INFINITY ? undefined : { at: retryAt, key: `claim/${namespace}/${name}` };
  if (!ready) {
    const message = `External provisioner is provisioning volume for claim "${namespace}/${name}"`;
    await tell("Normal", "Provisioning", message);
  }
  const refusal = refusalOf(claim, node);
  if (refusal !== undefined) {
    await tell(
      "Warning",
      "ProvisioningFailed",
      `failed to provision volume with StorageClass "${storageClass.metadata.name}": ${refusal}`,
    );
    return { at: context.now + FIRST_RETRY_MS, key: `claim/${namespace}/${name}` };
  }
  if (!ready) return { at: context.now + HELPER_MS, key: `make/${namespace}/${name}` };
  try {
    await context.client.create(core("persistentvolumes"), volumeFor(context, claim, storageClass, node!));
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
  await tell("Normal", "ProvisioningSucceeded", `Successfully provisioned volume ${volumeName}`);
  return undefined;
}

/** When a claim that could not be served is tried again, and "never" after fifteen times; undefined: it has not failed. Mirrors sig-storage-lib-external-provisioner's exponential back-off. */
function retryInstant(failures: readonly Event[]): Instant | undefined {
  if (failures.length === 0) return undefined;
  const count = failures.reduce((sum, e) => sum + (e.count ?? 1), 0);
  if (count >= MOST_ATTEMPTS) return Number.POSITIVE_INFINITY;
  const last = Math.max(...failures.map((e) => parseTime(e.lastTimestamp) || 0));
  return last + Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (count - 1));
}

function refusalOf(claim: PersistentVolumeClaim, node: string | undefined): string | undefined {
  if (claim.spec?.selector !== undefined) return "claim.Spec.Selector is not supported";
  for (const mode of claim.spec?.accessModes ?? [])
    if (mode !== "ReadWriteOnce" && mode !== "ReadWriteOncePod")
      return "NodePath only supports ReadWriteOnce and ReadWriteOncePod (1.22+) access modes";
  return node === undefined ? "configuration error, no node was specified" : undefined;
}

function pathOn(context: ReconcileContext, node: string): string {
  const config = context.lister.get<ConfigMap>("", "configmaps", NAMESPACE, "local-path-config")?.data?.["config.json"];
  try {
    const entries: { node?: string; paths?: string[] }[] = JSON.parse(config ?? "{}").nodePathMap ?? [];
    const entry =
      entries.find((e) => e.node === node) ?? entries.find((e) => e.node === "DEFAULT_PATH_FOR_NON_LISTED_NODES");
    return entry?.paths?.[0] ?? DEFAULT_PATH;
  } catch {
    return DEFAULT_PATH;
  }
}

function volumeFor(
  context: ReconcileContext,
  claim: PersistentVolumeClaim,
  storageClass: StorageClass,
  node: string,
): PersistentVolume {
  const { namespace, name, uid } = claim.metadata;
  const path = `${pathOn(context, node)}/pvc-${uid}_${namespace}_${name}`;
  const source = { path, type: "DirectoryOrCreate" };
  const isLocal = storageClass.metadata.annotations?.["defaultVolumeType"] === "local";
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: `pvc-${uid}`, annotations: { [NODE_ANNOTATION]: node, [PROVISIONED_BY]: PROVISIONER } },
    spec: {
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? "Delete",
      accessModes: claim.spec?.accessModes,
      volumeMode: claim.spec?.volumeMode ?? "Filesystem",
      capacity: { storage: claim.spec?.resources?.requests?.storage ?? "0" },
      storageClassName: storageClass.metadata.name,
      ...(storageClass.mountOptions === undefined ? {} : { mountOptions: storageClass.mountOptions }),
      claimRef: {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        name,
        namespace,
        uid,
        resourceVersion: claim.metadata.resourceVersion,
      },
      ...(isLocal ? { local: { path } } : { hostPath: source }),
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [node] }] },
          ],
        },
      },
    },
  };
}

async function remove(context: ReconcileContext, volume: PersistentVolume): Promise<{ at: Instant } | undefined> {
  const own = volume.metadata.annotations?.[PROVISIONED_BY] === PROVISIONER;
  const wanted = own && volume.status?.phase === "Released" && volume.spec?.persistentVolumeReclaimPolicy === "Delete";
  if (!wanted || volume.metadata.deletionTimestamp !== undefined) return undefined;
  const released = parseTime(volume.status?.lastPhaseTransitionTime);
  const at = (Number.isNaN(released) ? context.now : released) + HELPER_MS;
  if (at > context.now) return { at };
  try {
    await context.client.delete(core("persistentvolumes"), volume.metadata.name!);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  return undefined;
}
