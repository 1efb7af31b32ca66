import type { Strategy } from "../../definition.ts";
import { defaultPodTemplate } from "../../shared/pod/defaults.ts";
import { checkPodTemplate } from "../../shared/pod/template.ts";
import { podWarnings } from "../../shared/pod/warnings.ts";
import type { PodTemplate } from "../../types/core_v1.ts";

/** Mirrors pkg/registry/core/podtemplate/strategy.go. */
export const strategy: Strategy<PodTemplate> = {
  defaults(object) {
    object.template ??= {};
    defaultPodTemplate(object.template);
  },
  validate: (object) => checkPodTemplate(object.template, "template"),
  warnings: (object) => podWarnings(object.template?.spec, object.template?.metadata?.annotations, "template."),
};
