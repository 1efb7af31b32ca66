import type { JsonObject } from "../../../machinery/object.ts";
import { isNotFound } from "../../../machinery/status-error.ts";
import { getFormats, structuredPrinter } from "../../printers/format.ts";
import { PrintedError } from "../../printers/printed-error.ts";
import { aggregate } from "../../report-error.ts";
import { findResources } from "../../resources/builder.ts";
import { isList, listItems } from "../../resources/info.ts";
import type { Session } from "../../session.ts";
import { buildOptionsOf } from "./build-options.ts";
import type { GetOptions } from "./get.ts";

/** `kubectl get -o json` and the like: one object as itself, anything else as a v1 List. Mirrors GetOptions.printGeneric. */
export async function getStructured(session: Session, o: GetOptions): Promise<void> {
  const result = await findResources(session, {
    ...buildOptionsOf(o),
    chunkSize: o.sortBy === "" ? o.chunkSize : 0,
    continueOnError: true,
    latest: true,
    flatten: true,
  });
  const { infos, error } = await result.infos(o.ignoreNotFound ? isNotFound : undefined);
  if (error !== undefined && result.singleItemImplied) throw error;
  if (infos.length === 0 && o.ignoreNotFound) {
    if (error !== undefined) throw error;
    return;
  }
  // kubectl makes its printer now, so that what is wrong with -o is said after what is wrong with the resources.
  const printer = (await structuredPrinter(session, o.print, getFormats, o.noHeaders))!;
  const single = result.singleItemImplied && infos.length === 1 ? infos[0]!.object! : undefined;
  const errors: unknown[] = error === undefined ? [] : [error];
  try {
    const object = single ?? { apiVersion: "v1", kind: "List", items: infos.map((i) => i.object!), metadata: {} };
    session.streams.stdout.write(printer(await asPrinted(session, object, o.sortBy)));
  } catch (failure) {
    if (failure instanceof PrintedError) session.streams.stdout.write(failure.printed);
    errors.push(failure);
  }
  if (errors.length > 0) throw aggregate(errors);
}

/** A list as kubectl shows it: kind List, no metadata but the resource version. */
async function asPrinted(session: Session, object: JsonObject, sortBy: string): Promise<JsonObject> {
  if (!isList(object)) return object;
  let items: readonly JsonObject[] = listItems(object);
  if (sortBy !== "" && items.length > 0) {
    const { sortOrExit } = await import("./sort-or-exit.ts");
    items = await sortOrExit(session, items, sortBy, (item) => item);
  }
  return {
    apiVersion: "v1",
    items: [...items],
    kind: "List",
    metadata: { resourceVersion: object["metadata"]?.resourceVersion ?? "" },
  };
}
