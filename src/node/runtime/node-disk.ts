import { debian } from "../images/bases.ts";
import type { SimulatedImage } from "./image.ts";
import { fileNode } from "./machine/file-nodes.ts";
import type { Program } from "./machine/process.ts";
import type { FileSystem } from "./machine/vfs.ts";
import type { ContainerSpec } from "./runtime.ts";

/** A simulated node's disk: what hostPath volumes and `kubectl debug node/…` see under it. */
export interface NodeDisk {
  /** Its own files by path: manifests, configuration. */
  readonly files: Readonly<Record<string, string>>;
}

/** What a node has that talks to daemons which are not simulated as processes. */
const daemonTools: Readonly<Record<string, string>> = {
  crictl: "use kubectl get pods --field-selector spec.nodeName=NODE, kubectl logs and kubectl exec",
  ctr: "use kubectl get pods --field-selector spec.nodeName=NODE",
  systemctl: "drykube node stop and drykube node start turn the whole machine off and on",
  journalctl: "use kubectl get events and kubectl describe node NODE",
  kubeadm: "use drykube cluster create and kubectl",
  kubelet: "it runs as part of the simulation",
  containerd: "it runs as part of the simulation",
};

const tool = (name: string, hint: string): Program =>
  function* (process) {
    yield* process.write(2, `${name}: drykube simulates no ${name} on nodes: ${hint}\n`);
    return 1;
  };

/** The system on a node's disk, as kind's node image has it. */
export const nodeSystem: SimulatedImage = debian({
  programs: Object.fromEntries(Object.entries(daemonTools).map(([name, hint]) => [name, tool(name, hint)])),
  paths: Object.fromEntries(Object.keys(daemonTools).map((name) => [name, `/usr/bin/${name}`])),
  extra: ["ps", "top", "free", "uptime", "ip", "ss", "curl", "ping", "less", "vi", "pkill", "killall"],
});

const emptyDirs = [
  "/etc/kubernetes/manifests",
  "/etc/kubernetes/pki",
  "/home",
  "/kind",
  "/media",
  "/mnt",
  "/opt/cni/bin",
  "/proc",
  "/run/containerd",
  "/srv",
  "/sys",
  "/var/lib/containerd",
  "/var/lib/etcd",
  "/var/lib/kubelet/pods",
  "/var/local",
  "/var/log/containers",
  "/var/log/pods",
];

/** Lays a node's disk out in an empty tree. */
export function plantNodeDisk(fs: FileSystem, { files }: NodeDisk): void {
  nodeSystem.files(fs, {} as ContainerSpec);
  for (const dir of emptyDirs) fs.ensureDir(dir);
  fs.ensureDir("/tmp").mode = 0o1777;
  fs.ensureDir("/root").mode = 0o700;
  for (const [path, content] of Object.entries(files)) fs.plant(path, fileNode(content, 0o644));
}
