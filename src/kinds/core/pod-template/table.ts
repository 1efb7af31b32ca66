import { formatLabels } from "../../../machinery/selectors/label.ts";
import type { TableFacet } from "../../definition.ts";
import { containerCells } from "../../shared/table/cells.ts";
import { nameColumn, textColumn } from "../../shared/table/columns.ts";
import type { PodTemplate } from "../../types/core_v1.ts";

/** Mirrors printers.printPodTemplate. */
export const table: TableFacet<PodTemplate> = {
  columns: [nameColumn, textColumn("Containers"), textColumn("Images"), textColumn("Pod Labels")],
  row: ({ metadata, template }) => [
    metadata.name,
    ...containerCells(template?.spec?.containers),
    formatLabels(template?.metadata?.labels),
  ],
};
