import type { JsonObject } from "../../../machinery/object.ts";
import { ExitError } from "../../exit.ts";
import { klogLine } from "../../klog.ts";
import { relaxedExpression, sortByField, UnsortableError } from "../../printers/sort.ts";
import type { Session } from "../../session.ts";

/** Sorts by --sort-by. Where values have no order, kubectl's logger says so and ends the program, whatever was about to be printed. `rows`: what is sorted are a Table's rows. Mirrors get/sorter.go. */
export function sortOrExit<T>(
  session: Session,
  items: readonly T[],
  sortBy: string,
  objectOf: (item: T) => JsonObject,
  rows = false,
): T[] {
  try {
    return sortByField(items, relaxedExpression(sortBy), objectOf, rows ? "[][][]reflect.Value" : undefined);
  } catch (error) {
    if (!(error instanceof UnsortableError)) throw error;
    klogLine(session, "F", rows ? "sorter.go:375" : "sorter.go:329", error.message);
    throw new ExitError("");
  }
}
