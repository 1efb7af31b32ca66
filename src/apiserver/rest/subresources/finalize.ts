import { keepField } from "../strategy.ts";
import { servePart } from "./part.ts";
import type { SubresourceHandler } from "./registry.ts";

/** namespaces/NAME/finalize: writes spec.finalizers alone. Mirrors registry/core/namespace/strategy.go namespaceFinalizeStrategy. */
export const serveFinalize: SubresourceHandler = (ctx) =>
  servePart(ctx, "finalize", {
    prepareForUpdate(object, old) {
      keepField(object, old, "status");
    },
    validateUpdate: () => [],
  });
