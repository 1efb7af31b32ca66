import type { ResourcePath } from "../../client/client.ts";
import type { ApiResource } from "../../client/rest-mapper.ts";
import { type JsonObject, parseApiVersion } from "../../machinery/object.ts";

/** One thing that a command works on: an object, a list, a Table, or just a name yet to be read. Mirrors cli-runtime's resource.Info. */
export interface Info {
  readonly resource: ApiResource;
  namespace: string;
  name: string;
  /** The file that it came from, "" for one of the server's. */
  readonly source: string;
  readonly subresource: string;
  /** What was read; undefined until something asks for it. Shared with the server: copy before changing. */
  object: JsonObject | undefined;
}

/** Where an info's collection lives. */
export function pathOf(info: Pick<Info, "resource" | "namespace">): ResourcePath {
  const { group, version, resource, namespaced } = info.resource;
  return { group, version, resource, ...(namespaced && info.namespace !== "" ? { namespace: info.namespace } : {}) };
}

/** "deployments.apps", "pods": a group-resource as kubectl's delete and errors print it. */
export function qualifiedResource(r: { readonly group: string; readonly resource: string }): string {
  return r.group === "" ? r.resource : `${r.resource}.${r.group}`;
}

/** "Deployment.apps", "Pod": a kind with its group, as schema.GroupKind prints itself. */
export function groupKind(r: { readonly group: string; readonly kind: string }): string {
  return r.group === "" ? r.kind : `${r.kind}.${r.group}`;
}

/** "deployment.apps", "pod": a lower-case kind with its group, as printed before a name. */
export function qualifiedKind(r: { readonly group: string; readonly kind: string }): string {
  const kind = r.kind.toLowerCase();
  return r.group === "" ? kind : `${kind}.${r.group}`;
}

/** "deployment.apps/web". Mirrors printers.NamePrinter's short output. */
export function nameOf(info: Pick<Info, "resource" | "name">): string {
  return `${qualifiedKind(info.resource)}/${info.name}`;
}

/** The name of an object of any kind: "pod/web", from its own apiVersion and kind; "pod/<unknown>" without a name. */
export function objectName(object: JsonObject): string {
  const { group } = parseApiVersion(String(object["apiVersion"] ?? ""));
  return `${qualifiedKind({ group, kind: String(object["kind"] ?? "") })}/${object["metadata"]?.name || "<unknown>"}`;
}

/** Whether an object is a list: it has items, whatever its kind. Mirrors meta.IsListType for unstructured objects. */
export function isList(object: JsonObject | undefined): boolean {
  return object !== undefined && Array.isArray(object["items"]);
}

/** The items of a list with the list's apiVersion and kind filled in where they lack them, as servers leave them out. */
export function listItems(list: JsonObject): JsonObject[] {
  const kind = String(list["kind"] ?? "").replace(/List$/, "");
  return (list["items"] as JsonObject[]).map((item) =>
    item["kind"] !== undefined || kind === "" ? item : { apiVersion: list["apiVersion"], kind, ...item },
  );
}

/** Whether an info was found by listing. */
export const isSelection = (info: Info): boolean => info.source === "" && info.object !== undefined;

/** Puts an info and its object into a namespace; "" takes them out of any. */
export function placeIn(info: Info, namespace: string): void {
  info.namespace = namespace;
  const metadata: JsonObject | undefined = info.object?.["metadata"];
  if (info.object === undefined || (metadata?.["namespace"] ?? "") === namespace) return;
  const { namespace: _, ...rest } = metadata ?? {};
  info.object = { ...info.object, metadata: namespace === "" ? rest : { ...rest, namespace } };
}
