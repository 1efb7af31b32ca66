import type { Node } from "../../kinds/types/core_v1.ts";
import type { Plugin } from "../framework.ts";
import { maxNodeScore } from "../framework.ts";

const mebibyte = 1024 * 1024;
const leastSize = 23 * mebibyte;
const mostSizeOfContainer = 1000 * mebibyte;

/** "nginx" as nodes list it: "docker.io/library/nginx:latest". */
function normalizedImage(image: string): string {
  const slash = image.indexOf("/");
  const host = slash > 0 && /[.:]|^localhost$/.test(image.slice(0, slash));
  const full = host ? image : `docker.io/${slash < 0 ? "library/" : ""}${image}`;
  const last = full.slice(full.lastIndexOf("/"));
  return last.includes(":") || last.includes("@") ? full : `${full}:latest`;
}

const sizeOn = (node: Node, image: string): number | undefined =>
  node.status?.images?.find((i) => i.names?.includes(image))?.sizeBytes;

/** Prefers nodes that have the images already, the more so the more nodes have them. Mirrors plugins/imagelocality. */
export const imageLocality: Plugin = {
  name: "ImageLocality",
  weight: 1,
  score(pod, node, _state, snapshot) {
    const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
    let sum = 0;
    for (const { image } of containers) {
      const name = normalizedImage(image ?? "");
      const size = sizeOn(node.node, name);
      if (size === undefined) continue;
      const spread = snapshot.nodes.filter((other) => sizeOn(other.node, name) !== undefined).length;
      sum += Math.floor(size * (spread / snapshot.nodes.length));
    }
    const most = mostSizeOfContainer * containers.length;
    const bounded = Math.min(Math.max(sum, leastSize), most);
    return Math.floor((maxNodeScore * (bounded - leastSize)) / (most - leastSize));
  },
};
