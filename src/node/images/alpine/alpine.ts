import { alpine } from "../bases.ts";

/** The alpine image. */
export const image = alpine();
