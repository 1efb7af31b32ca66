import { idOf, type Resource, type ResourceId } from "./resource.ts";

const FIRST =
  "Namespace ResourceQuota StorageClass CustomResourceDefinition ServiceAccount PodSecurityPolicy Role ClusterRole RoleBinding ClusterRoleBinding ConfigMap Secret Endpoints Service LimitRange PriorityClass PersistentVolume PersistentVolumeClaim Deployment StatefulSet CronJob PodDisruptionBudget".split(
    " ",
  );
const LAST = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/** Which kinds come first and last. */
export interface KindOrder {
  readonly first: readonly string[];
  readonly last: readonly string[];
}

/** kustomize's own. */
export const defaultOrder: KindOrder = { first: FIRST, last: LAST };

function rank(kind: string, { first, last }: KindOrder): number {
  const early = first.indexOf(kind);
  if (early >= 0) return early - first.length;
  return last.indexOf(kind) + 1;
}

const keyOf = (id: ResourceId): string =>
  [id.group || "~G", id.version || "~V", id.kind, id.namespace || "~X", id.name].join("\u0000");

/** The resources in the order in which they can be created. Mirrors kustomize's legacy sort order. */
export function sorted(resources: readonly Resource[], order: KindOrder): Resource[] {
  return resources
    .map((resource) => ({ resource, id: idOf(resource.object) }))
    .sort((a, b) => {
      const byRank = rank(a.id.kind, order) - rank(b.id.kind, order);
      if (byRank !== 0) return byRank;
      const [left, right] = [keyOf(a.id), keyOf(b.id)];
      return left < right ? -1 : left > right ? 1 : 0;
    })
    .map(({ resource }) => resource);
}
