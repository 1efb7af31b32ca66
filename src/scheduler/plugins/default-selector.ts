import type { Lister } from "../../client/lister.ts";
import type { Pod } from "../../kinds/types/core_v1.ts";
import type { LabelSelector } from "../../kinds/types/meta_v1.ts";
import type { KubeObject } from "../../machinery/object.ts";

const owners: Readonly<Record<string, { readonly group: string; readonly resource: string }>> = {
  ReplicationController: { group: "", resource: "replicationcontrollers" },
  ReplicaSet: { group: "apps", resource: "replicasets" },
  StatefulSet: { group: "apps", resource: "statefulsets" },
};

/** What picks a pod's siblings: the selectors of its services and of its controller, together; undefined where it has none. Mirrors plugins/helper/spread.go DefaultSelector. */
export function defaultSelector(pod: Pod, lister: Lister): LabelSelector | undefined {
  const { namespace, labels = {} } = pod.metadata;
  const matchLabels: Record<string, string> = {};
  const expressions: NonNullable<LabelSelector["matchExpressions"]> = [];
  for (const service of lister.list<KubeObject>("", "services", namespace)) {
    const entries = Object.entries<string>(service.spec?.selector ?? {});
    if (entries.length > 0 && entries.every(([key, value]) => labels[key] === value))
      Object.assign(matchLabels, service.spec.selector);
  }
  const owner = pod.metadata.ownerReferences?.find((r) => r.controller);
  const kind = owner && Object.hasOwn(owners, owner.kind) ? owners[owner.kind] : undefined;
  if (owner && kind) {
    const found = lister.get<KubeObject>(kind.group, kind.resource, namespace, owner.name);
    const selector = kind.group === "" ? { matchLabels: found?.spec?.selector } : (found?.spec?.selector ?? {});
    Object.assign(matchLabels, selector.matchLabels ?? {});
    expressions.push(...(selector.matchExpressions ?? []));
  }
  if (Object.keys(matchLabels).length === 0 && expressions.length === 0) return undefined;
  return { matchLabels, ...(expressions.length === 0 ? {} : { matchExpressions: expressions }) };
}
