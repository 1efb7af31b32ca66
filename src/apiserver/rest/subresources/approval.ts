import { deepCopy, type JsonObject } from "../../../machinery/object.ts";
import { servePart } from "./part.ts";
import type { SubresourceHandler } from "./registry.ts";

const DECISIONS = new Set(["Approved", "Denied"]);
const isDecision = (c: JsonObject): boolean => DECISIONS.has(c.type);

/** certificatesigningrequests/NAME/approval: writes the conditions Approved and Denied alone. Mirrors registry/certificates/certificates/strategy.go csrApprovalStrategy. */
export const serveApproval: SubresourceHandler = (ctx) =>
  servePart(ctx, "approval", {
    prepareForUpdate(object, old, context) {
      const wanted: JsonObject[] = object.status?.conditions ?? [];
      object.spec = deepCopy(old.spec);
      object.status = { ...deepCopy(old.status) };
      const others = (old.status?.conditions ?? []).filter((c: JsonObject) => !isDecision(c));
      const conditions = [...others, ...wanted.filter(isDecision)];
      if (conditions.length > 0) object.status.conditions = conditions;
      else delete object.status.conditions;
      ctx.strategy.status?.prepareForUpdate?.call(ctx.strategy, object, { ...old, status: object.status }, context);
    },
    validateUpdate: ctx.strategy.validateUpdate ?? ((object) => ctx.strategy.validate(object)),
  });
