import type { Client, ListOptions, ResourcePath } from "../../client/client.ts";
import type { DescribeContext } from "../../kinds/definition.ts";
import type { KubeObject } from "../../machinery/object.ts";
import { formatFieldTerms } from "../../machinery/selectors/field.ts";
import { isNotFound } from "../../machinery/status-error.ts";
import type { Session } from "../session.ts";
import type { DescribeSettings } from "./describe-object.ts";

function pathOf(group: string, version: string, resource: string, namespace: string | undefined): ResourcePath {
  return { group, version, resource, ...(namespace === undefined || namespace === "" ? {} : { namespace }) };
}

/** A whole list, `limit` objects a request. Mirrors resource.FollowContinue. */
async function listAll(client: Client, path: ResourcePath, options: ListOptions): Promise<KubeObject[]> {
  const all: KubeObject[] = [];
  let next = "";
  do {
    const { items, metadata } = await client.list<KubeObject>(path, { ...options, continue: next });
    for (const item of items) all.push(item);
    next = metadata?.["continue"] ?? "";
  } while (next !== "");
  return all;
}

/** What a describer may ask of the cluster, through the session's client. */
export async function describeContext(session: Session, settings: DescribeSettings): Promise<DescribeContext> {
  const client = await session.client();
  const limit = settings.chunkSize;
  return {
    now: session.clusterNow(),
    showEvents: settings.showEvents,
    chunkSize: limit,
    get: async (group, version, resource, namespace, name) => {
      try {
        return await client.get<KubeObject>(pathOf(group, version, resource, namespace), name);
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
    list: (group, version, resource, namespace, options = {}) =>
      listAll(client, pathOf(group, version, resource, namespace), { ...options, limit }),
    events: (object, about = {}) => {
      const { name = "", namespace = "" } = object.metadata;
      const { kind = object.kind, uid = object.metadata.uid ?? "" } = about;
      const terms = Object.entries({
        "involvedObject.kind": kind,
        "involvedObject.uid": uid,
      }).filter(([, value]) => value !== "");
      const fieldSelector = formatFieldTerms(
        [["involvedObject.name", name], ["involvedObject.namespace", namespace], ...terms].map(([field, value]) => ({
          field: field!,
          operator: "=" as const,
          value: value!,
        })),
      );
      return listAll(client, pathOf("", "v1", "events", namespace), { fieldSelector, limit });
    },
  };
}
