import { busybox } from "../bases.ts";

/** The busybox image. */
export const image = busybox();
