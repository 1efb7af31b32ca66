import { goSort } from "../../../machinery/go-sort.ts";
import { apiVersionOf, type JsonObject } from "../../../machinery/object.ts";
import { TabWriter, tableTabs } from "../../../machinery/tabwriter.ts";
import { type CommandDefinition, INTERRUPTED } from "../../define-command.ts";
import { ExitError } from "../../exit.ts";
import { chunkSizeFlag } from "../../flags/common-flags.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";
import { type ObjectPrinter, structuredPrinter } from "../../printers/format.ts";
import { printFlags, printOptionsOf } from "../../printers/print-flags.ts";
import { splitTypeName } from "../../resources/arguments.ts";
import type { Session } from "../../session.ts";
import { eventCells, eventHeaders, instantOf } from "./event-table.ts";

interface EventsOptions {
  readonly namespace: string;
  readonly allNamespaces: boolean;
  readonly for: string;
  readonly types: readonly string[];
  readonly watch: boolean;
  readonly noHeaders: boolean;
  readonly chunkSize: number;
  readonly structured: ObjectPrinter | undefined;
}

/** The field selector for --for. */
async function selectorOf(session: Session, o: EventsOptions): Promise<string> {
  if (o.for === "") return "";
  const { resource, name } = splitTypeName(o.for)!;
  const found = (await session.mapper()).resourceFor(resource);
  if (found === undefined) throw new ExitError(`the server doesn't have a resource type ${JSON.stringify(resource)}`);
  return `involvedObject.kind=${found.kind},involvedObject.apiVersion=${apiVersionOf(found)},involvedObject.name=${name}`;
}

const pathOf = (o: EventsOptions) => ({
  group: "",
  version: "v1",
  resource: "events",
  ...(o.allNamespaces ? {} : { namespace: o.namespace }),
});

const fits = (o: EventsOptions, event: JsonObject): boolean =>
  o.types.length === 0 || o.types.some((t) => t.toLowerCase() === String(event["type"]).toLowerCase());

async function listEvents(session: Session, o: EventsOptions, fieldSelector: string): Promise<JsonObject[]> {
  const client = await session.client();
  const items: JsonObject[] = [];
  let next = "";
  do {
    const page = await client.list<JsonObject>(pathOf(o), { fieldSelector, limit: o.chunkSize, continue: next });
    items.push(...page.items);
    next = page.metadata["continue"] ?? "";
  } while (next !== "");
  return items;
}

type Print = (events: readonly JsonObject[]) => Promise<void>;

function printerOf(session: Session, o: EventsOptions): Print {
  const { structured } = o;
  const { stdout } = session.streams;
  const tabs = new TabWriter(tableTabs);
  let headers = !o.noHeaders;
  return async (events) => {
    if (structured !== undefined) {
      const { typedList, typedObject } = await import("../../resources/typed.ts");
      const list = { apiVersion: "v1", kind: "EventList", metadata: {}, items: events };
      const object = o.watch
        ? await typedObject(session, { ...events[0]!, apiVersion: "v1", kind: "Event" })
        : await typedList(session, list);
      try {
        stdout.write(structured(object));
      } catch {
        // kubectl drops what its printer says here: a list that cannot be printed by name prints nothing.
      }
      return;
    }
    const rows = events.map((e) => eventCells(e, session.clusterNow(), o.allNamespaces));
    if (headers) rows.unshift(eventHeaders(o.allNamespaces));
    headers = false;
    tabs.write(rows.map((cells) => `${cells.join("\t")}\n`).join(""));
    stdout.write(tabs.flush());
  };
}

/** Events as they come, after those that are there, which a watch without a version begins with. Mirrors EventsOptions.runWatch. */
async function watchEvents(session: Session, o: EventsOptions, fieldSelector: string, print: Print) {
  const client = await session.client();
  const events = client.watch<JsonObject>(pathOf(o), {
    fieldSelector,
    signal: session.signal,
  });
  for await (const { type, object } of events) {
    if (type === "ERROR") throw new Error(`event of type Error occurred: ${object["message"] ?? ""}`);
    // What is deleted was told of already; events expire all the time.
    if ((type === "ADDED" || type === "MODIFIED") && fits(o, object)) await print([object]);
  }
}

async function run(session: Session, o: EventsOptions): Promise<void> {
  const fieldSelector = await selectorOf(session, o);
  const print = printerOf(session, o);
  if (o.watch) return watchEvents(session, o, fieldSelector, print);
  const items = await listEvents(session, o, fieldSelector);
  const events = goSort(
    items.filter((e) => fits(o, e)),
    (a, b) => instantOf(a) < instantOf(b),
  );
  if (events.length > 0) await print(events);
  else
    session.streams.stderr.write(
      o.allNamespaces ? "No events found.\n" : `No events found in ${o.namespace} namespace.\n`,
    );
}

/** `kubectl events`. Mirrors kubectl/pkg/cmd/events. */
export const command: CommandDefinition<EventsOptions> = {
  exitOn: INTERRUPTED,
  define: (c) => {
    describeCommand(c, {
      usage:
        "[(-o|--output=)json|yaml|name|go-template|go-template-file|template|templatefile|jsonpath|jsonpath-as-json|jsonpath-file] [--for TYPE/NAME] [--watch] [--types=Normal,Warning]",
      long: "List events, by time, of a namespace or about one object.",
      examples: `
# Of the namespace, and as they come
kubectl events --watch

# About one pod
kubectl events --for pod/web-pod-13je7

# Warnings alone
kubectl events --types=Warning`,
    });
    declareFlags(
      c,
      ...printFlags(),
      flag.bool("all-namespaces", "Events of all namespaces.", { short: "A" }),
      chunkSizeFlag,
      flag.string("for", "Events about this object alone, as TYPE/NAME."),
      flag.bool("no-headers", "No headers."),
      flag.strings("types", "Events of these types alone: Normal, Warning."),
      flag.bool("watch", "Go on with new events as they come.", { short: "w" }),
    );
  },
  complete: async (session, flags) => ({
    namespace: (await session.namespace()).name,
    allNamespaces: flags["allNamespaces"],
    for: flags["for"],
    types: flags["types"],
    watch: flags["watch"],
    noHeaders: flags["noHeaders"],
    chunkSize: flags["chunkSize"],
    structured: await structuredPrinter(session, { ...printOptionsOf(flags), typed: true }),
  }),
  validate: (o) => {
    if (o.for !== "" && splitTypeName(o.for) === undefined) throw new Error("--for must be in resource/name form");
    if (o.types.some((t) => !["normal", "warning"].includes(t.toLowerCase())))
      throw new Error("valid --types are Normal or Warning");
  },
  run,
};
