import { debian } from "../bases.ts";

/** The ubuntu image. */
export const image = debian({}, true);
