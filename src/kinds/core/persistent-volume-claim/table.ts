import type { TableFacet } from "../../definition.ts";
import { accessModesCell, age, quantityCell, storageClassOf } from "../../shared/table/cells.ts";
import { ageColumn, nameColumn, textColumn, wide } from "../../shared/table/columns.ts";
import type { PersistentVolumeClaim } from "../../types/core_v1.ts";

/** Mirrors printers.printPersistentVolumeClaim. */
export const table: TableFacet<PersistentVolumeClaim> = {
  columns: [
    nameColumn,
    textColumn("Status"),
    textColumn("Volume"),
    textColumn("Capacity"),
    textColumn("Access Modes"),
    textColumn("StorageClass"),
    textColumn("VolumeAttributesClass"),
    ageColumn,
    wide(textColumn("VolumeMode")),
  ],
  row: (claim, now) => {
    const { spec, status, metadata } = claim;
    const bound = (spec?.volumeName ?? "") !== "";
    return [
      metadata.name,
      metadata.deletionTimestamp ? "Terminating" : (status?.phase ?? ""),
      spec?.volumeName ?? "",
      bound ? quantityCell(status?.capacity?.["storage"]) : "",
      bound ? accessModesCell(status?.accessModes) : "",
      storageClassOf(claim),
      spec?.volumeAttributesClassName ?? "<unset>",
      age(claim, now),
      spec?.volumeMode ?? "<unset>",
    ];
  },
};
