import type { KubeObject } from "../../machinery/object.ts";

const NAMESPACE = "metallb-system";

/** MetalLB in layer-2 mode with kind's usual pool: what gives LoadBalancer services an external address. */
export function metallbObjects(): KubeObject[] {
  return [
    {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name: NAMESPACE,
        labels: {
          "pod-security.kubernetes.io/audit": "privileged",
          "pod-security.kubernetes.io/enforce": "privileged",
          "pod-security.kubernetes.io/warn": "privileged",
        },
      },
    },
    ...["controller", "speaker"].map(
      (name): KubeObject => ({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace: NAMESPACE } }),
    ),
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "config", namespace: NAMESPACE },
      data: {
        config:
          "address-pools:\n- name: default\n  protocol: layer2\n  addresses:\n  - 172.18.255.200-172.18.255.250\n",
      },
    },
    workload("Deployment", "controller", {
      nodeSelector: { "kubernetes.io/os": "linux" },
      containers: [container("controller", ["--port=7472", "--log-level=info"])],
    }),
    workload("DaemonSet", "speaker", {
      hostNetwork: true,
      nodeSelector: { "kubernetes.io/os": "linux" },
      tolerations: [{ key: "node-role.kubernetes.io/control-plane", operator: "Exists", effect: "NoSchedule" }],
      containers: [container("speaker", ["--port=7472", "--log-level=info"])],
    }),
  ];
}

function container(component: string, args: readonly string[]): object {
  return {
    name: component,
    image: `quay.io/metallb/${component}:v0.14.9`,
    args,
    ports: [{ containerPort: 7472, name: "monitoring" }],
  };
}

function workload(kind: string, component: string, podSpec: object): KubeObject {
  const labels = { app: "metallb", component };
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: { name: component, namespace: NAMESPACE, labels },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { serviceAccountName: component, ...podSpec } },
    },
  };
}
