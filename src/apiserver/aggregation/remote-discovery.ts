import type { APIService } from "../../kinds/types/apiregistration_v1.ts";
import { apiVersionOf, type JsonObject } from "../../machinery/object.ts";
import type { RequestContext } from "../context.ts";
import { remoteApis } from "./remote-apis.ts";
import { serveRemote } from "./serve-remote.ts";

/** The group versions that services of the cluster serve, by group. */
function byGroup(apis: readonly APIService[]): Map<string, APIService[]> {
  const groups = new Map<string, APIService[]>();
  for (const api of apis) groups.set(api.spec!.group ?? "", [...(groups.get(api.spec!.group ?? "") ?? []), api]);
  return groups;
}

const versionOf = (api: APIService): string => api.spec?.version ?? "";

/** metav1.APIGroup of each group that services serve, whether they answer or not. Mirrors kube-aggregator handler_apis.go convertToDiscoveryAPIGroup. */
export function remoteGroups(ctx: RequestContext): JsonObject[] {
  return [...byGroup(remoteApis(ctx.server.store))].map(([name, apis]) => {
    const versions = apis.map((api) => ({
      groupVersion: apiVersionOf({ group: name, version: versionOf(api) }),
      version: versionOf(api),
    }));
    return { name, versions, preferredVersion: versions[0] };
  });
}

/** The same for aggregated discovery: a version that does not answer is there without resources, "Stale". Mirrors kube-aggregator handler_discovery.go. */
export async function remoteGroupDiscovery(ctx: RequestContext): Promise<JsonObject[]> {
  const groups: JsonObject[] = [];
  for (const [name, apis] of byGroup(remoteApis(ctx.server.store))) {
    const versions: JsonObject[] = [];
    for (const api of apis) versions.push(await discoveredVersion(ctx, api));
    groups.push({ metadata: { name, creationTimestamp: null }, versions });
  }
  return groups;
}

async function discoveredVersion(ctx: RequestContext, api: APIService): Promise<JsonObject> {
  const version = versionOf(api);
  const gv = { group: api.spec?.group ?? "", version };
  const asked = { ...ctx, request: { ...ctx.request, method: "GET" as const, query: {}, body: undefined } };
  const answer = await serveRemote(asked, api, `/apis/${apiVersionOf(gv)}`);
  if (answer.kind !== "object" || answer.code !== 200) return { version, freshness: "Stale" };
  return { version, resources: discoveredResources(answer.body["resources"] ?? [], gv), freshness: "Current" };
}

function discoveredResources(list: readonly JsonObject[], gv: { group: string; version: string }): JsonObject[] {
  const kindOf = (r: JsonObject) => ({
    group: r["group"] || gv.group,
    version: r["version"] || gv.version,
    kind: r["kind"],
  });
  return list
    .filter((r) => !String(r["name"]).includes("/"))
    .map((r) => {
      const subresources = list
        .filter((s) => String(s["name"]).startsWith(`${r["name"]}/`))
        .map((s) => ({
          subresource: String(s["name"]).slice(String(r["name"]).length + 1),
          responseKind: kindOf(s),
          verbs: s["verbs"] ?? [],
        }));
      return {
        resource: r["name"],
        responseKind: kindOf(r),
        scope: r["namespaced"] === true ? "Namespaced" : "Cluster",
        singularResource: r["singularName"] ?? "",
        verbs: r["verbs"] ?? [],
        ...(r["shortNames"]?.length ? { shortNames: r["shortNames"] } : {}),
        ...(r["categories"]?.length ? { categories: r["categories"] } : {}),
        ...(subresources.length ? { subresources } : {}),
      };
    });
}
