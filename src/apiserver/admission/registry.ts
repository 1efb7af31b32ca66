import { type ObjectStore, storePrefix } from "../../store/object-store.ts";
import type { AdmissionRegistration, Operation } from "./admission.ts";

/** Matches operations on some targets. */
const on =
  (operations: readonly Operation[], ...targets: readonly string[]): AdmissionRegistration["handles"] =>
  (operation, target) =>
    operations.includes(operation) && targets.includes(target);

/** Whether there are objects of a resource, in the namespace where it is namespaced. */
const some =
  (group: string, resource: string, namespaced = false): AdmissionRegistration["needed"] =>
  (store: ObjectStore, namespace) =>
    store.list(storePrefix(group, resource, namespaced ? namespace : undefined)).length > 0;

const CREATE: readonly Operation[] = ["CREATE"];
const UPDATE: readonly Operation[] = ["UPDATE"];
const WRITE: readonly Operation[] = ["CREATE", "UPDATE"];

const RBAC = "rbac.authorization.k8s.io";
const CSR = "certificates.k8s.io/certificatesigningrequests";
const CLAIMS = "/persistentvolumeclaims";
const POD_TEMPLATES = [
  "/replicationcontrollers",
  "/podtemplates",
  "apps/replicasets",
  "apps/deployments",
  "apps/statefulsets",
  "apps/daemonsets",
  "batch/jobs",
  "batch/cronjobs",
];

/** The admission plugins that a kube-apiserver has on by default or that kubeadm turns on, in the order in which it runs them. */
export const registrations: readonly AdmissionRegistration[] = [
  {
    name: "NamespaceLifecycle",
    handles: (operation, target, definition) =>
      definition.namespaced ? operation === "CREATE" : target === "/namespaces" && operation === "DELETE",
    load: async () => (await import("./plugins/namespace-lifecycle.ts")).namespaceLifecycle,
  },
  {
    name: "LimitRanger",
    handles: (operation, target) =>
      (operation === "CREATE" && (target === "/pods" || target === CLAIMS)) ||
      (operation === "UPDATE" && (target === "/pods/resize" || target === CLAIMS)),
    needed: some("", "limitranges", true),
    load: async () => (await import("./plugins/limit-ranger.ts")).limitRanger,
  },
  {
    name: "ServiceAccount",
    handles: on(CREATE, "/pods"),
    load: async () => (await import("./plugins/service-account.ts")).serviceAccount,
  },
  {
    name: "NodeRestriction",
    handles: (operation, _target, _definition, user) => operation !== "CONNECT" && user.groups.includes("system:nodes"),
    load: async () => (await import("./plugins/node-restriction.ts")).nodeRestriction,
  },
  {
    name: "TaintNodesByCondition",
    handles: on(CREATE, "/nodes"),
    load: async () => (await import("./plugins/taint-nodes-by-condition.ts")).taintNodesByCondition,
  },
  {
    name: "PodSecurity",
    handles: on(WRITE, "/namespaces", "/pods", "/pods/ephemeralcontainers", ...POD_TEMPLATES),
    load: async () => (await import("./plugins/pod-security.ts")).podSecurity,
  },
  {
    name: "Priority",
    handles: on(WRITE, "/pods", "scheduling.k8s.io/priorityclasses"),
    load: async () => (await import("./plugins/priority.ts")).priority,
  },
  {
    name: "SystemPriorityClasses",
    handles: on(["DELETE"], "scheduling.k8s.io/priorityclasses"),
    load: async () => (await import("./plugins/priority.ts")).systemPriorityClasses,
  },
  {
    name: "DefaultTolerationSeconds",
    handles: on(WRITE, "/pods"),
    load: async () => (await import("./plugins/default-toleration-seconds.ts")).defaultTolerationSeconds,
  },
  {
    name: "DefaultStorageClass",
    handles: on(CREATE, CLAIMS),
    load: async () => (await import("./plugins/default-storage-class.ts")).defaultStorageClass,
  },
  {
    name: "StorageObjectInUseProtection",
    handles: on(CREATE, CLAIMS, "/persistentvolumes"),
    load: async () => (await import("./plugins/storage-object-in-use-protection.ts")).storageObjectInUseProtection,
  },
  {
    name: "PersistentVolumeClaimResize",
    handles: on(UPDATE, CLAIMS),
    load: async () => (await import("./plugins/persistent-volume-claim-resize.ts")).persistentVolumeClaimResize,
  },
  {
    name: "RuntimeClass",
    handles: on(CREATE, "/pods"),
    load: async () => (await import("./plugins/runtime-class.ts")).runtimeClass,
  },
  {
    name: "CertificateApproval",
    handles: on(UPDATE, `${CSR}/approval`),
    load: async () => (await import("./plugins/certificates.ts")).certificateApproval,
  },
  {
    name: "CertificateSigning",
    handles: on(UPDATE, `${CSR}/status`),
    load: async () => (await import("./plugins/certificates.ts")).certificateSigning,
  },
  {
    name: "CertificateSubjectRestriction",
    handles: on(CREATE, CSR),
    load: async () => (await import("./plugins/certificates.ts")).certificateSubjectRestriction,
  },
  {
    name: "RbacEscalation",
    handles: on(WRITE, ...["roles", "clusterroles", "rolebindings", "clusterrolebindings"].map((r) => `${RBAC}/${r}`)),
    load: async () => (await import("../authz/escalation.ts")).rbacEscalation,
  },
  {
    name: "DefaultIngressClass",
    handles: on(CREATE, "networking.k8s.io/ingresses"),
    load: async () => (await import("./plugins/default-ingress-class.ts")).defaultIngressClass,
  },
  {
    name: "MutatingAdmissionWebhook",
    handles: (_operation, target) => !target.startsWith("admissionregistration.k8s.io/"),
    needed: some("admissionregistration.k8s.io", "mutatingwebhookconfigurations"),
    load: async () => (await import("./plugins/webhooks.ts")).mutatingWebhooks,
  },
  {
    name: "ValidatingAdmissionPolicy",
    handles: (_operation, target) => !target.startsWith("admissionregistration.k8s.io/"),
    needed: some("admissionregistration.k8s.io", "validatingadmissionpolicybindings"),
    load: async () => (await import("./plugins/policy-bindings.ts")).validatingAdmissionPolicy,
  },
  {
    name: "ValidatingAdmissionWebhook",
    handles: (_operation, target) => !target.startsWith("admissionregistration.k8s.io/"),
    needed: some("admissionregistration.k8s.io", "validatingwebhookconfigurations"),
    load: async () => (await import("./plugins/webhooks.ts")).validatingWebhooks,
  },
  {
    name: "ResourceQuota",
    handles: (operation, target, definition) =>
      definition.namespaced &&
      (operation === "CREATE" || operation === "UPDATE") &&
      (target.split("/").length === 2 || target === "/pods/resize") &&
      target !== "/resourcequotas" &&
      definition.resource !== "events",
    needed: some("", "resourcequotas", true),
    load: async () => (await import("./plugins/resource-quota.ts")).resourceQuota,
  },
];
