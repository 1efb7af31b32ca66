import type { ApiResource } from "../../client/rest-mapper.ts";
import type { DescribeContext } from "../../kinds/definition.ts";
import type { JsonObject, KubeObject } from "../../machinery/object.ts";
import { isNotFound } from "../../machinery/status-error.ts";
import type { Session } from "../session.ts";
import { createDescribeWriter } from "./writer.ts";

/** What the flags of describe say. */
export interface DescribeSettings {
  readonly showEvents: boolean;
  readonly chunkSize: number;
}

const EVENTS = { group: "", version: "v1", resource: "events" } as const;

async function eventsOf(session: Session, object: KubeObject): Promise<KubeObject[] | undefined> {
  const client = await session.client();
  const { name = "", namespace = "", uid = "" } = object.metadata;
  const search = async (byUid: string): Promise<KubeObject[]> => {
    const fieldSelector = `involvedObject.name=${name},involvedObject.namespace=${namespace},involvedObject.kind=${object.kind},involvedObject.uid=${byUid}`;
    const { items } = await client.list<KubeObject>(
      { ...EVENTS, ...(namespace === "" ? {} : { namespace }) },
      { fieldSelector },
    );
    return items;
  };
  try {
    // A kubelet names a node by its name where a uid belongs.
    return object.kind === "Node" ? [...(await search(uid)), ...(await search(name))] : await search(uid);
  } catch {
    return undefined;
  }
}

/** What a describer may ask of the cluster, through the session's client. */
export async function describeContext(session: Session, settings: DescribeSettings): Promise<DescribeContext> {
  const client = await session.client();
  const pathOf = (group: string, version: string, resource: string, namespace: string | undefined) => ({
    group,
    version,
    resource,
    ...(namespace === undefined || namespace === "" ? {} : { namespace }),
  });
  return {
    now: session.now(),
    showEvents: settings.showEvents,
    chunkSize: settings.chunkSize,
    get: async (group, version, resource, namespace, name) => {
      try {
        return await client.get<KubeObject>(pathOf(group, version, resource, namespace), name);
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
    list: async (group, version, resource, namespace, options = {}) =>
      (await client.list<KubeObject>(pathOf(group, version, resource, namespace), options)).items,
    events: async (object) => (settings.showEvents ? eventsOf(session, object) : undefined),
  };
}

/** The description of one object: its kind's own, or the generic one. */
export async function describeObject(
  session: Session,
  resource: ApiResource,
  object: KubeObject,
  settings: DescribeSettings,
): Promise<string> {
  const { catalog } = await import("../../kinds/catalog.ts");
  const facet = await catalog.find((d) => d.kind === resource.kind && d.group === resource.group)?.facets.describe?.();
  const out = createDescribeWriter();
  const context = await describeContext(session, settings);
  const typed = { ...object, apiVersion: object.apiVersion ?? "", kind: resource.kind } as KubeObject;
  if (facet !== undefined) await facet.describe(typed, context, out);
  else {
    const { describeGeneric } = await import("./generic.ts");
    await describeGeneric(object as JsonObject, context, out);
  }
  return out.text();
}
