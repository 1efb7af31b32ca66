import { formatLabels } from "../../../machinery/selectors/label.ts";
import { formatLabelSelector } from "../../../machinery/selectors/label-selector.ts";
import type { TableFacet } from "../../definition.ts";
import { age, containerCells } from "../../shared/table/cells.ts";
import {
  ageColumn,
  containerColumns,
  integerColumn,
  nameColumn,
  selectorColumn,
  textColumn,
} from "../../shared/table/columns.ts";
import type { DaemonSet } from "../../types/apps_v1.ts";

/** Mirrors printers.printDaemonSet. */
export const table: TableFacet<DaemonSet> = {
  columns: [
    nameColumn,
    integerColumn("Desired"),
    integerColumn("Current"),
    integerColumn("Ready"),
    integerColumn("Up-to-date"),
    integerColumn("Available"),
    textColumn("Node Selector"),
    ageColumn,
    ...containerColumns,
    selectorColumn,
  ],
  row: (set, now) => [
    set.metadata.name,
    set.status?.desiredNumberScheduled ?? 0,
    set.status?.currentNumberScheduled ?? 0,
    set.status?.numberReady ?? 0,
    set.status?.updatedNumberScheduled ?? 0,
    set.status?.numberAvailable ?? 0,
    formatLabels(set.spec?.template?.spec?.nodeSelector),
    age(set, now),
    ...containerCells(set.spec?.template?.spec?.containers),
    formatLabelSelector(set.spec?.selector),
  ],
};
