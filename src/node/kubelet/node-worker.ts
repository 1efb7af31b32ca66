import type { ReconcileContext } from "../../controllers/controller.ts";
import type { Instant } from "../../machinery/time.ts";
import type { KubeletDependencies } from "./dependencies.ts";

/** Looks after a node's own object. */
export async function syncNode(
  _dependencies: KubeletDependencies,
  _name: string,
  _context: ReconcileContext,
): Promise<{ readonly at: Instant } | undefined> {
  return undefined;
}
