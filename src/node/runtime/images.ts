import { findImage } from "../images/registry.ts";
import type { SimulatedImage } from "./image.ts";
import type { ImageConfig } from "./runtime.ts";

/** Loaded images by the name a pod gave. */
export interface ImageSource {
  load(name: string): Promise<void>;
  /** After load. */
  get(name: string): { readonly image: SimulatedImage; readonly config: ImageConfig };
}

/** An image source over the registry; each image's code is loaded once. */
export function createImageSource(): ImageSource {
  const loaded = new Map<string, { image: SimulatedImage; config: ImageConfig }>();
  return {
    async load(name) {
      if (loaded.has(name)) return;
      const found = findImage(name);
      loaded.set(name, { image: await found.row.load(found.tag), config: found.row.config(found.tag) });
    },
    get(name) {
      const found = loaded.get(name);
      if (found === undefined) throw new Error(`image ${name} has not been loaded`);
      return found;
    },
  };
}
