import type { PodStrategy } from "../../../kinds/core/pod/strategy.ts";
import type { ResourceContext } from "../../context.ts";
import type { UpdateRules } from "../resource-store.ts";
import { servePart } from "./part.ts";
import type { SubresourceHandler } from "./registry.ts";

const partOf = (ctx: ResourceContext, part: "ephemeralContainers" | "resize"): UpdateRules =>
  (ctx.strategy as unknown as PodStrategy)[part] as unknown as UpdateRules;

/** pods/NAME/ephemeralcontainers: adds to spec.ephemeralContainers, nothing else. Mirrors registry/core/pod/strategy.go podEphemeralContainersStrategy. */
export const serveEphemeralContainers: SubresourceHandler = (ctx) =>
  servePart(ctx, "ephemeralcontainers", partOf(ctx, "ephemeralContainers"));

/** pods/NAME/resize: changes the containers' resources and resizePolicy. Mirrors registry/core/pod/strategy.go podResizeStrategy. */
export const serveResize: SubresourceHandler = (ctx) => servePart(ctx, "resize", partOf(ctx, "resize"));
