import type { ResourceDefinition } from "../kinds/definition.ts";
import type { KubeObject } from "../machinery/object.ts";

/** Turns CustomResourceDefinitions into the resources that they establish. */
export interface CustomResources {
  definitions(crds: readonly KubeObject[]): readonly ResourceDefinition[];
}
