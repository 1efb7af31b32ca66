import type { Verb } from "../kinds/definition.ts";
import type { GroupVersionKind, JsonObject } from "../machinery/object.ts";
import { unauthorized } from "../machinery/status-error.ts";
import { checkResponse } from "./create-client.ts";
import type { ApiResource, RestMapper } from "./rest-mapper.ts";
import type { Transport } from "./transport.ts";

const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";

/** Reads what the server offers (aggregated discovery, or the older documents where a server lacks it) and makes a mapper of it, see {@link createMapper}. */
export async function discover(transport: Transport, warn?: (text: string) => void): Promise<RestMapper> {
  const read = async (path: string): Promise<JsonObject> => {
    const response = await transport.request({ method: "GET", path, headers: { accept: AGGREGATED } });
    // A discovery client does not read the Status of a refusal, so it has words of its own.
    if ("code" in response && response.code === 401)
      throw unauthorized("the server has asked for the client to provide credentials");
    checkResponse(response);
    if (response.kind !== "object") throw new Error(`the server answered ${path} with something else than an object`);
    return response.body;
  };
  const [core, groups] = [await read("/api"), await read("/apis")];
  const resources =
    core["kind"] === "APIGroupDiscoveryList"
      ? [core, groups].flatMap((list) => (list["items"] ?? []).flatMap(groupResources))
      : await legacyResources(core, groups, read);
  return createMapper(resources, warn);
}

function groupResources(group: JsonObject): ApiResource[] {
  return (group["versions"] ?? []).flatMap((version: JsonObject) =>
    (version["resources"] ?? []).map((r: JsonObject) =>
      aggregatedResource(group["metadata"]?.name ?? "", version["version"], r),
    ),
  );
}

function aggregatedResource(group: string, version: string, r: JsonObject): ApiResource {
  return {
    group,
    version,
    kind: r["responseKind"]?.kind ?? "",
    resource: r["resource"],
    // A server that names no singular means the kind. Mirrors client-go restmapper/discovery.go NewDiscoveryRESTMapper.
    singular: r["singularResource"] || String(r["responseKind"]?.kind ?? "").toLowerCase(),
    namespaced: r["scope"] === "Namespaced",
    shortNames: r["shortNames"] ?? [],
    categories: r["categories"] ?? [],
    verbs: r["verbs"] as Verb[],
    subresources: (r["subresources"] ?? []).map((s: JsonObject) => ({
      name: s["subresource"],
      kind: s["responseKind"]?.kind ?? "",
      verbs: s["verbs"] ?? [],
    })),
  };
}

/** The documents of servers without aggregated discovery: one request a group version. */
async function legacyResources(
  core: JsonObject,
  groups: JsonObject,
  read: (path: string) => Promise<JsonObject>,
): Promise<ApiResource[]> {
  const paths: { group: string; version: string; path: string }[] = [
    ...(core["versions"] ?? []).map((version: string) => ({ group: "", version, path: `/api/${version}` })),
    ...(groups["groups"] ?? []).flatMap((g: JsonObject) =>
      g["versions"].map((v: JsonObject) => ({
        group: g["name"],
        version: v["version"],
        path: `/apis/${v["groupVersion"]}`,
      })),
    ),
  ];
  const all: ApiResource[] = [];
  for (const { group, version, path } of paths) {
    const list: JsonObject[] = (await read(path))["resources"] ?? [];
    for (const r of list.filter((x) => !x["name"].includes("/")))
      all.push({
        group,
        version,
        kind: r["kind"],
        resource: r["name"],
        singular: r["singularName"] || String(r["kind"]).toLowerCase(),
        namespaced: r["namespaced"] === true,
        shortNames: r["shortNames"] ?? [],
        categories: r["categories"] ?? [],
        verbs: r["verbs"] ?? [],
        subresources: list
          .filter((s) => s["name"].startsWith(`${r["name"]}/`))
          .map((s) => ({ name: s["name"].slice(r["name"].length + 1), kind: s["kind"], verbs: s["verbs"] ?? [] })),
      });
  }
  return all;
}

/** kubectl's mapper over a list of resources: short names, singulars, kinds, RESOURCE.VERSION.GROUP and RESOURCE.GROUP. `warn` is told, once each, of what else a short name may mean. Mirrors client-go restmapper/shortcut.go. */
export function createMapper(resources: readonly ApiResource[], warn: (text: string) => void = () => {}): RestMapper {
  const warned = new Set<string>();
  const byShortName = (typed: string, among: readonly ApiResource[]): ApiResource | undefined => {
    const [first, ...others] = among.filter((r) => r.shortNames.includes(typed));
    for (const other of others) {
      if (other.group === first?.group && other.resource === first.resource) continue;
      const meant = other.group === "" ? other.resource : `${other.resource}.${other.group}`;
      const text = `short name ${JSON.stringify(typed)} could also match lower priority resource ${meant}`;
      if (!warned.has(text)) warn(text);
      warned.add(text);
    }
    return first;
  };
  const byWord = (typed: string, among: readonly ApiResource[]): ApiResource | undefined => {
    const word = typed.toLowerCase();
    return (
      among.find((r) => r.resource === word || r.singular === word) ??
      // A shortcut counts as it is written only; a kind, where nothing else fits.
      byShortName(typed, among) ??
      among.find((r) => r.kind === typed)
    );
  };
  return {
    resources,
    resourceFor: (name) => {
      const [word = "", ...rest] = name.split(".");
      if (rest.length === 0) return byWord(word, resources);
      // RESOURCE.VERSION.GROUP has two dots at least: "pods.v1." is of the core group, "pods.v1" of a group "v1".
      const [version, ...group] = rest;
      const versioned =
        group.length === 0 ? [] : resources.filter((r) => r.version === version && r.group === group.join("."));
      const grouped = resources.filter((r) => r.group === rest.join("."));
      const prefixed = resources.filter((r) => r.group.startsWith(rest.join(".")));
      return byWord(word, versioned) ?? byWord(word, grouped) ?? byWord(word, prefixed);
    },
    category: (name) => {
      const seen = new Set<string>();
      return resources.filter((r) => {
        const key = `${r.group}/${r.resource}`;
        if (!r.categories.includes(name) || seen.has(key)) return false;
        seen.add(key);
        return true;
      });
    },
    // A discovery mapper knows each kind in lower case too.
    kindFor: (gvk: GroupVersionKind) =>
      resources.find(
        (r) =>
          (r.kind === gvk.kind || r.kind.toLowerCase() === gvk.kind) &&
          r.group === gvk.group &&
          (gvk.version === "" || r.version === gvk.version),
      ),
  };
}
