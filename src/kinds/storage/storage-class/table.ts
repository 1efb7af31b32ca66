import type { TableFacet } from "../../definition.ts";
import { age } from "../../shared/table/cells.ts";
import { ageColumn, nameColumn, textColumn } from "../../shared/table/columns.ts";
import type { StorageClass } from "../../types/storage_v1.ts";
import { isDefaultClass } from "./default-class.ts";

/** Mirrors printers.printStorageClass. */
export const table: TableFacet<StorageClass> = {
  columns: [
    nameColumn,
    textColumn("Provisioner"),
    textColumn("ReclaimPolicy"),
    textColumn("VolumeBindingMode"),
    textColumn("AllowVolumeExpansion"),
    ageColumn,
  ],
  row: (storageClass, now) => [
    `${storageClass.metadata.name}${isDefaultClass(storageClass) ? " (default)" : ""}`,
    storageClass.provisioner,
    storageClass.reclaimPolicy ?? "Delete",
    storageClass.volumeBindingMode ?? "Immediate",
    storageClass.allowVolumeExpansion ?? false,
    age(storageClass, now),
  ],
};
