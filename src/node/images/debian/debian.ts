import { debian } from "../bases.ts";

/** The debian image. */
export const image = debian();

/** Images of compilers and language tools: Debian with the usual packages. */
export const withTools = debian({ extra: ["curl", "wget", "ps", "top", "free"] });
