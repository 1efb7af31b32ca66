import { collectionPath, watchEvents } from "../../../client/create-client.ts";
import type { JsonObject } from "../../../machinery/object.ts";
import { type Status, StatusError } from "../../../machinery/status-error.ts";
import { TabWriter, tableTabs } from "../../../machinery/tabwriter.ts";
import { INTERRUPTED } from "../../define-command.ts";
import { getFormats, isHumanReadable, structuredPrinter } from "../../printers/format.ts";
import { findResources } from "../../resources/builder.ts";
import { type Info, isList, listItems, pathOf, qualifiedKind } from "../../resources/info.ts";
import type { Session } from "../../session.ts";
import { buildOptionsOf } from "./build-options.ts";
import { type GetOptions, tableHeaders } from "./get.ts";
import { tablePrinterFor } from "./get-table.ts";

type Show = (objects: readonly JsonObject[], eventType: string) => void;

/** Prints each object as it comes, in the format that was asked for. */
async function makeShow(session: Session, o: GetOptions, info: Info): Promise<Show> {
  const { stdout } = session.streams;
  if (isHumanReadable(o.print)) {
    const tabs = new TabWriter(tableTabs);
    const printer = tablePrinterFor(session, o, info, false);
    return (objects, eventType) => {
      for (const object of objects) tabs.write(printer.print(object, o.outputWatchEvents ? eventType : undefined));
      stdout.write(tabs.flush());
    };
  }
  const printer = (await structuredPrinter(session, o.print, getFormats, o.noHeaders))!;
  if (!o.outputWatchEvents) return (objects) => stdout.write(objects.map(printer).join(""));
  const { compactJson } = await import("../../../machinery/codec/json.ts");
  const { toYaml } = await import("../../../machinery/codec/yaml-write.ts");
  let documents = 0;
  // An event has no type of its own to print; its JSON is one line, and neither JSON nor YAML leaves anything out.
  const forms: Readonly<Record<string, (event: JsonObject) => string>> = {
    json: ({ type, object }) => `{"type":${JSON.stringify(type)},"object":${compactJson(object)}}\n`,
    yaml: (event) => `${documents++ === 0 ? "" : "---\n"}${toYaml(event)}`,
    name: ({ object }) => printer(object),
  };
  const form = forms[o.print.output.toLowerCase()] ?? printer;
  return (objects, eventType) => stdout.write(objects.map((object) => form({ type: eventType, object })).join(""));
}

/** `kubectl get --watch`: what there is, then what happens to it. Mirrors GetOptions.watch. */
export async function getWatch(session: Session, o: GetOptions): Promise<void> {
  session.exitOn(INTERRUPTED);
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
  if (infos.length === 0) throw new Error("no objects to watch");
  if (new Set(infos.map((i) => qualifiedKind(i.resource))).size > 1)
    throw new Error(
      "watch is only supported on individual resources and resource collections - more than 1 resource was found",
    );
  const info = infos[0]!;
  const show = await makeShow(session, o, info);
  const object = info.object!;
  if (infos.length > 1) {
    // What there is of several is shown all the same: only their watch cannot be had.
    if (!o.watchOnly)
      show(
        infos.map((i) => i.object!),
        "ADDED",
      );
    throw new Error("you may only watch a single resource or type of resource at a time");
  }
  const isCollection = info.name === "";
  if (!o.watchOnly) {
    const initial = isList(object) && headers === undefined ? listItems(object) : [object];
    show(initial, "ADDED");
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
    if (event.type !== "BOOKMARK" && skip-- <= 0) show([event.object], event.type);
  }
}
