import type { ApiResource } from "../../client/rest-mapper.ts";
import type { DescribeFacet } from "../../kinds/definition.ts";
import type { KubeObject } from "../../machinery/object.ts";
import type { Session } from "../session.ts";
import { describeContext } from "./context.ts";
import { createDescribeWriter } from "./writer.ts";

/** What the flags of describe say. */
export interface DescribeSettings {
  readonly showEvents: boolean;
  readonly chunkSize: number;
}

/** The describer of a built-in kind: that of the very version, or of another one. */
async function facetOf({ group, version, kind }: ApiResource): Promise<DescribeFacet | undefined> {
  const { catalog } = await import("../../kinds/catalog.ts");
  const rows = catalog.filter((d) => d.kind === kind && d.group === group);
  return (rows.find((d) => d.version === version) ?? rows[0])?.facets.describe?.();
}

/** The description of one object: its kind's own, or the generic one. */
export async function describeObject(
  session: Session,
  resource: ApiResource,
  object: KubeObject,
  settings: DescribeSettings,
): Promise<string> {
  const facet = await facetOf(resource);
  const out = createDescribeWriter();
  const context = await describeContext(session, settings);
  if (facet !== undefined) await facet.describe({ ...object, kind: resource.kind }, context, out);
  else await (await import("./generic.ts")).describeGeneric(object, context, out);
  return out.text();
}
