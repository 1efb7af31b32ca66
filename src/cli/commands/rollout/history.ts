import type { Client } from "../../../client/client.ts";
import { deepCopy, type JsonObject, type KubeObject } from "../../../machinery/object.ts";
import { mergePatch } from "../../../machinery/patch/merge.ts";
import type { Info } from "../../resources/info.ts";
import { workloadOf } from "../../resources/workload.ts";

/** One revision of a workload: the pod template it had, and why it came. */
export interface Revision {
  readonly number: number;
  readonly changeCause: string;
  readonly template: JsonObject;
  /** The ReplicaSet or ControllerRevision that holds it. */
  readonly holder: KubeObject;
  /** What `history -o yaml` prints: the ReplicaSet, or the workload as it was. */
  readonly object: JsonObject;
}

export const REVISION = "deployment.kubernetes.io/revision";
export const CHANGE_CAUSE = "kubernetes.io/change-cause";

const isOwnedBy = (object: KubeObject, uid: string): boolean =>
  (object.metadata.ownerReferences ?? []).some((r) => r.controller === true && r.uid === uid);

function revisionOfReplicaSet(rs: KubeObject): Revision {
  const changeCause = rs.metadata.annotations?.[CHANGE_CAUSE] ?? "";
  const template = deepCopy(rs["spec"].template) as JsonObject;
  // kubectl shows the cause with the template.
  if (changeCause !== "")
    template["metadata"] = {
      ...template["metadata"],
      annotations: { ...template["metadata"]?.annotations, [CHANGE_CAUSE]: changeCause },
    };
  return { number: Number(rs.metadata.annotations?.[REVISION] ?? 0), changeCause, template, holder: rs, object: rs };
}

function revisionOfController(info: Info, holder: KubeObject): Revision {
  const patch = deepCopy(holder["data"] ?? {}) as JsonObject;
  const template = patch["spec"]?.template ?? {};
  delete template["$patch"];
  const { managedFields: _, ...metadata } = info.object!["metadata"];
  const bare = { ...info.object!, metadata, spec: { ...info.object!["spec"], template: undefined } };
  return {
    number: Number(holder["revision"]),
    changeCause: holder.metadata.annotations?.[CHANGE_CAUSE] ?? "",
    template,
    holder,
    object: mergePatch(bare, patch) as JsonObject,
  };
}

/** The revisions of a workload, oldest first; undefined for kinds that keep none. Mirrors polymorphichelpers' history viewers. */
export async function revisionsOf(client: Client, info: Info): Promise<Revision[] | undefined> {
  const facet = await workloadOf(info.resource);
  if (facet?.history === undefined) return undefined;
  const labelSelector = facet.podSelector?.(info.object) ?? "";
  const resource = facet.history === "replicasets" ? "replicasets" : "controllerrevisions";
  const path = { group: "apps", version: "v1", resource, namespace: info.namespace };
  const { items } = await client.list<KubeObject>(path, { labelSelector });
  const own = items
    .filter((item) => isOwnedBy(item, info.object!["metadata"].uid))
    .map((item) => ({
      ...item,
      apiVersion: "apps/v1",
      kind: resource === "replicasets" ? "ReplicaSet" : "ControllerRevision",
    }));
  return own
    .map((item) => (resource === "replicasets" ? revisionOfReplicaSet(item) : revisionOfController(info, item)))
    .filter((r) => r.number > 0)
    .sort((a, b) => a.number - b.number);
}
