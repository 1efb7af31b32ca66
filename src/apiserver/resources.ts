import type { ResourceDefinition, SubresourceDefinition } from "../kinds/definition.ts";
import type { GroupVersionKind } from "../machinery/object.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { storeKey, storePrefix } from "../store/object-store.ts";
import type { CustomResources } from "./custom-resources.ts";

/** The resources that are served at this moment: the catalog's and those of CustomResourceDefinitions. */
export interface Resources {
  find(group: string, version: string, resource: string): Promise<ResourceDefinition | undefined>;
  forKind(gvk: GroupVersionKind): Promise<ResourceDefinition | undefined>;
  /** Built-in resources in the catalog's order, then custom ones by group. */
  all(): Promise<readonly ResourceDefinition[]>;
}

/** Where a resource's objects are stored: mostly under its own name. */
export function storageOf(definition: ResourceDefinition): { group: string; version: string; resource: string } {
  return definition.storage ?? definition;
}

/** The store's key of an object of `definition`. */
export function keyOf(definition: ResourceDefinition, namespace: string | undefined, name: string): string {
  const { group, resource } = storageOf(definition);
  return storeKey(group, resource, definition.namespaced ? namespace : undefined, name);
}

/** The store's prefix of all objects of `definition`, or of those in a namespace. */
export function prefixOf(definition: ResourceDefinition, namespace: string): string {
  const { group, resource } = storageOf(definition);
  return storePrefix(group, resource, definition.namespaced ? namespace : "");
}

/** The subresource of that name. */
export function subresourceOf(definition: ResourceDefinition, name: string): SubresourceDefinition | undefined {
  return definition.subresources?.find((s) => s.name === name);
}

const tableKey = (group: string, version: string, name: string): string => `${group}/${version}/${name}`;
const CRD_PREFIX = storePrefix("apiextensions.k8s.io", "customresourcedefinitions");

/** Looks in `catalog` first, then in the CustomResourceDefinitions of `store`; the code for those is loaded with the first of them. */
export function createResources(
  catalog: readonly ResourceDefinition[],
  store: ObjectStore,
  loadCustom: () => Promise<CustomResources>,
): Resources {
  const byResource = new Map<string, ResourceDefinition>();
  const byKind = new Map<string, ResourceDefinition>();
  for (const d of catalog) {
    byResource.set(tableKey(d.group, d.version, d.resource), d);
    byKind.set(tableKey(d.group, d.version, d.kind), d);
  }
  let loading: Promise<CustomResources> | undefined;
  const custom = async (): Promise<readonly ResourceDefinition[]> => {
    const crds = store.list(CRD_PREFIX);
    if (crds.length === 0) return [];
    loading ??= loadCustom();
    return (await loading).definitions(crds.map((s) => s.object));
  };
  return {
    async find(group, version, resource) {
      const built = byResource.get(tableKey(group, version, resource));
      if (built !== undefined || group === "") return built;
      return (await custom()).find((d) => d.group === group && d.version === version && d.resource === resource);
    },
    async forKind({ group, version, kind }) {
      const built = byKind.get(tableKey(group, version, kind));
      if (built !== undefined || group === "") return built;
      return (await custom()).find((d) => d.group === group && d.version === version && d.kind === kind);
    },
    async all() {
      return [...catalog, ...(await custom())];
    },
  };
}
