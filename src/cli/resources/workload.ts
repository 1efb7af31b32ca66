import type { WorkloadFacet } from "../../kinds/definition.ts";
import type { GroupVersionKind } from "../../machinery/object.ts";

/** What a built-in kind knows about itself as a workload; undefined where it is none. */
export async function workloadOf(
  gvk: Pick<GroupVersionKind, "group" | "kind">,
): Promise<WorkloadFacet<any> | undefined> {
  const { catalog } = await import("../../kinds/catalog.ts");
  return catalog.find((d) => d.kind === gvk.kind && d.group === gvk.group)?.facets.workload?.();
}
