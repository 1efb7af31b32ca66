import type { ResourceDefinition, TableFacet } from "../../kinds/definition.ts";
import type { JsonObject, KubeObject } from "../../machinery/object.ts";
import type { Instant } from "../../machinery/time.ts";
import { toPartial } from "./partial.ts";

/** What a row carries besides its cells. */
export type IncludeObject = "None" | "Metadata" | "Object";

export interface TableOptions {
  readonly version: string;
  readonly includeObject: IncludeObject;
  /** Whether columns are left out: on all watch frames but the first. */
  readonly noHeaders?: boolean;
}

/** Name and creation time: the columns of a kind that has none of its own. Mirrors registry/rest/table.go NewDefaultTableConvertor. */
const DEFAULT_TABLE: TableFacet = {
  columns: [
    { name: "Name", type: "string", format: "name", description: "Name must be unique within a namespace." },
    {
      name: "Created At",
      type: "date",
      description: "When the object was created.",
    },
  ],
  row: (object) => [object.metadata.name ?? "", object.metadata.creationTimestamp ?? "<unknown>"],
};

/** The kind's table; loads it at its first use. */
export async function loadTable(definition: ResourceDefinition): Promise<TableFacet> {
  return (await definition.facets.table?.()) ?? DEFAULT_TABLE;
}

/** A metav1.Table of `objects`. `metadata` is the list's, or the object's resourceVersion. */
export function toTable(
  facet: TableFacet,
  objects: readonly KubeObject[],
  metadata: JsonObject,
  options: TableOptions,
  now: Instant,
): JsonObject {
  return {
    kind: "Table",
    apiVersion: `meta.k8s.io/${options.version}`,
    metadata,
    columnDefinitions: options.noHeaders ? null : facet.columns.map(columnDefinition),
    rows: (facet.compare === undefined ? objects : [...objects].sort(facet.compare)).map((object) =>
      tableRow(facet, object, options, now),
    ),
  };
}

function columnDefinition(column: TableFacet["columns"][number]): JsonObject {
  return {
    name: column.name,
    type: column.type,
    format: column.format ?? "",
    description: column.description ?? "",
    priority: column.priority ?? 0,
  };
}

function tableRow(facet: TableFacet, object: KubeObject, options: TableOptions, now: Instant): JsonObject {
  const conditions = facet.conditions?.(object) ?? [];
  return {
    cells: facet.row(object, now),
    ...(conditions.length === 0 ? {} : { conditions }),
    ...included(object, options),
  };
}

function included(object: KubeObject, options: TableOptions): JsonObject {
  if (options.includeObject === "None") return {};
  return { object: options.includeObject === "Object" ? object : toPartial(object, options.version) };
}
