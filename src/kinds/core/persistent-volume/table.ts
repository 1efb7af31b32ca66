import type { TableFacet } from "../../definition.ts";
import { accessModesCell, age, quantityCell, storageClassOf } from "../../shared/table/cells.ts";
import { ageColumn, nameColumn, textColumn, wide } from "../../shared/table/columns.ts";
import type { PersistentVolume } from "../../types/core_v1.ts";

/** Mirrors printers.printPersistentVolume. */
export const table: TableFacet<PersistentVolume> = {
  columns: [
    nameColumn,
    textColumn("Capacity"),
    textColumn("Access Modes"),
    textColumn("Reclaim Policy"),
    textColumn("Status"),
    textColumn("Claim"),
    textColumn("StorageClass"),
    textColumn("VolumeAttributesClass"),
    textColumn("Reason"),
    ageColumn,
    wide(textColumn("VolumeMode")),
  ],
  row: (volume, now) => {
    const { spec, status, metadata } = volume;
    return [
      metadata.name,
      quantityCell(spec?.capacity?.["storage"]),
      accessModesCell(spec?.accessModes),
      spec?.persistentVolumeReclaimPolicy ?? "",
      metadata.deletionTimestamp ? "Terminating" : (status?.phase ?? ""),
      spec?.claimRef === undefined ? "" : `${spec.claimRef.namespace ?? ""}/${spec.claimRef.name ?? ""}`,
      storageClassOf(volume),
      spec?.volumeAttributesClassName ?? "<unset>",
      status?.reason ?? "",
      age(volume, now),
      spec?.volumeMode ?? "<unset>",
    ];
  },
};
