import { centos } from "../bases.ts";

/** The centos image and its kin. */
export const image = centos();
