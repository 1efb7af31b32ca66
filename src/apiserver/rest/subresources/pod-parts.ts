import type { Strategy } from "../../../kinds/definition.ts";
import { deepCopy, type JsonObject, type KubeObject } from "../../../machinery/object.ts";
import type { ResourceContext } from "../../context.ts";
import { keepField } from "../strategy.ts";
import { servePart } from "./part.ts";
import type { SubresourceHandler } from "./registry.ts";

/** What the pod kind may bring along for these two endpoints: validation in upstream's words. */
interface PodPartsStrategy extends Strategy {
  readonly ephemeralContainers?: Pick<Strategy, "validateUpdate">;
  readonly resize?: Pick<Strategy, "prepareForUpdate" | "validateUpdate">;
}

const partsOf = (ctx: ResourceContext): PodPartsStrategy => ctx.strategy as PodPartsStrategy;

/** pods/NAME/ephemeralcontainers: adds to spec.ephemeralContainers, nothing else. Mirrors registry/core/pod/strategy.go podEphemeralContainersStrategy. */
export const serveEphemeralContainers: SubresourceHandler = (ctx) =>
  servePart(ctx, "ephemeralcontainers", {
    prepareForUpdate(object, old) {
      const containers = object.spec?.ephemeralContainers;
      keepAllBut(object, old);
      object.spec = { ...deepCopy(old.spec), ...(containers === undefined ? {} : { ephemeralContainers: containers }) };
    },
    validateUpdate: partsOf(ctx).ephemeralContainers?.validateUpdate ?? ((object) => ctx.strategy.validate(object)),
  });

/** pods/NAME/resize: changes the containers' resources and resizePolicy. Mirrors registry/core/pod/strategy.go podResizeStrategy. */
export const serveResize: SubresourceHandler = (ctx) =>
  servePart(ctx, "resize", {
    prepareForUpdate(object, old, context) {
      const spec = object.spec;
      keepAllBut(object, old);
      object.spec = deepCopy(old.spec);
      for (const list of ["containers", "initContainers"] as const)
        for (const container of (object.spec[list] ?? []) as JsonObject[])
          takeResources(
            container,
            (spec?.[list] ?? []).find((c: JsonObject) => c.name === container.name),
          );
      partsOf(ctx).resize?.prepareForUpdate?.(object, old, context);
    },
    validateUpdate: partsOf(ctx).resize?.validateUpdate ?? ((object) => ctx.strategy.validate(object)),
  });

function takeResources(container: JsonObject, wanted: JsonObject | undefined): void {
  if (wanted === undefined) return;
  for (const field of ["resources", "resizePolicy"])
    if (wanted[field] === undefined) delete container[field];
    else container[field] = wanted[field];
}

/** Everything but the spec stays: these endpoints ignore metadata and status. */
function keepAllBut(object: KubeObject, old: KubeObject): void {
  const { managedFields, resourceVersion } = object.metadata;
  object.metadata = {
    ...old.metadata,
    ...(managedFields === undefined ? {} : { managedFields }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  keepField(object, old, "status");
}
