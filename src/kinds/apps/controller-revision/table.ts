import { parseApiVersion } from "../../../machinery/object.ts";
import type { TableFacet } from "../../definition.ts";
import { age } from "../../shared/table/cells.ts";
import { ageColumn, nameColumn, textColumn } from "../../shared/table/columns.ts";
import type { ControllerRevision } from "../../types/apps_v1.ts";

/** "statefulset.apps/web", or "<none>". */
function controllerCell(revision: ControllerRevision): string {
  const owner = revision.metadata.ownerReferences?.find((o) => o.controller);
  if (owner === undefined) return "<none>";
  const { group } = parseApiVersion(owner.apiVersion);
  const kind = group === "" ? owner.kind : `${owner.kind}.${group}`;
  return `${kind.toLowerCase()}/${owner.name}`;
}

/** Mirrors printers.printControllerRevision. */
export const table: TableFacet<ControllerRevision> = {
  columns: [nameColumn, textColumn("Controller"), textColumn("Revision"), ageColumn],
  row: (revision, now) => [
    revision.metadata.name,
    controllerCell(revision),
    revision.revision ?? 0,
    age(revision, now),
  ],
};
