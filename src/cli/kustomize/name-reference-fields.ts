/** A field that names another object. */
export interface NameField {
  readonly path: string;
  readonly kind?: string;
  readonly group?: string;
}

/** Objects that others name, and where. */
export interface NameReference {
  readonly kind: string;
  /** Undefined: of any group. */
  readonly group?: string;
  readonly fields: readonly NameField[];
}

/** Where the pod specs are. */
const POD_SPECS: readonly (readonly [string, string])[] = [
  ["Pod", "spec"],
  ["ReplicationController", "spec/template/spec"],
  ["Deployment", "spec/template/spec"],
  ["ReplicaSet", "spec/template/spec"],
  ["DaemonSet", "spec/template/spec"],
  ["StatefulSet", "spec/template/spec"],
  ["Job", "spec/template/spec"],
  ["CronJob", "spec/jobTemplate/spec/template/spec"],
];

const inPods = (...paths: readonly string[]): NameField[] =>
  POD_SPECS.flatMap(([kind, root]) => paths.map((path) => ({ kind, path: `${root}/${path}` })));

const inContainers = (...paths: readonly string[]): string[] =>
  ["containers", "initContainers"].flatMap((list) => paths.map((path) => `${list}/${path}`));

const scaled = (kind: string, group: string): NameReference => ({
  kind,
  group,
  fields: [{ kind: "HorizontalPodAutoscaler", path: "spec/scaleTargetRef/name" }],
});

const inRoles: readonly NameField[] = ["Role", "ClusterRole"].map((kind) => ({ kind, path: "rules/resourceNames" }));
const inClaims = (field: string): NameField[] => [
  { kind: "PersistentVolumeClaim", path: `spec/${field}` },
  { kind: "StatefulSet", path: `spec/volumeClaimTemplates/spec/${field}` },
];
const RBAC = "rbac.authorization.k8s.io";

/** Who is named where. Mirrors kustomize's builtinpluginconsts/namereference.go for the kinds of Kubernetes. */
export const nameReferences: readonly NameReference[] = [
  scaled("Deployment", "apps"),
  scaled("ReplicaSet", "apps"),
  scaled("StatefulSet", "apps"),
  scaled("ReplicationController", ""),
  {
    kind: "ConfigMap",
    group: "",
    fields: [
      ...inPods(
        "volumes/configMap/name",
        "volumes/projected/sources/configMap/name",
        ...inContainers("env/valueFrom/configMapKeyRef/name", "envFrom/configMapRef/name"),
      ),
      ...inRoles,
    ],
  },
  {
    kind: "Secret",
    group: "",
    fields: [
      ...inPods(
        "volumes/secret/secretName",
        "volumes/projected/sources/secret/name",
        "imagePullSecrets/name",
        ...inContainers("env/valueFrom/secretKeyRef/name", "envFrom/secretRef/name"),
      ),
      { kind: "ServiceAccount", path: "imagePullSecrets/name" },
      { kind: "ServiceAccount", path: "secrets/name" },
      { kind: "Ingress", path: "spec/tls/secretName" },
      ...inRoles,
    ],
  },
  {
    kind: "Service",
    group: "",
    fields: [
      { kind: "StatefulSet", path: "spec/serviceName" },
      { kind: "Ingress", path: "spec/rules/http/paths/backend/serviceName" },
      { kind: "Ingress", path: "spec/rules/http/paths/backend/service/name" },
      { kind: "Ingress", path: "spec/backend/serviceName" },
      { kind: "Ingress", path: "spec/defaultBackend/service/name" },
      { kind: "APIService", path: "spec/service/name" },
      { kind: "ValidatingWebhookConfiguration", path: "webhooks/clientConfig/service/name" },
      { kind: "MutatingWebhookConfiguration", path: "webhooks/clientConfig/service/name" },
    ],
  },
  { kind: "Role", group: RBAC, fields: [{ kind: "RoleBinding", path: "roleRef/name" }] },
  {
    kind: "ClusterRole",
    group: RBAC,
    fields: [
      { kind: "RoleBinding", path: "roleRef/name" },
      { kind: "ClusterRoleBinding", path: "roleRef/name" },
    ],
  },
  {
    kind: "ServiceAccount",
    group: "",
    fields: [
      { kind: "RoleBinding", path: "subjects/name" },
      { kind: "ClusterRoleBinding", path: "subjects/name" },
      ...inPods("serviceAccountName"),
    ],
  },
  { kind: "PersistentVolumeClaim", group: "", fields: inPods("volumes/persistentVolumeClaim/claimName") },
  { kind: "PersistentVolume", group: "", fields: [{ kind: "PersistentVolumeClaim", path: "spec/volumeName" }] },
  {
    kind: "StorageClass",
    group: "storage.k8s.io",
    fields: [{ kind: "PersistentVolume", path: "spec/storageClassName" }, ...inClaims("storageClassName")],
  },
  { kind: "PriorityClass", group: "scheduling.k8s.io", fields: inPods("priorityClassName") },
  { kind: "IngressClass", group: "networking.k8s.io", fields: [{ kind: "Ingress", path: "spec/ingressClassName" }] },
];
