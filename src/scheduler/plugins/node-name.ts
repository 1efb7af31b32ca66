import type { Plugin } from "../framework.ts";

/** Honours spec.nodeName. Mirrors plugins/nodename. */
export const nodeName: Plugin = {
  name: "NodeName",
  filter(pod, node) {
    if (!pod.spec?.nodeName || pod.spec.nodeName === node.name) return undefined;
    return { reasons: ["node(s) didn't match the requested node name"], unresolvable: true };
  },
};
