import { dns1123LabelErrors } from "../../machinery/names.ts";
import type { ObjectMeta } from "../../machinery/object.ts";
import type { PodTemplateSpec } from "../types/core_v1.ts";
import { podWarnings } from "./pod/warnings.ts";

interface Workload {
  readonly metadata: ObjectMeta;
}

/** Pods are called after the workload, and their hosts after them. */
export function nameWarnings(object: Workload): string[] {
  const messages = dns1123LabelErrors(object.metadata.name ?? "");
  if (messages.length === 0) return [];
  return [
    `metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [${messages.join(" ")}]`,
  ];
}

/** The template's warnings, on create and where an update made a new generation. */
export function templateWarnings(
  object: Workload,
  old: Workload | undefined,
  template: PodTemplateSpec | undefined,
  prefix = "spec.template.",
): string[] {
  if (old && old.metadata.generation === object.metadata.generation) return [];
  return podWarnings(template?.spec, template?.metadata?.annotations, prefix);
}
