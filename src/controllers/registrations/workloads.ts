import type { Lister } from "../../client/lister.ts";
import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from "../../kinds/types/apps_v1.ts";
import type { Job } from "../../kinds/types/batch_v1.ts";
import type { ReplicationController } from "../../kinds/types/core_v1.ts";
import { deepEqual, type KubeObject } from "../../machinery/object.ts";
import { controllerOwnerKeys, workKey } from "../controller.ts";
import { adopterKeys, controllerOf } from "../shared/owners.ts";
import { isGone } from "../shared/watch-keys.ts";
import { type Row, watch } from "./row.ts";

/** The Recreate Deployment behind a pod: it waits for the last old pod to go. */
function recreateKeys(pod: KubeObject, _old: KubeObject | undefined, lister: Lister): readonly string[] {
  const owner = controllerOf(pod);
  if (owner?.kind !== "ReplicaSet") return [];
  const set = lister.get<ReplicaSet>("apps", "replicasets", pod.metadata.namespace, owner.name);
  const name = set === undefined ? undefined : controllerOf(set)?.name;
  const deployment =
    name === undefined ? undefined : lister.get<Deployment>("apps", "deployments", pod.metadata.namespace, name);
  return deployment?.spec?.strategy?.type === "Recreate" ? [workKey(deployment)] : [];
}

/** The job of a pod, be it by owner or, where the owner has let go of it, by the label. */
function jobKeysOfPod(pod: KubeObject, old: KubeObject | undefined): readonly string[] {
  const keys = controllerOwnerKeys("batch", "Job")(pod, old);
  const name = pod.metadata.labels?.["batch.kubernetes.io/job-name"];
  return keys.length > 0 || name === undefined ? keys : [`${pod.metadata.namespace}/${name}`];
}

/** The StatefulSet whose next pod may wait for a claim of that name to go. */
function claimedSetKeys(claim: KubeObject, _old: KubeObject | undefined, lister: Lister): readonly string[] {
  if (!isGone(lister, "", "persistentvolumeclaims", claim)) return [];
  const { namespace, name = "" } = claim.metadata;
  return lister
    .list<StatefulSet>("apps", "statefulsets", namespace)
    .filter((set) =>
      set.spec?.volumeClaimTemplates?.some((t) => name.startsWith(`${t.metadata.name}-${set.metadata.name}-`)),
    )
    .map(workKey);
}

/** All DaemonSets, when a node changed in a way that decides where daemons run. */
function daemonKeysOfNode(node: KubeObject, old: KubeObject | undefined, lister: Lister): readonly string[] {
  const decisive = (n: KubeObject): unknown => [n.metadata.labels, n.spec?.taints, n.spec?.unschedulable];
  const gone = isGone(lister, "", "nodes", node);
  if (!gone && old !== undefined && deepEqual(decisive(node), decisive(old))) return [];
  return lister.list<DaemonSet>("apps", "daemonsets").map(workKey);
}

/** The controllers that make pods. */
export const workloadRows: readonly Row[] = [
  {
    name: "deployment-controller",
    maxRetries: 15,
    watches: [
      watch("apps", "deployments"),
      watch("apps", "replicasets", controllerOwnerKeys("apps", "Deployment")),
      watch(
        "apps",
        "replicasets",
        adopterKeys<Deployment>("apps", "deployments", (d) => d.spec?.selector),
      ),
      watch("", "pods", recreateKeys),
    ],
    load: async () => (await import("../deployment/deployment-controller.ts")).deploymentController,
  },
  {
    name: "replicaset-controller",
    watches: [
      watch("apps", "replicasets"),
      watch("", "pods", controllerOwnerKeys("apps", "ReplicaSet")),
      watch(
        "",
        "pods",
        adopterKeys<ReplicaSet>("apps", "replicasets", (set) => set.spec?.selector),
      ),
    ],
    load: async () => (await import("../replicaset/replicaset-controller.ts")).replicaSetController,
  },
  {
    name: "replication-controller",
    watches: [
      watch("", "replicationcontrollers"),
      watch("", "pods", controllerOwnerKeys("", "ReplicationController")),
      watch(
        "",
        "pods",
        adopterKeys<ReplicationController>("", "replicationcontrollers", (rc) => ({ matchLabels: rc.spec?.selector })),
      ),
    ],
    load: async () => (await import("../replicaset/replicaset-controller.ts")).replicationController,
  },
  {
    name: "statefulset-controller",
    watches: [
      watch("apps", "statefulsets"),
      watch("", "pods", controllerOwnerKeys("apps", "StatefulSet")),
      watch(
        "",
        "pods",
        adopterKeys<StatefulSet>("apps", "statefulsets", (set) => set.spec?.selector),
      ),
      watch("", "persistentvolumeclaims", claimedSetKeys),
    ],
    load: async () => (await import("../statefulset/statefulset-controller.ts")).statefulSetController,
  },
  {
    name: "daemonset-controller",
    account: "daemon-set-controller",
    watches: [
      watch("apps", "daemonsets"),
      watch("", "pods", controllerOwnerKeys("apps", "DaemonSet")),
      watch(
        "",
        "pods",
        adopterKeys<DaemonSet>("apps", "daemonsets", (set) => set.spec?.selector),
      ),
      watch("", "nodes", daemonKeysOfNode),
    ],
    load: async () => (await import("../daemonset/daemonset-controller.ts")).daemonSetController,
  },
  {
    name: "job-controller",
    watches: [
      watch("batch", "jobs"),
      watch("", "pods", jobKeysOfPod),
      watch(
        "",
        "pods",
        adopterKeys<Job>("batch", "jobs", (job) => job.spec?.selector),
      ),
    ],
    load: async () => (await import("../job/job-controller.ts")).jobController,
  },
  {
    name: "ttl-after-finished-controller",
    watches: [watch("batch", "jobs", (job) => (job.spec?.ttlSecondsAfterFinished === undefined ? [] : [workKey(job)]))],
    load: async () => (await import("../ttl-after-finished/ttl-controller.ts")).ttlAfterFinishedController,
  },
  {
    name: "cronjob-controller",
    watches: [watch("batch", "cronjobs"), watch("batch", "jobs", controllerOwnerKeys("batch", "CronJob"))],
    load: async () => (await import("../cronjob/cronjob-controller.ts")).cronJobController,
  },
];
