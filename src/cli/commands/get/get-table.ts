import type { JsonObject } from "../../../machinery/object.ts";
import { isNotFound } from "../../../machinery/status-error.ts";
import { TabWriter, tableTabs } from "../../../machinery/tabwriter.ts";
import { ExitError } from "../../exit.ts";
import { ageOf } from "../../printers/age.ts";
import { TablePrinter } from "../../printers/table-printer.ts";
import { findResources } from "../../resources/builder.ts";
import { type Info, qualifiedKind } from "../../resources/info.ts";
import type { Session } from "../../session.ts";
import { buildOptionsOf } from "./build-options.ts";
import { type GetOptions, tableHeaders } from "./get.ts";

function multipleKinds(infos: readonly Info[]): boolean {
  return new Set(infos.map((i) => `${i.resource.group}/${i.resource.version}/${i.resource.kind}`)).size > 1;
}

/** The printer of one kind's tables. */
export function tablePrinterFor(
  session: Session,
  o: GetOptions,
  info: Info,
  withKind: boolean,
  withNamespace = o.allNamespaces && info.resource.namespaced,
): TablePrinter {
  return new TablePrinter(
    {
      noHeaders: o.noHeaders,
      wide: o.print.output === "wide",
      showLabels: o.showLabels,
      columnLabels: o.labelColumns,
      withNamespace,
      withKind: withKind || o.showKind,
      kind: qualifiedKind(info.resource),
    },
    (object) => ageOf(object, session.clusterNow()),
  );
}

/** The query and headers of a read whose result goes into a table. */
export function tableRequest(o: GetOptions): {
  headers?: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, string>>;
} {
  if (!o.serverPrint) return {};
  return { headers: tableHeaders, ...(o.sortBy === "" ? {} : { query: { includeObject: "Object" } }) };
}

async function sortRows(session: Session, table: JsonObject, sortBy: string): Promise<JsonObject | undefined> {
  if (table["kind"] !== "Table" || (table["rows"] ?? []).length < 2) return table;
  const { sortOrExit } = await import("./sort-or-exit.ts");
  try {
    const rows = sortOrExit(session, table["rows"] as JsonObject[], sortBy, (row) => row["object"] ?? {}, true);
    return { ...table, rows };
  } catch (error) {
    if (error instanceof ExitError) throw error;
    // kubectl drops what its printer says here, so a field that nothing has prints nothing.
    return undefined;
  }
}

/** `kubectl get` in tables: one table a type, a blank line between them. */
export async function getTable(session: Session, o: GetOptions): Promise<void> {
  const result = await findResources(session, {
    ...buildOptionsOf(o),
    ...tableRequest(o),
    chunkSize: o.sortBy === "" ? o.chunkSize : 0,
    continueOnError: true,
    latest: true,
    flatten: true,
  });
  const { infos, error } = await result.infos(o.ignoreNotFound ? isNotFound : undefined);
  const withKind = multipleKinds(infos);
  const ordered = o.sortBy === "" || infos.length < 2 ? infos : await sortInfos(session, infos, o.sortBy);
  let tabs = new TabWriter(tableTabs);
  let printer: TablePrinter | undefined;
  let last: Info | undefined;
  let written = false;
  let separate = false;
  let withNamespace = false;
  const flush = (): void => {
    const out = tabs.flush();
    if (out === "") return;
    session.streams.stdout.write(separate ? `\n${out}` : out);
    written = true;
    separate = false;
  };
  for (const info of ordered) {
    if (
      printer === undefined ||
      last === undefined ||
      last.resource.resource !== info.resource.resource ||
      last.resource.group !== info.resource.group
    ) {
      flush();
      tabs = new TabWriter(tableTabs);
      separate = last !== undefined && !o.noHeaders && written;
      // kubectl's printers share their settings: what one table of -A has, the ones after it have too.
      withNamespace ||= o.allNamespaces && info.resource.namespaced;
      printer = tablePrinterFor(session, o, info, withKind, withNamespace);
      last = info;
    }
    const table = o.sortBy === "" ? info.object! : await sortRows(session, info.object!, o.sortBy);
    if (table !== undefined) tabs.write(printer.print(table));
  }
  flush();
  if (!written && !o.ignoreNotFound && error === undefined) {
    const inNamespace = !o.allNamespaces && infos.every((i) => i.resource.namespaced);
    session.streams.stderr.write(
      inNamespace ? `No resources found in ${o.namespace} namespace.\n` : "No resources found\n",
    );
  }
  if (error === undefined) return;
  // What is wrong with files is an aggregate even of one, which is told without "error: ".
  const ofFiles = o.filenames.length > 0 || o.kustomize !== "";
  throw ofFiles && !(error instanceof AggregateError) ? new AggregateError([error]) : error;
}

async function sortInfos(session: Session, infos: readonly Info[], sortBy: string): Promise<readonly Info[]> {
  const { sortOrExit } = await import("./sort-or-exit.ts");
  return sortOrExit(session, infos, sortBy, (info) => info.object!);
}
