import { deepCopy, type JsonObject, parseApiVersion } from "../../machinery/object.ts";

/** What tells resources apart, as kustomize prints it: Deployment.v1.apps/web.[noNs]. */
export interface ResourceId {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

/** A builtin plugin with the kustomization that has it run. */
export interface BuiltinStep {
  readonly configuredIn: string;
  readonly kind: string;
}

/** Where an object comes from: a file, or a generator. Paths are relative to the outermost kustomization. */
export type Origin = { readonly path: string } | BuiltinStep;

/** One object on its way through a build, with the names it had before. */
export interface Resource {
  object: JsonObject;
  /** What it was called at each step, the first one first. */
  readonly previous: ResourceId[];
  /** Its name ends with a hash of its content, once all is done. */
  needsHash: boolean;
  origin: Origin | undefined;
  /** The transformers that it went through. */
  readonly transformations: BuiltinStep[];
}

/** The present identity of an object. */
export function idOf(object: JsonObject): ResourceId {
  const { group, version } = parseApiVersion(String(object["apiVersion"] ?? ""));
  const { name = "", namespace = "" } = object["metadata"] ?? {};
  return { group, version, kind: String(object["kind"] ?? ""), name, namespace };
}

/** A resource of an object as a file or a generator has it. */
export function resourceOf(object: JsonObject, needsHash = false): Resource {
  return { object: deepCopy(object), previous: [idOf(object)], needsHash, origin: undefined, transformations: [] };
}

/** "Deployment.v1.apps/web.[noNs]". Mirrors resid.ResId.String. */
export function idText(id: ResourceId): string {
  const gvk = `${id.kind || "[noKind]"}.${id.version || "[noVer]"}.${id.group || "[noGrp]"}`;
  return `${gvk}/${id.name || "[noName]"}.${id.namespace || "[noNs]"}`;
}

const effective = (namespace: string): string => (namespace === "" ? "default" : namespace);

/** Whether two ids are about one object: group, kind, name, and the namespace in effect. */
export const sameId = (a: ResourceId, b: ResourceId): boolean =>
  a.group === b.group && a.kind === b.kind && a.name === b.name && sameNamespace(a.namespace, b.namespace);

/** Whether two namespaces are one; none is the default one. */
export const sameNamespace = (a: string, b: string): boolean => effective(a) === effective(b);

/** Every id that a resource has or had. */
export const idsOf = (r: Resource): ResourceId[] => [...r.previous, idOf(r.object)];

/** Gives a resource another name, and remembers the one it had. */
export function rename(r: Resource, name: string): void {
  if (name === r.object["metadata"]?.name) return;
  r.previous.push(idOf(r.object));
  r.object["metadata"] = { ...r.object["metadata"], name };
}

/** Moves a resource to another namespace, and remembers the one it was in. */
export function relocate(r: Resource, namespace: string): void {
  if (namespace === r.object["metadata"]?.namespace) return;
  r.previous.push(idOf(r.object));
  r.object["metadata"] = { ...r.object["metadata"], namespace };
}
