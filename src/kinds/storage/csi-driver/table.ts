import type { TableFacet } from "../../definition.ts";
import { age } from "../../shared/table/cells.ts";
import { ageColumn, booleanColumn, nameColumn, textColumn } from "../../shared/table/columns.ts";
import type { CSIDriver } from "../../types/storage_v1.ts";

/** Mirrors printers.printCSIDriver. */
export const table: TableFacet<CSIDriver> = {
  columns: [
    nameColumn,
    booleanColumn("AttachRequired"),
    booleanColumn("PodInfoOnMount"),
    booleanColumn("StorageCapacity"),
    textColumn("TokenRequests"),
    booleanColumn("RequiresRepublish"),
    textColumn("Modes"),
    ageColumn,
  ],
  row: (driver, now) => {
    const { spec } = driver;
    return [
      driver.metadata.name,
      spec?.attachRequired ?? true,
      spec?.podInfoOnMount ?? false,
      spec?.storageCapacity ?? false,
      spec?.tokenRequests?.map((t) => t.audience).join(",") ?? "<unset>",
      spec?.requiresRepublish ?? false,
      (spec?.volumeLifecycleModes ?? []).join(",") || "<none>",
      age(driver, now),
    ];
  },
};
