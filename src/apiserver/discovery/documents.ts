import type { ResourceDefinition, SubresourceDefinition } from "../../kinds/definition.ts";
import { apiVersionOf, type JsonObject } from "../../machinery/object.ts";

/** The versions of one group, preferred first, each with its resources. */
export interface DiscoveredGroup {
  readonly name: string;
  readonly versions: readonly { readonly version: string; readonly resources: readonly ResourceDefinition[] }[];
}

/** Sorts definitions by group and version, in the order in which each first appears. */
export function groupsOf(definitions: readonly ResourceDefinition[]): readonly DiscoveredGroup[] {
  const groups = new Map<string, Map<string, ResourceDefinition[]>>();
  for (const d of definitions) {
    const versions = groups.get(d.group) ?? new Map<string, ResourceDefinition[]>();
    groups.set(d.group, versions);
    const resources = versions.get(d.version);
    if (resources === undefined) versions.set(d.version, [d]);
    else resources.push(d);
  }
  return [...groups].map(([name, versions]) => ({
    name,
    versions: [...versions].map(([version, resources]) => ({ version, resources })),
  }));
}

/** metav1.APIVersions: the answer to GET /api. */
export function apiVersions(serverAddress: string): JsonObject {
  return {
    kind: "APIVersions",
    versions: ["v1"],
    serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress }],
  };
}

/** metav1.APIGroup; within a list it goes without kind and apiVersion. */
export function apiGroup(group: DiscoveredGroup): JsonObject {
  const versions = group.versions.map(({ version }) => ({
    groupVersion: apiVersionOf({ group: group.name, version }),
    version,
  }));
  return { name: group.name, versions, preferredVersion: versions[0] };
}

/** metav1.APIGroupList: the answer to GET /apis. */
export function apiGroupList(groups: readonly DiscoveredGroup[]): JsonObject {
  return { kind: "APIGroupList", apiVersion: "v1", groups: groups.filter((g) => g.name !== "").map(apiGroup) };
}

/** metav1.APIResourceList: the answer to GET /apis/GROUP/VERSION. */
export function apiResourceList(
  group: string,
  version: string,
  definitions: readonly ResourceDefinition[],
): JsonObject {
  return {
    kind: "APIResourceList",
    ...(group === "" ? {} : { apiVersion: "v1" }),
    groupVersion: apiVersionOf({ group, version }),
    resources: definitions.flatMap((d) => [
      legacyResource(d),
      ...(d.subresources ?? []).map((s) => legacySubresource(d, s)),
    ]),
  };
}

function legacyResource(d: ResourceDefinition): JsonObject {
  return {
    name: d.resource,
    singularName: d.singular,
    namespaced: d.namespaced,
    kind: d.kind,
    verbs: d.verbs,
    ...(d.shortNames?.length ? { shortNames: d.shortNames } : {}),
    ...(d.categories?.length ? { categories: d.categories } : {}),
    ...(d.verbs.includes("list") ? { storageVersionHash: storageVersionHash(d) } : {}),
  };
}

function legacySubresource(d: ResourceDefinition, s: SubresourceDefinition): JsonObject {
  const foreign = s.group !== undefined && s.group !== d.group;
  return {
    name: `${d.resource}/${s.name}`,
    singularName: "",
    namespaced: d.namespaced,
    ...(foreign ? { group: s.group, version: s.version } : {}),
    kind: s.kind,
    verbs: s.verbs,
  };
}

/** Eight bytes that stand for group, version and kind of what is stored, in base64. Only its stability matters. */
function storageVersionHash(d: ResourceDefinition): string {
  const text = `${d.storage?.group ?? d.group}/${d.storage?.version ?? d.version}/${d.kind}`;
  let a = 0x811c9dc5;
  let b = 0x01000193;
  for (let i = 0; i < text.length; i++) {
    a = Math.imul(a ^ text.charCodeAt(i), 0x01000193);
    b = Math.imul(b + text.charCodeAt(i), 0x85ebca6b);
  }
  const bytes = Buffer.alloc(8);
  bytes.writeInt32BE(a | 0, 0);
  bytes.writeInt32BE(b | 0, 4);
  return bytes.toString("base64");
}

/** apidiscovery.k8s.io/v2 APIGroupDiscoveryList: all groups in one document, as aggregated discovery has it. */
export function groupDiscoveryList(groups: readonly DiscoveredGroup[], version: string): JsonObject {
  return {
    kind: "APIGroupDiscoveryList",
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map((group) => ({
      metadata: { ...(group.name === "" ? {} : { name: group.name }), creationTimestamp: null },
      versions: group.versions.map((v) => ({
        version: v.version,
        resources: v.resources.map(discoveredResource),
        freshness: "Current",
      })),
    })),
  };
}

function discoveredResource(d: ResourceDefinition): JsonObject {
  return {
    resource: d.resource,
    responseKind: { group: d.group, version: d.version, kind: d.kind },
    scope: d.namespaced ? "Namespaced" : "Cluster",
    singularResource: d.singular,
    verbs: d.verbs,
    ...(d.shortNames?.length ? { shortNames: d.shortNames } : {}),
    ...(d.categories?.length ? { categories: d.categories } : {}),
    ...(d.subresources?.length ? { subresources: d.subresources.map((s) => discoveredSubresource(d, s)) } : {}),
  };
}

function discoveredSubresource(d: ResourceDefinition, s: SubresourceDefinition): JsonObject {
  return {
    subresource: s.name,
    responseKind: { group: s.group ?? d.group, version: s.version ?? d.version, kind: s.kind },
    verbs: s.verbs,
  };
}
