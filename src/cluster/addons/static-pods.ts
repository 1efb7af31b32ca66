import type { KubeObject } from "../../machinery/object.ts";
import type { ClusterSettings, NodeSettings } from "../settings.ts";

interface Component {
  readonly name: string;
  readonly image: string;
  readonly cpu: string;
  readonly memory?: string;
  readonly command: readonly string[];
  readonly mounts: readonly string[];
  readonly probePort: number;
}

/** The manifests that kubeadm writes to /etc/kubernetes/manifests of a control-plane node. */
export function staticPods(settings: ClusterSettings, node: NodeSettings): KubeObject[] {
  return components(settings, node).map((component) => manifest(component, node));
}

function components(settings: ClusterSettings, node: NodeSettings): Component[] {
  const version = settings.gitVersion;
  const pki = "/etc/kubernetes/pki";
  return [
    {
      name: "etcd",
      image: "registry.k8s.io/etcd:3.5.21-0",
      cpu: "100m",
      memory: "100Mi",
      command: [
        "etcd",
        `--advertise-client-urls=https://${node.ip}:2379`,
        `--data-dir=/var/lib/etcd`,
        `--listen-client-urls=https://127.0.0.1:2379,https://${node.ip}:2379`,
        `--name=${node.name}`,
        `--trusted-ca-file=${pki}/etcd/ca.crt`,
      ],
      mounts: ["/var/lib/etcd", `${pki}/etcd`],
      probePort: 2381,
    },
    {
      name: "kube-apiserver",
      image: `registry.k8s.io/kube-apiserver:${version}`,
      cpu: "250m",
      command: [
        "kube-apiserver",
        `--advertise-address=${node.ip}`,
        "--allow-privileged=true",
        "--authorization-mode=Node,RBAC",
        `--client-ca-file=${pki}/ca.crt`,
        "--enable-admission-plugins=NodeRestriction",
        "--enable-bootstrap-token-auth=true",
        "--etcd-servers=https://127.0.0.1:2379",
        "--secure-port=6443",
        `--service-cluster-ip-range=${settings.serviceCidr}`,
        `--service-account-issuer=https://kubernetes.default.svc.cluster.local`,
      ],
      mounts: [pki, "/etc/ssl/certs"],
      probePort: 6443,
    },
    {
      name: "kube-controller-manager",
      image: `registry.k8s.io/kube-controller-manager:${version}`,
      cpu: "200m",
      command: [
        "kube-controller-manager",
        "--allocate-node-cidrs=true",
        "--bind-address=127.0.0.1",
        `--cluster-cidr=${settings.podCidr}`,
        `--cluster-name=${settings.name}`,
        "--controllers=*,bootstrapsigner,tokencleaner",
        "--leader-elect=true",
        "--node-monitor-grace-period=40s",
        `--service-cluster-ip-range=${settings.serviceCidr}`,
        "--use-service-account-credentials=true",
      ],
      mounts: [pki, "/etc/ssl/certs"],
      probePort: 10257,
    },
    {
      name: "kube-scheduler",
      image: `registry.k8s.io/kube-scheduler:${version}`,
      cpu: "100m",
      command: ["kube-scheduler", "--bind-address=127.0.0.1", "--leader-elect=true"],
      mounts: ["/etc/kubernetes/scheduler.conf"],
      probePort: 10259,
    },
  ];
}

function manifest(component: Component, node: NodeSettings): KubeObject {
  const volumes = component.mounts.map((path) => ({
    name: path.split("/").filter(Boolean).slice(-2).join("-").replace(/\./g, "-"),
    hostPath: { path, type: path.endsWith(".conf") ? "FileOrCreate" : "DirectoryOrCreate" },
  }));
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: component.name,
      namespace: "kube-system",
      labels: { component: component.name, tier: "control-plane" },
      ...(component.name === "kube-apiserver"
        ? { annotations: { "kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint": `${node.ip}:6443` } }
        : {}),
    },
    spec: {
      containers: [
        {
          name: component.name,
          image: component.image,
          imagePullPolicy: "IfNotPresent",
          command: component.command,
          resources: {
            requests: { cpu: component.cpu, ...(component.memory ? { memory: component.memory } : {}) },
          },
          livenessProbe: probe(component, "/livez", 8, 10),
          readinessProbe: probe(component, "/readyz", 3, 1),
          startupProbe: probe(component, "/livez", 24, 10),
          volumeMounts: volumes.map(({ name, hostPath }) => ({ name, mountPath: hostPath.path })),
        },
      ],
      hostNetwork: true,
      priority: 2000001000,
      priorityClassName: "system-node-critical",
      securityContext: { seccompProfile: { type: "RuntimeDefault" } },
      volumes,
    },
  };
}

function probe(component: Component, path: string, failureThreshold: number, periodSeconds: number): object {
  return {
    failureThreshold,
    httpGet: {
      host: "127.0.0.1",
      path,
      port: component.probePort,
      scheme: component.name === "etcd" ? "HTTP" : "HTTPS",
    },
    initialDelaySeconds: 0,
    periodSeconds,
    timeoutSeconds: 15,
  };
}
