import { expect, test } from "vitest";
import { ADDONS } from "../../src/cluster/settings.ts";
import { scratchCluster } from "../support/scratch-cluster.ts";

/** A pod's name without what chance made of it. */
const stem = (name = ""): string => name.replace(/(-[a-z0-9]{8,10})?-[a-z0-9]{5}$/, "");

test("a new cluster has kind's pods running", async () => {
  const errors: string[] = [];
  const cluster = await scratchCluster(ADDONS, errors);
  const { items } = await cluster.command((client) => client.list({ group: "", version: "v1", resource: "pods" }));
  cluster.remove();
  expect(errors).toEqual([]);
  const states = items.map((pod) => {
    const fixed = pod.metadata.name?.endsWith("-control-plane");
    const ready = pod["status"].conditions.find((c: { type: string }) => c.type === "Ready").status;
    return `${pod.metadata.namespace}/${fixed ? pod.metadata.name : stem(pod.metadata.name)} ${pod["status"].phase} ${ready}`;
  });
  expect(states).toEqual(
    [
      "kube-system/coredns",
      "kube-system/coredns",
      "kube-system/etcd-kind-control-plane",
      "kube-system/kindnet",
      "kube-system/kindnet",
      "kube-system/kindnet",
      "kube-system/kube-apiserver-kind-control-plane",
      "kube-system/kube-controller-manager-kind-control-plane",
      "kube-system/kube-proxy",
      "kube-system/kube-proxy",
      "kube-system/kube-proxy",
      "kube-system/kube-scheduler-kind-control-plane",
      "local-path-storage/local-path-provisioner",
      "metallb-system/controller",
      "metallb-system/speaker",
      "metallb-system/speaker",
      "metallb-system/speaker",
    ].map((name) => `${name} Running True`),
  );
});

test("a bare cluster has no pods, no storage class, and its control plane", async () => {
  const cluster = await scratchCluster([]);
  const [pods, classes, roles] = await cluster.command((client) =>
    Promise.all([
      client.list({ group: "", version: "v1", resource: "pods" }),
      client.list({ group: "storage.k8s.io", version: "v1", resource: "storageclasses" }),
      client.list({ group: "rbac.authorization.k8s.io", version: "v1", resource: "clusterroles" }),
    ]),
  );
  cluster.remove();
  expect(pods.items).toEqual([]);
  expect(classes.items).toEqual([]);
  expect(roles.items.length).toBeGreaterThan(60);
});
