import type { TableFacet } from "../../definition.ts";
import { age } from "../../shared/table/cells.ts";
import { ageColumn, booleanColumn, nameColumn, textColumn } from "../../shared/table/columns.ts";
import type { VolumeAttachment } from "../../types/storage_v1.ts";

/** Mirrors printers.printVolumeAttachment. */
export const table: TableFacet<VolumeAttachment> = {
  columns: [
    nameColumn,
    { name: "Attacher", type: "string", format: "name" },
    textColumn("PV"),
    textColumn("Node"),
    booleanColumn("Attached"),
    ageColumn,
  ],
  row: (attachment, now) => [
    attachment.metadata.name,
    attachment.spec?.attacher ?? "",
    attachment.spec?.source?.persistentVolumeName ?? "",
    attachment.spec?.nodeName ?? "",
    attachment.status?.attached ?? false,
    age(attachment, now),
  ],
};
