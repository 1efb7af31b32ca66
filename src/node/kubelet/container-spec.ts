import type { Node, Pod, Service } from "../../kinds/types/core_v1.ts";
import type { ContainerSpec, ImageResolution } from "../runtime/runtime.ts";
import type { PodContainer } from "./containers.ts";
import { environment, expand } from "./environment.ts";
import { nodeAddress } from "./pod-status.ts";
import { allocatedResources, limitsOf } from "./resize.ts";
import type { PodSync } from "./sync.ts";
import type { ReadyVolume } from "./volumes.ts";
import { containerMounts } from "./volumes.ts";

type Found = Extract<ImageResolution, { found: true }>;

/** 64 hex digits that follow from `text` alone: container ids. Not for secrets. */
export function hexId(text: string): string {
  let id = "";
  for (let block = 0; block < 8; block++) {
    let hash = 0x811c9dc5 ^ Math.imul(block + 1, 0x9e3779b1);
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    id += ((hash ^ (hash >>> 16)) >>> 0).toString(16).padStart(8, "0");
  }
  return id;
}

/** Everything that decides what a run of the container does. Throws ConfigError. Mirrors pkg/kubelet/kubelet_pods.go GenerateRunContainerOptions. */
export function containerSpec(
  sync: PodSync,
  container: PodContainer,
  attempt: number,
  image: Found,
  volumes: ReadonlyMap<string, ReadyVolume>,
): ContainerSpec {
  const { pod, record } = sync;
  const { spec } = container;
  const env = environment(sync, spec, image.config.env ?? {});
  const variables = new Map(env.map(({ name, value }) => [name, value]));
  const expanded = (texts: readonly string[] | undefined): string[] | undefined =>
    texts?.map((text) => expand(text, (name) => variables.get(name)));
  const command = expanded(spec.command);
  const args = expanded(spec.args);
  const security = { ...pod.spec?.securityContext, ...spec.securityContext };
  return {
    id: hexId(`${record.uid}/${spec.name}/${attempt}`),
    podUid: record.uid,
    podName: pod.metadata.name ?? "",
    namespace: pod.metadata.namespace ?? "",
    nodeName: record.node,
    name: spec.name,
    image: image.canonical,
    ...(command === undefined || command.length === 0 ? {} : { command }),
    ...(args === undefined || args.length === 0 ? {} : { args }),
    env,
    ...(spec.workingDir ? { workingDir: spec.workingDir } : {}),
    tty: spec.tty === true,
    stdin: spec.stdin === true,
    ...(spec.stdinOnce ? { stdinOnce: true } : {}),
    ...(spec.terminationMessagePath ? { terminationMessagePath: spec.terminationMessagePath } : {}),
    ...(spec.terminationMessagePolicy ? { terminationMessagePolicy: spec.terminationMessagePolicy } : {}),
    mounts: containerMounts(container, volumes, variables),
    ...hostnames(pod, record.node),
    podIP: record.podIP ?? "",
    hostNetwork: pod.spec?.hostNetwork === true,
    ...("targetContainerName" in spec && spec.targetContainerName
      ? { targetContainer: String(spec.targetContainerName) }
      : {}),
    shareProcessNamespace: pod.spec?.shareProcessNamespace === true,
    securityContext: security,
    readOnlyRootFilesystem: spec.securityContext?.readOnlyRootFilesystem === true,
    ...limitsOf(allocatedResources(spec, record.containers[spec.name])),
    dns: dns(sync),
    hostAliases: (pod.spec?.hostAliases ?? []).map(({ ip, hostnames = [] }) => ({ ip, hostnames })),
    containerPorts: (spec.ports ?? []).map((port) => ({
      port: port.containerPort,
      protocol: port.protocol ?? "TCP",
      ...(port.name ? { name: port.name } : {}),
    })),
  };
}

const longestHostname = 63;

/** The pod's names; its own is the full one where it asks for that. */
export function hostnames(pod: Pod, node: string): Pick<ContainerSpec, "hostname" | "fullHostname" | "shortHostname"> {
  const short = hostname(pod, node);
  if (!pod.spec?.subdomain) return { hostname: short };
  const fullHostname = `${short}.${pod.spec.subdomain}.${pod.metadata.namespace}.svc.cluster.local`;
  return pod.spec.setHostnameAsFQDN === true
    ? { hostname: fullHostname, fullHostname, shortHostname: short }
    : { hostname: short, fullHostname };
}

/** What `hostname` prints in the pod. Mirrors pkg/kubelet/kubelet_pods.go GeneratePodHostNameAndDomain. */
function hostname(pod: Pod, node: string): string {
  if (pod.spec?.hostNetwork) return node;
  const name = pod.spec?.hostname || pod.metadata.name || "";
  return name.slice(0, longestHostname).replace(/[-.]+$/, "");
}

/** The pod's resolv.conf. Mirrors pkg/kubelet/network/dns GetPodDNS. */
function dns(sync: PodSync): ContainerSpec["dns"] {
  const { pod, context, node } = sync;
  const policy = pod.spec?.dnsPolicy ?? "ClusterFirst";
  const custom = pod.spec?.dnsConfig ?? {};
  const cluster = policy === "ClusterFirstWithHostNet" || (policy === "ClusterFirst" && !pod.spec?.hostNetwork);
  const service = context.lister.get<Service>("", "services", "kube-system", "kube-dns");
  const base =
    cluster && service?.spec?.clusterIP
      ? clusterDns(pod, service.spec.clusterIP)
      : policy === "None"
        ? { nameservers: [], searches: [], options: [] }
        : hostDns(node);
  const options = (custom.options ?? []).map(({ name = "", value }) => (value ? `${name}:${value}` : name));
  return {
    nameservers: [...new Set([...base.nameservers, ...(custom.nameservers ?? [])])],
    searches: [...new Set([...base.searches, ...(custom.searches ?? [])])],
    options: [...new Set([...base.options, ...options])],
  };
}

const clusterDns = (pod: Pod, address: string): ContainerSpec["dns"] => ({
  nameservers: [address],
  searches: [`${pod.metadata.namespace}.svc.cluster.local`, "svc.cluster.local", "cluster.local"],
  options: ["ndots:5"],
});

/** The node's own resolver: the gateway of its network. */
const hostDns = (node: Node | undefined): ContainerSpec["dns"] => {
  const address = nodeAddress(node) ?? "172.18.0.2";
  return { nameservers: [`${address.slice(0, address.lastIndexOf("."))}.1`], searches: [], options: ["ndots:0"] };
};
