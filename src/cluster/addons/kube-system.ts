import type { KubeObject } from "../../machinery/object.ts";
import type { ClusterSettings } from "../settings.ts";

const NAMESPACE = "kube-system";
const CRITICAL_NODE = "system-node-critical";
const CRITICAL_CLUSTER = "system-cluster-critical";

/** What kubeadm and kind put into kube-system, without the static pods. */
export function kubeSystemObjects(settings: ClusterSettings): KubeObject[] {
  return [
    ...["coredns", "kindnet", "kube-proxy"].map(serviceAccount),
    ...rbac(),
    ...kubeadmRights(),
    ...configMaps(settings),
    dnsService(settings),
    coreDns(),
    kubeProxy(settings),
    kindnet(settings),
  ];
}

/** The address that pods' resolv.conf names: the tenth of the service range. */
export function dnsAddress(settings: Pick<ClusterSettings, "serviceCidr">): string {
  return `${settings.serviceCidr.split(".").slice(0, 3).join(".")}.10`;
}

function serviceAccount(name: string): KubeObject {
  return { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace: NAMESPACE } };
}

/** What kubeadm grants to joining nodes: to ask for certificates, and to have them approved. */
function kubeadmRights(): KubeObject[] {
  const group = "rbac.authorization.k8s.io";
  const joining = "system:bootstrappers:kubeadm:default-node-token";
  const bindings: readonly (readonly [string, string, string])[] = [
    ["kubeadm:cluster-admins", "cluster-admin", "kubeadm:cluster-admins"],
    ["kubeadm:get-nodes", "kubeadm:get-nodes", joining],
    ["kubeadm:kubelet-bootstrap", "system:node-bootstrapper", joining],
    ["kubeadm:node-autoapprove-bootstrap", "system:certificates.k8s.io:certificatesigningrequests:nodeclient", joining],
    [
      "kubeadm:node-autoapprove-certificate-rotation",
      "system:certificates.k8s.io:certificatesigningrequests:selfnodeclient",
      "system:nodes",
    ],
  ];
  const getNodes = { apiGroups: [""], resources: ["nodes"], verbs: ["get"] };
  return [
    { apiVersion: `${group}/v1`, kind: "ClusterRole", metadata: { name: "kubeadm:get-nodes" }, rules: [getNodes] },
    ...bindings.map(
      ([name, role, who]): KubeObject => ({
        apiVersion: `${group}/v1`,
        kind: "ClusterRoleBinding",
        metadata: { name },
        roleRef: { apiGroup: group, kind: "ClusterRole", name: role },
        subjects: [{ apiGroup: group, kind: "Group", name: who }],
      }),
    ),
  ];
}

function rbac(): KubeObject[] {
  const rule = (apiGroups: string[], resources: string[], verbs: string[]) => ({ apiGroups, resources, verbs });
  const group = "rbac.authorization.k8s.io";
  const role = (name: string, rules: object[]): KubeObject => ({
    apiVersion: `${group}/v1`,
    kind: "ClusterRole",
    metadata: { name },
    rules,
  });
  const binding = (name: string, roleName: string, account: string): KubeObject => ({
    apiVersion: `${group}/v1`,
    kind: "ClusterRoleBinding",
    metadata: { name },
    roleRef: { apiGroup: group, kind: "ClusterRole", name: roleName },
    subjects: [{ kind: "ServiceAccount", name: account, namespace: NAMESPACE }],
  });
  return [
    role("system:coredns", [
      rule([""], ["endpoints", "services", "pods", "namespaces"], ["list", "watch"]),
      rule(["discovery.k8s.io"], ["endpointslices"], ["list", "watch"]),
    ]),
    binding("system:coredns", "system:coredns", "coredns"),
    binding("kubeadm:node-proxier", "system:node-proxier", "kube-proxy"),
    role("kindnet", [
      rule([""], ["nodes", "pods", "namespaces"], ["list", "watch"]),
      rule(["networking.k8s.io"], ["networkpolicies"], ["list", "watch"]),
    ]),
    binding("kindnet", "kindnet", "kindnet"),
  ];
}

const COREFILE = `.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30 {
       disable success cluster.local
       disable denial cluster.local
    }
    loop
    reload
    loadbalance
}
`;

function configMaps(settings: ClusterSettings): KubeObject[] {
  const configMap = (name: string, data: Record<string, string>, labels?: Record<string, string>): KubeObject => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: NAMESPACE, ...(labels ? { labels } : {}) },
    data,
  });
  const endpoint = `${settings.name}-control-plane:6443`;
  return [
    configMap("coredns", { Corefile: COREFILE }),
    configMap(
      "kube-proxy",
      {
        "config.conf": `apiVersion: kubeproxy.config.k8s.io/v1alpha1\nclusterCIDR: ${settings.podCidr}\nkind: KubeProxyConfiguration\nmode: iptables\n`,
        "kubeconfig.conf": `apiVersion: v1\nkind: Config\nclusters:\n- cluster:\n    certificate-authority: /var/run/secrets/kubernetes.io/serviceaccount/ca.crt\n    server: https://${endpoint}\n  name: default\n`,
      },
      { app: "kube-proxy" },
    ),
    configMap("kubeadm-config", {
      ClusterConfiguration: `apiVersion: kubeadm.k8s.io/v1beta4\nclusterName: ${settings.name}\ncontrolPlaneEndpoint: ${endpoint}\nkind: ClusterConfiguration\nkubernetesVersion: ${settings.gitVersion}\nnetworking:\n  dnsDomain: cluster.local\n  podSubnet: ${settings.podCidr}\n  serviceSubnet: ${settings.serviceCidr}\n`,
    }),
    configMap("kubelet-config", {
      kubelet: `apiVersion: kubelet.config.k8s.io/v1beta1\nclusterDNS:\n- ${dnsAddress(settings)}\nclusterDomain: cluster.local\nkind: KubeletConfiguration\nstaticPodPath: /etc/kubernetes/manifests\n`,
    }),
  ];
}

function dnsService(settings: ClusterSettings): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: "kube-dns",
      namespace: NAMESPACE,
      annotations: { "prometheus.io/port": "9153", "prometheus.io/scrape": "true" },
      labels: {
        "k8s-app": "kube-dns",
        "kubernetes.io/cluster-service": "true",
        "kubernetes.io/name": "CoreDNS",
      },
    },
    spec: {
      clusterIP: dnsAddress(settings),
      selector: { "k8s-app": "kube-dns" },
      ports: [
        { name: "dns", port: 53, protocol: "UDP", targetPort: 53 },
        { name: "dns-tcp", port: 53, protocol: "TCP", targetPort: 53 },
        { name: "metrics", port: 9153, protocol: "TCP", targetPort: 9153 },
      ],
    },
  };
}

function coreDns(): KubeObject {
  const labels = { "k8s-app": "kube-dns" };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "coredns", namespace: NAMESPACE, labels },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1, maxSurge: "25%" } },
      template: {
        metadata: { labels },
        spec: {
          affinity: {
            podAntiAffinity: {
              preferredDuringSchedulingIgnoredDuringExecution: [
                {
                  weight: 100,
                  podAffinityTerm: {
                    labelSelector: { matchExpressions: [{ key: "k8s-app", operator: "In", values: ["kube-dns"] }] },
                    topologyKey: "kubernetes.io/hostname",
                  },
                },
              ],
            },
          },
          containers: [
            {
              name: "coredns",
              image: "registry.k8s.io/coredns/coredns:v1.12.0",
              imagePullPolicy: "IfNotPresent",
              args: ["-conf", "/etc/coredns/Corefile"],
              resources: { limits: { memory: "170Mi" }, requests: { cpu: "100m", memory: "70Mi" } },
              ports: [
                { containerPort: 53, name: "dns", protocol: "UDP" },
                { containerPort: 53, name: "dns-tcp", protocol: "TCP" },
                { containerPort: 9153, name: "metrics", protocol: "TCP" },
              ],
              volumeMounts: [{ name: "config-volume", mountPath: "/etc/coredns", readOnly: true }],
              securityContext: {
                allowPrivilegeEscalation: false,
                capabilities: { add: ["NET_BIND_SERVICE"], drop: ["ALL"] },
                readOnlyRootFilesystem: true,
              },
            },
          ],
          dnsPolicy: "Default",
          nodeSelector: { "kubernetes.io/os": "linux" },
          priorityClassName: CRITICAL_CLUSTER,
          serviceAccountName: "coredns",
          tolerations: [
            { key: "CriticalAddonsOnly", operator: "Exists" },
            { key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" },
          ],
          volumes: [
            { name: "config-volume", configMap: { name: "coredns", items: [{ key: "Corefile", path: "Corefile" }] } },
          ],
        },
      },
    },
  };
}

const HOST_VOLUMES = [
  { name: "xtables-lock", hostPath: { path: "/run/xtables.lock", type: "FileOrCreate" } },
  { name: "lib-modules", hostPath: { path: "/lib/modules" } },
];

function kubeProxy(settings: ClusterSettings): KubeObject {
  return daemonSet(
    "kube-proxy",
    { "k8s-app": "kube-proxy" },
    {
      containers: [
        {
          name: "kube-proxy",
          image: `registry.k8s.io/kube-proxy:${settings.gitVersion}`,
          imagePullPolicy: "IfNotPresent",
          command: [
            "/usr/local/bin/kube-proxy",
            "--config=/var/lib/kube-proxy/config.conf",
            "--hostname-override=$(NODE_NAME)",
          ],
          env: [{ name: "NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } }],
          securityContext: { privileged: true },
          volumeMounts: [
            { name: "kube-proxy", mountPath: "/var/lib/kube-proxy" },
            { name: "xtables-lock", mountPath: "/run/xtables.lock" },
            { name: "lib-modules", mountPath: "/lib/modules", readOnly: true },
          ],
        },
      ],
      nodeSelector: { "kubernetes.io/os": "linux" },
      priorityClassName: CRITICAL_NODE,
      serviceAccountName: "kube-proxy",
      volumes: [{ name: "kube-proxy", configMap: { name: "kube-proxy" } }, ...HOST_VOLUMES],
    },
  );
}

function kindnet(settings: ClusterSettings): KubeObject {
  const labels = { app: "kindnet", "k8s-app": "kindnet", tier: "node" };
  return daemonSet(
    "kindnet",
    labels,
    {
      containers: [
        {
          name: "kindnet-cni",
          image: "docker.io/kindest/kindnetd:v20250512-df8de77b",
          env: [
            { name: "HOST_IP", valueFrom: { fieldRef: { fieldPath: "status.hostIP" } } },
            { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
            { name: "POD_SUBNET", value: settings.podCidr },
            { name: "CONTROL_PLANE_ENDPOINT", value: `${settings.name}-control-plane:6443` },
          ],
          resources: { limits: { cpu: "100m", memory: "50Mi" }, requests: { cpu: "100m", memory: "50Mi" } },
          securityContext: { privileged: false, capabilities: { add: ["NET_RAW", "NET_ADMIN"] } },
          volumeMounts: [
            { name: "cni-cfg", mountPath: "/etc/cni/net.d" },
            { name: "xtables-lock", mountPath: "/run/xtables.lock" },
            { name: "lib-modules", mountPath: "/lib/modules", readOnly: true },
          ],
        },
      ],
      serviceAccountName: "kindnet",
      volumes: [{ name: "cni-cfg", hostPath: { path: "/etc/cni/net.d", type: "DirectoryOrCreate" } }, ...HOST_VOLUMES],
    },
    { app: "kindnet" },
  );
}

function daemonSet(
  name: string,
  labels: Record<string, string>,
  podSpec: object,
  selector: Record<string, string> = labels,
): KubeObject {
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name, namespace: NAMESPACE, labels },
    spec: {
      selector: { matchLabels: selector },
      template: {
        metadata: { labels },
        spec: { hostNetwork: true, tolerations: [{ operator: "Exists" }], ...podSpec },
      },
    },
  };
}
