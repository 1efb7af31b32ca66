import type { Lister } from "../../client/lister.ts";
import type { Deployment, ReplicaSet } from "../../kinds/types/apps_v1.ts";
import type { ReplicationController } from "../../kinds/types/core_v1.ts";
import type { KubeObject } from "../../machinery/object.ts";
import { controllerOwnerKeys, workKey } from "../controller.ts";
import { adopterKeys, controllerOf } from "../shared/owners.ts";
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
];
