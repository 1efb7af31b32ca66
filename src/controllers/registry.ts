import type { Lister } from "../client/lister.ts";
import type { Deployment, ReplicaSet } from "../kinds/types/apps_v1.ts";
import type { ReplicationController } from "../kinds/types/core_v1.ts";
import type { KubeObject } from "../machinery/object.ts";
import { type ControllerRegistration, controllerOwnerKeys, type WatchRow, workKey } from "./controller.ts";
import { adopterKeys, controllerOf } from "./shared/owners.ts";
import { serviceKeysOfPod } from "./shared/service-endpoints.ts";
import { whenGone } from "./shared/watch-keys.ts";

type Row = Omit<ControllerRegistration, "user" | "manager">;

const watch = (group: string, resource: string, keys?: WatchRow["keys"]): WatchRow =>
  keys === undefined ? { group, resource } : { group, resource, keys };

const namespaceOf = (object: KubeObject): readonly string[] => [object.metadata.namespace ?? ""];

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

const rows: readonly Row[] = [
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
    load: async () => (await import("./deployment/deployment-controller.ts")).deploymentController,
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
    load: async () => (await import("./replicaset/replicaset-controller.ts")).replicaSetController,
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
    load: async () => (await import("./replicaset/replicaset-controller.ts")).replicationController,
  },
  {
    name: "endpoint-controller",
    maxRetries: 15,
    watches: [
      watch("", "services"),
      watch(
        "",
        "endpoints",
        whenGone("", "endpoints", (o) => [workKey(o)]),
      ),
      watch("", "pods", serviceKeysOfPod),
    ],
    load: async () => (await import("./endpoint/endpoints-controller.ts")).endpointsController,
  },
  {
    name: "service-account-controller",
    watches: [watch("", "namespaces"), watch("", "serviceaccounts", namespaceOf)],
    load: async () => (await import("./serviceaccount/serviceaccounts-controller.ts")).serviceAccountsController,
  },
  {
    name: "root-ca-cert-publisher",
    watches: [
      watch("", "namespaces"),
      watch("", "configmaps", (o) => (o.metadata.name === "kube-root-ca.crt" ? namespaceOf(o) : [])),
    ],
    load: async () => (await import("./root-ca/root-ca-publisher.ts")).rootCaPublisher,
  },
];

/** Every controller of kube-controller-manager, one row each: data and a literal loader. Scheduler and kubelets bring rows of their own. */
export const registrations: readonly ControllerRegistration[] = rows.map((row) => ({
  ...row,
  user: `system:serviceaccount:kube-system:${row.name}`,
  manager: "kube-controller-manager",
}));
