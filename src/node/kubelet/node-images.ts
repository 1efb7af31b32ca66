import type { ReconcileContext } from "../../controllers/controller.ts";
import type { ContainerImage, Node } from "../../kinds/types/core_v1.ts";
import { isConflict, isNotFound } from "../../machinery/status-error.ts";
import type { ImageResolution } from "../runtime/runtime.ts";

type Found = Extract<ImageResolution, { found: true }>;

const nodes = { group: "", version: "v1", resource: "nodes" };

/** An image as node.status.images lists it. */
export const nodeImage = (image: Found): ContainerImage => ({
  names: [image.imageId, image.canonical],
  sizeBytes: image.sizeBytes,
});

/** The list with one image more, the largest first. Mirrors pkg/kubelet/nodestatus Images. */
export function withImage(images: readonly ContainerImage[], image: Found): ContainerImage[] {
  if (images.some((other) => other.names?.includes(image.canonical))) return [...images];
  return [...images, nodeImage(image)].sort(
    (a, b) => (b.sizeBytes ?? 0) - (a.sizeBytes ?? 0) || compare(a.names?.[0] ?? "", b.names?.[0] ?? ""),
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Notes in the node's status that an image is there; node.status.images is the one place where that is remembered. */
export async function addNodeImage(context: ReconcileContext, name: string, image: Found): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      const node =
        attempt === 0
          ? context.lister.get<Node>("", "nodes", undefined, name)
          : await context.client.get<Node>(nodes, name);
      if (node === undefined) return;
      const old = node.status?.images ?? [];
      const images = withImage(old, image);
      if (images.length === old.length) return;
      await context.client.update<Node>(
        nodes,
        { ...node, status: { ...node.status, images } },
        { subresource: "status" },
      );
      return;
    } catch (error) {
      if (isNotFound(error)) return;
      if (!isConflict(error) || attempt > 4) throw error;
    }
  }
}
