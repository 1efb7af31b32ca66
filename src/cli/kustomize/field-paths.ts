import type { JsonObject } from "../../machinery/object.ts";

/** Where a transformer works: a path, for objects of a kind. Mirrors kustomize's types.FieldSpec. */
export interface FieldSpec {
  readonly path: string;
  readonly kind?: string;
  readonly group?: string;
  readonly create?: boolean;
}

const isMap = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether a spec is about objects of this kind. */
export function isFor(spec: FieldSpec, id: { readonly kind: string; readonly group: string }): boolean {
  return (spec.kind === undefined || spec.kind === id.kind) && (spec.group === undefined || spec.group === id.group);
}

/**
 * Calls `visit` with the map that holds a path's last field, once for each place; lists on the way are gone through.
 * With `create`, missing maps are made. "a/b/c"; keys come from tables, never from users.
 */
export function visitField(
  object: JsonObject,
  path: string,
  create: boolean,
  visit: (holder: JsonObject, field: string) => void,
): void {
  walk(object, path.split("/"), create, visit);
}

function walk(
  value: unknown,
  parts: readonly string[],
  create: boolean,
  visit: (holder: JsonObject, field: string) => void,
): void {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, parts, create, visit);
    return;
  }
  if (!isMap(value)) return;
  const [field = "", ...rest] = parts;
  if (rest.length === 0) {
    if (create || Object.hasOwn(value, field)) visit(value, field);
    return;
  }
  if (value[field] === undefined || value[field] === null) {
    if (!create) return;
    value[field] = {};
  }
  walk(value[field], rest, create, visit);
}

/** Adds the pairs to the maps at the specs' paths. */
export function mergePairs(object: JsonObject, specs: readonly FieldSpec[], pairs: JsonObject): void {
  for (const { path, create = false } of specs)
    visitField(object, path, create, (holder, field) => {
      if (holder[field] === undefined && !create) return;
      holder[field] = { ...(holder[field] ?? {}), ...pairs };
    });
}
