import { notFound } from "../../machinery/status-error.ts";
import type { Stored } from "../../store/object-store.ts";
import type { ResourceContext } from "../context.ts";
import { keyOf } from "../resources.ts";

/** The stored object of that name; throws NotFound. */
export function getStored(ctx: ResourceContext, name: string): Stored {
  const stored = ctx.server.store.get(keyOf(ctx.definition, ctx.info.namespace, name));
  if (stored === undefined) throw notFound(ctx.definition, name);
  return stored;
}
