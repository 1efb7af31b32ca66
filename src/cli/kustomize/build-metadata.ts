import type { JsonObject } from "../../machinery/object.ts";
import { visitField } from "./field-paths.ts";
import type { BuiltinStep, Origin, Resource } from "./resource.ts";

const ORIGIN = "config.kubernetes.io/origin";
const TRANSFORMATIONS = "alpha.config.kubernetes.io/transformations";
const MANAGED_BY = "app.kubernetes.io/managed-by";
/** How the kustomize inside kubectl names its version. */
const MANAGER = "kustomize-(devel)";

const stepText = ({ configuredIn, kind }: BuiltinStep, indent: string): string =>
  `configuredIn: ${configuredIn}\n${indent}configuredBy:\n${indent}  apiVersion: builtin\n${indent}  kind: ${kind}\n`;

const originText = (origin: Origin): string => ("path" in origin ? `path: ${origin.path}\n` : stepText(origin, ""));

function put(object: JsonObject, path: string, key: string, value: string): void {
  visitField(object, path, true, (holder, field) => {
    holder[field] = { ...holder[field], [key]: value };
  });
}

/** Puts what `buildMetadata` of the outermost kustomization asks for on everything that was built. Mirrors types.BuildMetadataOptions. */
export function addBuildMetadata(resources: readonly Resource[], wanted: readonly string[]): void {
  for (const { object, origin, transformations } of resources) {
    if (wanted.includes("originAnnotations") && origin !== undefined)
      put(object, "metadata/annotations", ORIGIN, originText(origin));
    if (wanted.includes("transformerAnnotations") && transformations.length > 0)
      put(
        object,
        "metadata/annotations",
        TRANSFORMATIONS,
        transformations.map((step) => `- ${stepText(step, "  ")}`).join(""),
      );
    if (wanted.includes("managedByLabel")) put(object, "metadata/labels", MANAGED_BY, MANAGER);
  }
}
