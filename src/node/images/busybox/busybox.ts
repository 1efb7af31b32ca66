import type { SimulatedImage } from "../../runtime/image.ts";
import { busybox } from "../bases.ts";

/** busybox of a tag. */
export function busyboxImage(tag: string): SimulatedImage {
  return busybox({}, /^1\.\d+/.exec(tag)?.[0]);
}
