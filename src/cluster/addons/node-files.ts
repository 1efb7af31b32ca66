import { toYaml } from "../../machinery/codec/yaml-write.ts";
import type { ClusterSettings, NodeSettings } from "../settings.ts";
import { staticPods } from "./static-pods.ts";

/** Where a node's kubelet looks for static pods. */
export const manifestFolder = "/etc/kubernetes/manifests/";

const kubeletConfig = (settings: ClusterSettings): object => ({
  apiVersion: "kubelet.config.k8s.io/v1beta1",
  authentication: { anonymous: { enabled: false }, webhook: { enabled: true } },
  authorization: { mode: "Webhook" },
  cgroupDriver: "systemd",
  clusterDNS: [settings.serviceCidr.replace(/\d+\/\d+$/, "10")],
  clusterDomain: "cluster.local",
  containerRuntimeEndpoint: "unix:///run/containerd/containerd.sock",
  imageGCHighThresholdPercent: 100,
  kind: "KubeletConfiguration",
  rotateCertificates: true,
  staticPodPath: "/etc/kubernetes/manifests",
});

/** The files that kubeadm and kind leave on a node, by path. */
export function nodeFiles(settings: ClusterSettings, node: NodeSettings): Record<string, string> {
  const files: Record<string, string> = {
    "/etc/hostname": `${node.name}\n`,
    "/etc/hosts": `127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n${node.ip}\t${node.name}\n`,
    "/kind/version": `${settings.gitVersion}\n`,
    "/var/lib/kubelet/config.yaml": toYaml(kubeletConfig(settings)),
    "/etc/containerd/config.toml":
      'version = 2\n\n[plugins."io.containerd.grpc.v1.cri"]\n  sandbox_image = "registry.k8s.io/pause:3.10"\n',
  };
  if (node.role === "control-plane" && settings.addons.includes("kube-system"))
    for (const pod of staticPods(settings, node)) files[`${manifestFolder}${pod.metadata.name}.yaml`] = toYaml(pod);
  return files;
}
