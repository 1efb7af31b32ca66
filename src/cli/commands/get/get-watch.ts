import { collectionPath, watchEvents } from "../../../client/create-client.ts";
import type { JsonObject } from "../../../machinery/object.ts";
import { type Status, StatusError } from "../../../machinery/status-error.ts";
import { TabWriter, tableTabs } from "../../../machinery/tabwriter.ts";
import { getFormats, isHumanReadable, structuredPrinter } from "../../printers/format.ts";
import { findResources } from "../../resources/builder.ts";
import { type Info, isList, listItems, pathOf } from "../../resources/info.ts";
import type { Session } from "../../session.ts";
import { buildOptionsOf } from "./build-options.ts";
import { type GetOptions, tableHeaders } from "./get.ts";
import { tablePrinterFor } from "./get-table.ts";

type Show = (object: JsonObject, eventType?: string) => void;

/** Prints each object as it comes, in the format that was asked for. */
async function makeShow(session: Session, o: GetOptions, info: Info): Promise<Show> {
  const { stdout } = session.streams;
  if (isHumanReadable(o.print)) {
    const tabs = new TabWriter(tableTabs);
    const printer = tablePrinterFor(session, o, info, false);
    return (object, eventType) => {
      tabs.write(printer.print(object, o.outputWatchEvents ? eventType : undefined));
      stdout.write(tabs.flush());
    };
  }
  const printer = await structuredPrinter(session, o.print, getFormats, o.noHeaders);
  return (object, eventType) => {
    const event = o.outputWatchEvents ? { kind: "WatchEvent", apiVersion: "v1", type: eventType, object } : object;
    stdout.write(printer!(event));
  };
}

/** `kubectl get --watch`: what there is, then what happens to it. Mirrors GetOptions.watch. */
export async function getWatch(session: Session, o: GetOptions): Promise<void> {
  const headers = isHumanReadable(o.print) && o.serverPrint ? tableHeaders : undefined;
  const options = {
    ...buildOptionsOf(o),
    singleResourceType: true,
    latest: true,
    ...(headers === undefined ? {} : { headers }),
  };
  const result = await findResources(session, options);
  const { infos, error } = await result.infos();
  if (error !== undefined) throw error;
  if (infos.length !== 1)
    throw new Error(
      "watch is only supported on individual resources and resource collections - more than 1 resource was found",
    );
  const info = infos[0]!;
  const show = await makeShow(session, o, info);
  const object = info.object!;
  const isCollection = info.name === "";
  if (!o.watchOnly) {
    const initial = isList(object) && headers === undefined ? listItems(object) : [object];
    for (const one of initial) show(one, "ADDED");
  }
  // Watching one object starts with its present state, which has been shown already.
  let skip = isCollection ? 0 : 1;
  const client = await session.client();
  const events = watchEvents<JsonObject>((r) => client.request(r), collectionPath(pathOf(info)), headers ?? {}, {
    labelSelector: o.labelSelector,
    fieldSelector: isCollection ? o.fieldSelector : `metadata.name=${info.name}`,
    resourceVersion: isCollection ? String(object["metadata"]?.resourceVersion ?? "") : "0",
    signal: session.signal,
  });
  for await (const event of events) {
    if (session.signal.aborted) return;
    if (event.type === "ERROR") throw new StatusError(event.object as unknown as Status);
    if (event.type !== "BOOKMARK" && skip-- <= 0) show(event.object, event.type);
  }
}
