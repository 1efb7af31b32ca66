import type { JsonObject } from "../../machinery/object.ts";
import { isFor, visitField } from "./field-paths.ts";
import { type NameReference, nameReferences } from "./name-reference-fields.ts";
import { idOf, idsOf, type Resource, sameNamespace } from "./resource.ts";
import { isNamespaced } from "./scope.ts";

/** Whether the map that holds a name says that it is another kind's. */
function namesOther(holder: JsonObject, reference: NameReference): boolean {
  const kind = holder["kind"];
  return typeof kind === "string" && kind !== reference.kind;
}

/** The namespace that a name is looked up in: a subject's own, or that of the object that has the name. */
function namespaceOf(referrer: Resource, holder: JsonObject): { before: string[]; own: boolean } {
  if (typeof holder["namespace"] === "string") return { before: [holder["namespace"]], own: true };
  return { before: idsOf(referrer).map((id) => id.namespace), own: false };
}

function candidatesFor(
  resources: readonly Resource[],
  reference: NameReference,
  name: string,
  namespaces: readonly string[],
): Resource[] {
  return resources.filter((r) => {
    const id = idOf(r.object);
    if (id.kind !== reference.kind || (reference.group !== undefined && id.group !== reference.group)) return false;
    return idsOf(r).some(
      (p) => p.name === name && (!isNamespaced(id) || namespaces.some((n) => sameNamespace(n, p.namespace))),
    );
  });
}

/** The one that is meant: the only candidate, or the one that is still called so. */
function meant(candidates: readonly Resource[], name: string): Resource | undefined {
  if (candidates.length <= 1) return candidates[0];
  return (
    candidates.find((c) => c.object["metadata"].name === name) ?? candidates.find((c) => c.previous[0]!.name === name)
  );
}

function fixHolder(
  resources: readonly Resource[],
  referrer: Resource,
  reference: NameReference,
  holder: JsonObject,
  field: string,
): void {
  if (namesOther(holder, reference)) return;
  const { before, own } = namespaceOf(referrer, holder);
  const renamed = (name: unknown): unknown => {
    if (typeof name !== "string") return name;
    const found = meant(candidatesFor(resources, reference, name, before), name);
    if (found === undefined) return name;
    const id = idOf(found.object);
    if (own && id.namespace !== "") holder["namespace"] = id.namespace;
    return id.name;
  };
  const value = holder[field];
  holder[field] = Array.isArray(value) ? value.map(renamed) : renamed(value);
}

/** Makes every field that names another object follow that object's new name. Mirrors kustomize's accumulator.FixBackReferences. */
export function fixNameReferences(resources: readonly Resource[], extra: readonly NameReference[]): void {
  for (const reference of [...nameReferences, ...extra])
    for (const referrer of resources) {
      const id = idOf(referrer.object);
      for (const field of reference.fields)
        if (isFor(field, id))
          visitField(referrer.object, field.path, false, (holder, name) =>
            fixHolder(resources, referrer, reference, holder, name),
          );
    }
}
