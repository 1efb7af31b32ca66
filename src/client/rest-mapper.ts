import type { Verb } from "../kinds/definition.ts";
import type { GroupVersionKind } from "../machinery/object.ts";

/** A resource as discovery tells it. */
export interface ApiResource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly resource: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly Verb[];
  readonly subresources: readonly { readonly name: string; readonly kind: string; readonly verbs: readonly string[] }[];
}

/** Turns what users type into resources. Built from aggregated discovery, so that it knows custom resources and real clusters. */
export interface RestMapper {
  /** All resources, groups in the server's order, preferred versions first. */
  readonly resources: readonly ApiResource[];
  /** "po", "pods", "Pod", "deploy.apps", "deployments.v1.apps" → the resource; undefined: the server doesn't have a resource type. */
  resourceFor(name: string): ApiResource | undefined;
  /** The resources of a category ("all"), in kubectl's order; empty where it is none. */
  category(name: string): readonly ApiResource[];
  /** For a manifest's apiVersion and kind. */
  kindFor(gvk: GroupVersionKind): ApiResource | undefined;
}
