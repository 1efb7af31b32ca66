import type { Client } from "../../../client/client.ts";
import { deepCopy, type JsonObject, type KubeObject } from "../../../machinery/object.ts";
import type { Info } from "../../resources/info.ts";
import { workloadOf } from "../../resources/workload.ts";

/** One revision of a workload: the pod template it had, and why it came. */
export interface Revision {
  readonly number: number;
  readonly changeCause: string;
  /** The pod template, as an object of the workload's kind would have it. */
  readonly template: JsonObject;
  /** The ReplicaSet or ControllerRevision that holds it. */
  readonly holder: KubeObject;
}

const REVISION = "deployment.kubernetes.io/revision";
const CHANGE_CAUSE = "kubernetes.io/change-cause";

const isOwnedBy = (object: KubeObject, uid: string): boolean =>
  (object.metadata.ownerReferences ?? []).some((r) => r.controller === true && r.uid === uid);

async function replicaSetRevisions(client: Client, info: Info, selector: string): Promise<Revision[]> {
  const { items } = await client.list<KubeObject>(
    { group: "apps", version: "v1", resource: "replicasets", namespace: info.namespace },
    { labelSelector: selector },
  );
  return items
    .filter((rs) => isOwnedBy(rs, info.object!["metadata"].uid))
    .map((rs) => ({
      number: Number(rs.metadata.annotations?.[REVISION] ?? 0),
      changeCause: rs.metadata.annotations?.[CHANGE_CAUSE] ?? "",
      template: rs["spec"].template,
      holder: rs,
    }))
    .filter((r) => r.number > 0);
}

async function controllerRevisions(client: Client, info: Info, selector: string): Promise<Revision[]> {
  const { items } = await client.list<KubeObject>(
    { group: "apps", version: "v1", resource: "controllerrevisions", namespace: info.namespace },
    { labelSelector: selector },
  );
  return items
    .filter((cr) => isOwnedBy(cr, info.object!["metadata"].uid))
    .map((cr) => ({
      number: Number(cr["revision"]),
      changeCause: cr.metadata.annotations?.[CHANGE_CAUSE] ?? "",
      template: withoutPatchMarkers(cr["data"]?.spec?.template ?? {}),
      holder: cr,
    }));
}

function withoutPatchMarkers(template: JsonObject): JsonObject {
  const copy = deepCopy(template);
  delete copy["$patch"];
  return copy;
}

/** The revisions of a workload, oldest first; undefined for kinds that keep none. Mirrors polymorphichelpers' history viewers. */
export async function revisionsOf(client: Client, info: Info): Promise<Revision[] | undefined> {
  const facet = await workloadOf(info.resource);
  if (facet?.history === undefined) return undefined;
  const selector = facet.podSelector?.(info.object) ?? "";
  const revisions = await (facet.history === "replicasets"
    ? replicaSetRevisions(client, info, selector)
    : controllerRevisions(client, info, selector));
  return revisions.sort((a, b) => a.number - b.number);
}
