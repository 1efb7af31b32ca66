import type { JsonObject, KubeObject } from "../machinery/object.ts";
import { formatTime, type Instant } from "../machinery/time.ts";
import type { NodeSettings } from "./settings.ts";

/** The capacity of every simulated node. */
const CAPACITY: Readonly<Record<string, string>> = {
  cpu: "8",
  "ephemeral-storage": "263174212Ki",
  "hugepages-1Gi": "0",
  "hugepages-2Mi": "0",
  memory: "16374184Ki",
  pods: "110",
};

const CONDITIONS = [
  ["MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"],
  ["DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"],
  ["PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"],
  ["Ready", "True", "KubeletReady", "kubelet is posting ready status"],
] as const;

/** A node as kubeadm, kind and the kubelet leave it once it is ready. `machineId`: 32 hex digits. */
export function nodeObject(
  cluster: string,
  node: NodeSettings,
  gitVersion: string,
  machineId: string,
  now: Instant,
): KubeObject {
  const time = formatTime(now);
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: node.name, labels: labelsOf(node), annotations: { "node.alpha.kubernetes.io/ttl": "0" } },
    spec: {
      podCIDR: node.podCidr,
      podCIDRs: [node.podCidr],
      providerID: `kind://docker/${cluster}/${node.name}`,
      ...(node.role === "control-plane"
        ? { taints: [{ effect: "NoSchedule", key: "node-role.kubernetes.io/control-plane" }] }
        : {}),
    },
    status: {
      addresses: [
        { address: node.ip, type: "InternalIP" },
        { address: node.name, type: "Hostname" },
      ],
      allocatable: CAPACITY,
      capacity: CAPACITY,
      conditions: CONDITIONS.map(([type, status, reason, message]) => ({
        lastHeartbeatTime: time,
        lastTransitionTime: time,
        message,
        reason,
        status,
        type,
      })),
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      nodeInfo: nodeInfo(gitVersion, machineId),
    },
  };
}

/** The lease that a kubelet holds for its node. */
export function nodeLease(node: NodeSettings, renewTime: string, nodeUid: string): KubeObject {
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: {
      name: node.name,
      namespace: "kube-node-lease",
      ownerReferences: [{ apiVersion: "v1", kind: "Node", name: node.name, uid: nodeUid }],
    },
    spec: { holderIdentity: node.name, leaseDurationSeconds: 40, renewTime },
  };
}

function labelsOf(node: NodeSettings): Record<string, string> {
  return {
    "beta.kubernetes.io/arch": "amd64",
    "beta.kubernetes.io/os": "linux",
    "kubernetes.io/arch": "amd64",
    "kubernetes.io/hostname": node.name,
    "kubernetes.io/os": "linux",
    ...(node.role === "control-plane"
      ? { "node-role.kubernetes.io/control-plane": "", "node.kubernetes.io/exclude-from-external-load-balancers": "" }
      : {}),
    ...node.labels,
  };
}

function nodeInfo(gitVersion: string, machineId: string): JsonObject {
  const uuid = machineId.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return {
    architecture: "amd64",
    bootID: uuid,
    containerRuntimeVersion: "containerd://2.1.1",
    kernelVersion: "6.8.0-60-generic",
    kubeProxyVersion: "",
    kubeletVersion: gitVersion,
    machineID: machineId,
    operatingSystem: "linux",
    osImage: "Debian GNU/Linux 12 (bookworm)",
    systemUUID: uuid,
  };
}
