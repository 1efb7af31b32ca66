import type { Lister } from "../../client/lister.ts";
import { catalog } from "../../kinds/catalog.ts";
import type { CustomResourceDefinition } from "../../kinds/types/apiextensions_v1.ts";
import { apiVersionOf, type GroupVersionResource } from "../../machinery/object.ts";

/** A resource as far as a controller of everything must know it. */
export interface KnownResource extends GroupVersionResource {
  readonly kind: string;
  readonly namespaced: boolean;
  /** Whether objects of it can be listed and deleted. */
  readonly deletable: boolean;
}

const builtIn: readonly KnownResource[] = catalog
  .filter((row) => row.storage === undefined && row.verbs.includes("list") && row.verbs.includes("get"))
  .map(({ group, version, resource, kind, namespaced, verbs }) => ({
    group,
    version,
    resource,
    kind,
    namespaced,
    deletable: verbs.includes("delete"),
  }));

const aliases = new Map(
  catalog.flatMap((row) =>
    row.storage === undefined ? [] : [[`${apiVersionOf(row)} ${row.kind}`, row.storage] as const],
  ),
);

/** Every resource there is, custom ones after the built-in ones; each once, in its storage version. */
export function knownResources(lister: Lister): readonly KnownResource[] {
  const definitions = lister.list<CustomResourceDefinition>("apiextensions.k8s.io", "customresourcedefinitions");
  return definitions.length === 0 ? builtIn : [...builtIn, ...definitions.flatMap(ofDefinition)];
}

function ofDefinition({ spec }: CustomResourceDefinition): KnownResource[] {
  const version = spec.versions.find((v) => v.storage)?.name ?? spec.versions[0]?.name;
  if (version === undefined) return [];
  const { plural, kind } = spec.names;
  return [
    { group: spec.group, version, resource: plural, kind, namespaced: spec.scope === "Namespaced", deletable: true },
  ];
}

/** The resource of an apiVersion and kind; any served version of a custom one. */
export function resourceOfKind(lister: Lister, apiVersion: string, kind: string): KnownResource | undefined {
  const alias = aliases.get(`${apiVersion} ${kind}`);
  if (alias !== undefined)
    return builtIn.find((r) => r.group === alias.group && r.resource === alias.resource && r.version === alias.version);
  const slash = apiVersion.indexOf("/");
  const group = slash < 0 ? "" : apiVersion.slice(0, slash);
  return knownResources(lister).find((r) => r.kind === kind && r.group === group);
}
