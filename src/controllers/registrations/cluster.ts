import type { Lister } from "../../client/lister.ts";
import type { KubeObject } from "../../machinery/object.ts";
import { type WatchedAt, workKey } from "../controller.ts";
import { garbageKeys } from "../garbage-collector/identity.ts";
import { podGcKeys } from "../pod-gc/keys.ts";
import { isGone, whenGone } from "../shared/watch-keys.ts";
import { taintedPodKeys, tolerationKeys } from "../taint-eviction/keys.ts";
import { namespaceOf, type Row, watch } from "./row.ts";

/** The namespace that waits for an object to go. */
function terminatingNamespace(
  object: KubeObject,
  _old: KubeObject | undefined,
  lister: Lister,
  at: WatchedAt,
): readonly string[] {
  const { namespace } = object.metadata;
  if (!namespace || lister.get("", "namespaces", undefined, namespace)?.metadata.deletionTimestamp === undefined)
    return [];
  return isGone(lister, at.group, at.resource, object) ? [`content/${namespace}`] : [];
}

/** The controllers of namespaces, nodes and garbage. */
export const clusterRows: readonly Row[] = [
  {
    name: "service-account-controller",
    watches: [watch("", "namespaces"), watch("", "serviceaccounts", namespaceOf)],
    load: async () => (await import("../serviceaccount/serviceaccounts-controller.ts")).serviceAccountsController,
  },
  {
    name: "root-ca-cert-publisher",
    watches: [
      watch("", "namespaces"),
      watch("", "configmaps", (o) => (o.metadata.name === "kube-root-ca.crt" ? namespaceOf(o) : [])),
    ],
    load: async () => (await import("../root-ca/root-ca-publisher.ts")).rootCaPublisher,
  },
  {
    name: "namespace-controller",
    watches: [
      watch("", "namespaces", (o) => (o.metadata.deletionTimestamp === undefined ? [] : [workKey(o)])),
      watch("*", "*", terminatingNamespace),
    ],
    load: async () => (await import("../namespace/namespace-controller.ts")).namespaceController,
  },
  {
    name: "garbage-collector-controller",
    account: "generic-garbage-collector",
    watches: [watch("*", "*", garbageKeys)],
    load: async () => (await import("../garbage-collector/garbage-collector.ts")).garbageCollector,
  },
  {
    name: "pod-garbage-collector",
    watches: [
      watch("", "pods", podGcKeys),
      watch(
        "",
        "nodes",
        whenGone("", "nodes", (o) => [`missing/${o.metadata.name}`]),
      ),
    ],
    load: async () => (await import("../pod-gc/pod-gc-controller.ts")).podGcController,
  },
  {
    name: "node-controller",
    watches: [
      watch("", "nodes"),
      watch("coordination.k8s.io", "leases", (o) =>
        o.metadata.namespace === "kube-node-lease" ? [o.metadata.name!] : [],
      ),
    ],
    load: async () => (await import("../node-lifecycle/node-lifecycle-controller.ts")).nodeLifecycleController,
  },
  {
    name: "taint-eviction-controller",
    account: "node-controller",
    watches: [watch("", "nodes", taintedPodKeys), watch("", "pods", tolerationKeys)],
    load: async () => (await import("../taint-eviction/taint-eviction-controller.ts")).taintEvictionController,
  },
];
