import type { JsonObject, KubeObject } from "../../machinery/object.ts";
import type { ResourceDefinition, SubresourceDefinition, Verb } from "../definition.ts";

const ALL: readonly Verb[] = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
const STATUS: readonly Verb[] = ["get", "patch", "update"];

/** ".spec.replicas" → ["spec", "replicas"]. */
const pathOf = (text: string): string[] => text.split(".").filter((p) => p !== "");

/** v1 before v2beta1 before v1alpha2, newer ones first. Mirrors apimachinery/pkg/version CompareKubeAwareVersionStrings. */
export function compareVersions(a: string, b: string): number {
  const parse = (text: string): readonly [number, number, number] | undefined => {
    const match = /^v(\d{1,9})(?:(alpha|beta)(\d{1,9}))?$/.exec(text);
    if (match === null) return undefined;
    return [match[2] === undefined ? 2 : match[2] === "beta" ? 1 : 0, Number(match[1]), Number(match[3] ?? 0)];
  };
  const [left, right] = [parse(a), parse(b)];
  if (left === undefined || right === undefined)
    return left !== undefined ? -1 : right !== undefined ? 1 : a < b ? -1 : a > b ? 1 : 0;
  for (const i of [0, 1, 2] as const) if (left[i] !== right[i]) return right[i] - left[i];
  return 0;
}

const isTrue = (crd: KubeObject, type: string): boolean =>
  (crd.status?.conditions ?? []).some((c: JsonObject) => c.type === type && c.status === "True");

/**
 * The resources that a CustomResourceDefinition establishes, one a served version, preferred first; none before its
 * names are accepted. Mirrors apiextensions-apiserver/pkg/apiserver/customresource_handler.go.
 */
export function definitionsFromCrd(crd: KubeObject): readonly ResourceDefinition[] {
  if (!isTrue(crd, "Established")) return [];
  const served: JsonObject[] = (crd.spec.versions as JsonObject[]).filter((v) => v.served === true);
  served.sort((a, b) => compareVersions(a.name, b.name));
  return served.map((version) => definitionOf(crd, version));
}

function definitionOf(crd: KubeObject, version: JsonObject): ResourceDefinition {
  const { group, names, scope, versions } = crd.spec;
  const accepted = { ...names, ...crd.status?.acceptedNames };
  const stored: string = (versions as JsonObject[]).find((v) => v.storage === true)?.name ?? version.name;
  const schema: JsonObject = version.schema?.openAPIV3Schema ?? {};
  return {
    group,
    version: version.name,
    kind: accepted.kind,
    listKind: accepted.listKind ?? `${accepted.kind}List`,
    resource: accepted.plural,
    singular: accepted.singular ?? String(accepted.kind).toLowerCase(),
    namespaced: scope === "Namespaced",
    ...(accepted.shortNames?.length ? { shortNames: accepted.shortNames } : {}),
    ...(accepted.categories?.length ? { categories: accepted.categories } : {}),
    verbs: ALL,
    subresources: subresourcesOf(version, accepted.kind),
    schema,
    ...(stored === version.name ? {} : { storage: { group, version: stored, resource: accepted.plural } }),
    facets: {
      strategy: async () =>
        (await import("./strategy.ts")).customStrategy(schema, version.subresources?.status !== undefined, version),
      table: async () => (await import("./table.ts")).customTable(version.additionalPrinterColumns),
    },
  };
}

function subresourcesOf(version: JsonObject, kind: string): SubresourceDefinition[] {
  const { status, scale } = version.subresources ?? {};
  const list: SubresourceDefinition[] = [];
  if (status !== undefined) list.push({ name: "status", kind, verbs: STATUS });
  if (scale !== undefined)
    list.push({
      name: "scale",
      kind: "Scale",
      group: "autoscaling",
      version: "v1",
      verbs: STATUS,
      scalePaths: {
        specReplicas: pathOf(scale.specReplicasPath),
        statusReplicas: pathOf(scale.statusReplicasPath),
        ...(scale.labelSelectorPath ? { labelSelector: pathOf(scale.labelSelectorPath) } : {}),
      },
    });
  return list;
}

/** Reads definitions, and keeps what it made of one as long as that stays the same object. */
export function createCustomResources(): { definitions(crds: readonly KubeObject[]): readonly ResourceDefinition[] } {
  const known = new WeakMap<KubeObject, readonly ResourceDefinition[]>();
  return {
    definitions(crds) {
      const all = crds.flatMap((crd) => {
        const found = known.get(crd) ?? definitionsFromCrd(crd);
        known.set(crd, found);
        return found;
      });
      return all.sort((a, b) =>
        a.group < b.group ? -1 : a.group > b.group ? 1 : compareVersions(a.version, b.version),
      );
    },
  };
}
