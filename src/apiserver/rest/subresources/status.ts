import type { Strategy } from "../../../kinds/definition.ts";
import { genericStrategy } from "../strategy.ts";
import { servePart } from "./part.ts";
import type { SubresourceHandler } from "./registry.ts";

/** OBJECT/status: writes status, and what else the kind allows. */
export const serveStatus: SubresourceHandler = (ctx) => {
  const generic = genericStrategy(ctx.stored).status;
  const own: Strategy["status"] = ctx.strategy.status;
  return servePart(ctx, "status", {
    prepareForUpdate: own?.prepareForUpdate ?? generic?.prepareForUpdate ?? (() => {}),
    validateUpdate: own?.validateUpdate ?? (() => []),
  });
};
