import { KUBELETS_USER } from "../../../kinds/core/node/kubelets-user.ts";
import { goDiff } from "../../../kinds/shared/go-diff.ts";
import { deepEqual, type JsonObject, type KubeObject } from "../../../machinery/object.ts";
import { notFound } from "../../../machinery/status-error.ts";
import { storeKey } from "../../../store/object-store.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import { admissionForbidden } from "../refusal.ts";
import { forbiddenLabels } from "./node-labels.ts";

const NODES = "system:nodes";
const PREFIX = "system:node:";

/** What a kubelet may not do, or undefined. */
type Rule = (request: AdmissionRequest, node: string) => string | undefined;

/** Kubelets write their own node, and what runs on it. Mirrors plugin/pkg/admission/noderestriction. */
export const nodeRestriction: AdmissionPlugin = {
  admit(request) {
    const { user } = request.context;
    if (!user.groups.includes(NODES) || !user.name.startsWith(PREFIX) || user.name === KUBELETS_USER) return;
    const node = user.name.slice(PREFIX.length);
    if (node === "")
      throw admissionForbidden(request, `could not determine node from user ${JSON.stringify(user.name)}`);
    const { group, resource } = request.definition;
    const objection = rules[`${group}/${resource}`]?.(request, node);
    if (objection !== undefined) throw admissionForbidden(request, objection);
  },
};

const pods: Rule = (request, node) => {
  const { operation, subresource } = request;
  if (subresource === "status") return podStatus(request, node);
  if (subresource === "eviction") return undefined;
  if (subresource !== "")
    return `unexpected pod subresource ${JSON.stringify(subresource)}, only 'status' and 'eviction' are allowed`;
  if (operation === "CREATE") return podCreation(request, node);
  if (operation !== "DELETE")
    return `unexpected operation "${operation}", node "${node}" can only create and delete mirror pods`;
  if (request.old?.spec?.nodeName === node) return undefined;
  return `node "${node}" can only delete pods with spec.nodeName set to itself`;
};

function podCreation(request: AdmissionRequest, node: string): string | undefined {
  const { metadata, spec = {} } = request.object!;
  const may = `node "${node}" can only create pods`;
  if (metadata.annotations?.["kubernetes.io/config.mirror"] === undefined)
    return `pod does not have "kubernetes.io/config.mirror" annotation, node "${node}" can only create mirror pods`;
  if (spec.nodeName !== node) return `${may} with spec.nodeName set to itself`;
  const [owner, ...others] = metadata.ownerReferences ?? [];
  if (others.length > 0) return `${may} with a single owner reference set to itself`;
  if (owner?.apiVersion !== "v1" || owner.kind !== "Node" || owner.name !== node)
    return `${may} with an owner reference set to itself`;
  if (!owner.controller) return `${may} with a controller owner reference set to itself`;
  if (owner.blockOwnerDeletion) return `node "${node}" must not set blockOwnerDeletion on an owner reference`;
  const { store } = request.context.server;
  const uid = store.get(storeKey("", "nodes", undefined, node))?.object.metadata.uid;
  if (uid === undefined) throw notFound({ group: "", resource: "nodes" }, node);
  if (owner.uid !== uid) return `node ${node} UID mismatch: expected ${owner.uid} got ${uid}`;
  const named = whatItNames(spec);
  return named && `node "${node}" can not create pods that reference ${named}`;
}

/** What else of the API a pod would give its node a view of. */
function whatItNames(spec: JsonObject): string | undefined {
  const volumes = (spec["volumes"] ?? []) as JsonObject[];
  const sources = [...volumes, ...volumes.flatMap((v) => (v["projected"]?.sources ?? []) as JsonObject[])];
  const containers = ["initContainers", "containers", "ephemeralContainers"].flatMap(
    (list) => (spec[list] ?? []) as JsonObject[],
  );
  const reads = (kind: "secret" | "configMap"): boolean =>
    sources.some((s) => s[kind] !== undefined) ||
    containers.some(
      (c) =>
        ((c["envFrom"] ?? []) as JsonObject[]).some((e) => e[`${kind}Ref`] !== undefined) ||
        ((c["env"] ?? []) as JsonObject[]).some((e) => e["valueFrom"]?.[`${kind}KeyRef`] !== undefined),
    );
  if (spec["serviceAccountName"]) return "a service account";
  if ((spec["imagePullSecrets"] ?? []).length > 0 || reads("secret")) return "secrets";
  if (reads("configMap")) return "configmaps";
  if (sources.some((s) => s["clusterTrustBundle"] !== undefined)) return "clustertrustbundles";
  return volumes.some((v) => v["persistentVolumeClaim"] !== undefined) ? "persistentvolumeclaims" : undefined;
}

function podStatus({ operation, object, old }: AdmissionRequest, node: string): string | undefined {
  if (operation !== "UPDATE") return `unexpected operation "${operation}"`;
  if (old?.spec?.nodeName !== node)
    return `node "${node}" can only update pod status for pods with spec.nodeName set to itself`;
  return deepEqual(old?.metadata.labels ?? {}, object?.metadata.labels ?? {})
    ? undefined
    : `node "${node}" cannot update labels through pod status`;
}

const claims: Rule = ({ operation, subresource, object, old }, node) => {
  if (subresource !== "status") return "may only update PVC status";
  if (operation !== "UPDATE") return `unexpected operation "${operation}"`;
  const [before, after] = [fixedPart(old!), fixedPart(object!)];
  if (deepEqual(before, after)) return undefined;
  const difference = goDiff("core.PersistentVolumeClaim", before, after);
  return `node "${node}" is not allowed to update fields other than status.capacity and status.conditions: ${difference}`;
};

function fixedPart(claim: KubeObject): KubeObject {
  const { resourceVersion, managedFields, ...metadata } = claim.metadata;
  const { capacity, conditions, allocatedResources, allocatedResourceStatuses, ...status } = claim.status ?? {};
  return { ...claim, metadata, status };
}

const nodes: Rule = ({ operation, name, object, old }, node) => {
  if (name !== node) return `node "${node}" is not allowed to modify node "${name}"`;
  const source = object?.spec?.configSource;
  if (operation === "CREATE") {
    if (source) return `node "${node}" is not allowed to create pods with a non-nil configSource`;
    const labels = forbiddenLabels(object?.metadata.labels, undefined);
    if (labels.length === 0) return undefined;
    return `node "${node}" is not allowed to set the following labels: ${labels.join(", ")}`;
  }
  if (operation !== "UPDATE") return undefined;
  if (source && !deepEqual(source, old?.spec?.configSource))
    return `node "${node}" is not allowed to update configSource to a new non-nil configSource`;
  if (!deepEqual(object?.spec?.taints ?? [], old?.spec?.taints ?? []))
    return `node "${node}" is not allowed to modify taints`;
  const labels = forbiddenLabels(object?.metadata.labels, old?.metadata.labels);
  return labels.length === 0 ? undefined : `is not allowed to modify labels: ${labels.join(", ")}`;
};

const leases: Rule = ({ namespace, name }, node) => {
  if (namespace !== "kube-node-lease") return 'can only access leases in the "kube-node-lease" system namespace';
  return name === node ? undefined : "can only access node lease with the same name as the requesting node";
};

const csiNodes: Rule = ({ name }, node) =>
  name === node ? undefined : "can only access CSINode with the same name as the requesting node";

const rules: Readonly<Record<string, Rule>> = {
  "/pods": pods,
  "/persistentvolumeclaims": claims,
  "/nodes": nodes,
  "coordination.k8s.io/leases": leases,
  "storage.k8s.io/csinodes": csiNodes,
};
