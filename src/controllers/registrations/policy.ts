import type { Lister } from "../../client/lister.ts";
import type { PodDisruptionBudget } from "../../kinds/types/policy_v1.ts";
import type { ClusterRole } from "../../kinds/types/rbac_v1.ts";
import { deepEqual, type KubeObject } from "../../machinery/object.ts";
import { labelSelectorMatches } from "../../machinery/selectors/label-selector.ts";
import { type WatchedAt, workKey } from "../controller.ts";
import { METALLB_NAMESPACE } from "../load-balancer/names.ts";
import { controllerOf } from "../shared/owners.ts";
import { isPodReady } from "../shared/pods.ts";
import { isGone } from "../shared/watch-keys.ts";
import { ACCOUNT_NAME, TOKEN_TYPE } from "../tokens/names.ts";
import { type Row, watch } from "./row.ts";

type Keys = (object: KubeObject, old: KubeObject | undefined, lister: Lister) => readonly string[];

/** The budgets that select a pod, when something that they count changed. */
const budgetsOfPod: Keys = (pod, old, lister) => {
  const counted = (p: KubeObject): unknown => [p.metadata.labels, p.metadata.deletionTimestamp, isPodReady(p as never)];
  const same = old !== undefined && deepEqual(counted(pod), counted(old));
  if (same && !isGone(lister, "", "pods", pod)) return [];
  return lister
    .list<PodDisruptionBudget>("policy", "poddisruptionbudgets", pod.metadata.namespace)
    .filter((b) => [pod, old].some((p) => p !== undefined && labelSelectorMatches(b.spec?.selector, p.metadata.labels)))
    .map(workKey);
};

/** All budgets of a namespace, when a controller's size changed. */
const budgetsOfNamespace: Keys = (object, old, lister) =>
  old !== undefined && object.spec?.replicas === old.spec?.replicas
    ? []
    : lister.list<KubeObject>("policy", "poddisruptionbudgets", object.metadata.namespace).map(workKey);

/** Resources whose use can change without one coming or going. */
const METERED = new Set(["/pods", "/services", "/persistentvolumeclaims"]);

/** The quotas of a namespace, when an object of it came or went or may use more or less. */
function quotasOf(object: KubeObject, old: KubeObject | undefined, lister: Lister, at: WatchedAt): readonly string[] {
  const { namespace } = object.metadata;
  if (!namespace || (at.group === "" && (at.resource === "events" || at.resource === "resourcequotas"))) return [];
  const quotas = lister.list<KubeObject>("", "resourcequotas", namespace);
  if (quotas.length === 0) return [];
  const metered = METERED.has(`${at.group}/${at.resource}`);
  return metered || old === undefined || isGone(lister, at.group, at.resource, object) ? quotas.map(workKey) : [];
}

/** The roles that gather rules, when any role changed. */
const aggregatedRoles: Keys = (role, old, lister) => {
  if (
    old !== undefined &&
    deepEqual(
      [role.rules, role.metadata.labels, role.aggregationRule],
      [old.rules, old.metadata.labels, old.aggregationRule],
    )
  )
    return [];
  const all = lister.list<ClusterRole>("rbac.authorization.k8s.io", "clusterroles");
  return all.filter((r) => r.aggregationRule !== undefined).map(workKey);
};

/** The token secrets of an account. */
const tokensOfAccount: Keys = (account, _old, lister) =>
  lister
    .list<KubeObject>("", "secrets", account.metadata.namespace)
    .filter((s) => s.type === TOKEN_TYPE && s.metadata.annotations?.[ACCOUNT_NAME] === account.metadata.name)
    .map(workKey);

const isBalanced = (service: KubeObject | undefined): boolean => service?.spec?.type === "LoadBalancer";

/** LoadBalancer services, present and former, where MetalLB is installed. */
const balancedKeys: Keys = (service, old, lister) =>
  (isBalanced(service) || isBalanced(old)) && lister.get("", "namespaces", undefined, METALLB_NAMESPACE) !== undefined
    ? [workKey(service)]
    : [];

const allBalanced = (lister: Lister): readonly string[] =>
  lister.list<KubeObject>("", "services").filter(isBalanced).map(workKey);
const allIngresses = (lister: Lister): readonly string[] =>
  lister.list<KubeObject>("networking.k8s.io", "ingresses").map(workKey);

/** All who wait for a program that runs in a pod. */
const waitingForPod =
  (isIts: (pod: KubeObject) => boolean, all: (lister: Lister) => readonly string[]): Keys =>
  (pod, old, lister) =>
    isIts(pod) && pod.status?.phase !== old?.status?.phase ? all(lister) : [];

const isMetalLb = (pod: KubeObject): boolean => pod.metadata.namespace === METALLB_NAMESPACE;
const isIngressNginx = (pod: KubeObject): boolean =>
  pod.metadata.labels?.["app.kubernetes.io/name"] === "ingress-nginx" && controllerOf(pod) !== undefined;
const ofType =
  (type: string): Keys =>
  (secret) =>
    secret.type === type ? [workKey(secret)] : [];

/** The controllers of limits, rights, certificates and addresses. */
export const policyRows: readonly Row[] = [
  {
    name: "horizontal-pod-autoscaler",
    watches: [watch("autoscaling", "horizontalpodautoscalers")],
    load: async () => (await import("../hpa/hpa-controller.ts")).hpaController,
  },
  {
    name: "controllermanager",
    account: "disruption-controller",
    watches: [
      watch("policy", "poddisruptionbudgets"),
      watch("", "pods", budgetsOfPod),
      watch("apps", "deployments", budgetsOfNamespace),
      watch("apps", "replicasets", budgetsOfNamespace),
      watch("apps", "statefulsets", budgetsOfNamespace),
      watch("", "replicationcontrollers", budgetsOfNamespace),
    ],
    load: async () => (await import("../disruption/disruption-controller.ts")).disruptionController,
  },
  {
    name: "resourcequota-controller",
    watches: [watch("", "resourcequotas"), watch("*", "*", quotasOf)],
    load: async () => (await import("../resource-quota/resource-quota-controller.ts")).resourceQuotaController,
  },
  {
    name: "clusterrole-aggregation-controller",
    watches: [watch("rbac.authorization.k8s.io", "clusterroles", aggregatedRoles)],
    load: async () =>
      (await import("../clusterrole-aggregation/clusterrole-aggregation-controller.ts"))
        .clusterRoleAggregationController,
  },
  {
    name: "validatingadmissionpolicy-status-controller",
    watches: [watch("admissionregistration.k8s.io", "validatingadmissionpolicies")],
    load: async () => (await import("../admission-policy/policy-status-controller.ts")).policyStatusController,
  },
  {
    name: "csrapproving",
    account: "certificate-controller",
    watches: [watch("certificates.k8s.io", "certificatesigningrequests")],
    load: async () => (await import("../certificates/csr-approver.ts")).csrApprover,
  },
  {
    name: "csrsigning",
    account: "certificate-controller",
    watches: [watch("certificates.k8s.io", "certificatesigningrequests")],
    load: async () => (await import("../certificates/csr-signer.ts")).csrSigner,
  },
  {
    name: "csrcleaner",
    account: "certificate-controller",
    watches: [watch("certificates.k8s.io", "certificatesigningrequests")],
    load: async () => (await import("../certificates/csr-cleaner.ts")).csrCleaner,
  },
  {
    name: "token-cleaner",
    watches: [watch("", "secrets", ofType("bootstrap.kubernetes.io/token"))],
    load: async () => (await import("../tokens/token-cleaner.ts")).tokenCleaner,
  },
  {
    name: "serviceaccount-token-controller",
    user: "system:kube-controller-manager",
    watches: [watch("", "secrets", ofType(TOKEN_TYPE)), watch("", "serviceaccounts", tokensOfAccount)],
    load: async () => (await import("../tokens/tokens-controller.ts")).tokensController,
  },
  {
    name: "metallb-controller",
    account: "service-controller",
    manager: "controller",
    watches: [
      watch("", "services", balancedKeys),
      watch("", "pods", waitingForPod(isMetalLb, allBalanced)),
      watch("", "configmaps", (o, _old, lister) => (isMetalLb(o) ? allBalanced(lister) : [])),
    ],
    load: async () => (await import("../load-balancer/load-balancer-controller.ts")).loadBalancerController,
  },
  {
    name: "nginx-ingress-controller",
    user: "system:serviceaccount:ingress-nginx:ingress-nginx",
    manager: "nginx-ingress-controller",
    watches: [
      watch("networking.k8s.io", "ingresses", (o, _old, lister) =>
        lister.list("networking.k8s.io", "ingressclasses").length === 0 ? [] : [workKey(o)],
      ),
      watch("networking.k8s.io", "ingressclasses", (_o, _old, lister) => allIngresses(lister)),
      watch("", "pods", waitingForPod(isIngressNginx, allIngresses)),
    ],
    load: async () => (await import("../ingress/ingress-status-controller.ts")).ingressStatusController,
  },
];
