import type { JsonObject } from "../../machinery/object.ts";
import { deepEqual } from "../../machinery/object.ts";

/** How tables are printed. Mirrors printers.PrintOptions. */
export interface TableOptions {
  readonly noHeaders?: boolean;
  readonly withNamespace?: boolean;
  readonly withKind?: boolean;
  readonly wide?: boolean;
  readonly showLabels?: boolean;
  readonly columnLabels?: readonly string[];
  /** "deployment.apps": what goes before names with `withKind`. */
  readonly kind?: string;
}

interface Column {
  readonly name: string;
  readonly type?: string;
  readonly format?: string;
  readonly priority?: number;
}

interface Row {
  readonly cells: readonly unknown[];
  readonly object?: JsonObject;
}

/** Control characters that would disturb a terminal or the alignment, made visible. Mirrors printers.WriteEscaped. */
function escaped(text: string): string {
  return text.replaceAll("\u001b", "^[").replaceAll("\r", "\\r");
}

function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell !== "string") return escaped(String(cell));
  const end = cell.search(/[\f\n\r]/);
  return end < 0 ? escaped(cell) : `${escaped(cell.slice(0, end))}...`;
}

/** "a=1,b=2", or "<none>". */
export function formatLabels(labels: Readonly<Record<string, string>> | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? "<none>" : pairs.sort().join(",");
}

const lastSegment = (label: string): string => label.slice(label.lastIndexOf("/") + 1);

function decorate(columns: readonly Column[], rows: readonly Row[], options: TableOptions) {
  const { withNamespace = false, columnLabels = [], showLabels = false } = options;
  const nameColumn =
    options.withKind === true && options.kind
      ? columns.findIndex((c) => c.format === "name" && c.type === "string")
      : -1;
  return {
    columns: [
      ...(withNamespace ? [{ name: "Namespace" }] : []),
      ...columns,
      ...columnLabels.map((l) => ({ name: lastSegment(l) })),
      ...(showLabels ? [{ name: "Labels" }] : []),
    ] as readonly Column[],
    rows: rows.map((row) => {
      const metadata: JsonObject = row.object?.["metadata"] ?? {};
      const labels = metadata["labels"] as Record<string, string> | undefined;
      return [
        ...(withNamespace ? [metadata["namespace"] ?? ""] : []),
        ...row.cells.map((cell, i) => (i === nameColumn ? `${options.kind}/${cell}` : cell)),
        ...columnLabels.map((l) => (labels !== undefined && Object.hasOwn(labels, l) ? labels[l] : "")),
        ...(showLabels ? [formatLabels(labels)] : []),
      ];
    }),
  };
}

/** Rows of cells as lines of tab-separated text. */
function toText(
  columns: readonly Column[],
  rows: readonly (readonly unknown[])[],
  options: TableOptions,
  headers: boolean,
): string {
  const shown = columns.map((c) => options.wide === true || (c.priority ?? 0) === 0);
  const line = (cells: readonly string[]): string => `${cells.join("\t")}\n`;
  const head =
    headers && rows.length > 0 ? line(columns.filter((_, i) => shown[i]).map((c) => c.name.toUpperCase())) : "";
  const body = rows.map((cells) =>
    line(
      cells
        .slice(0, columns.length)
        .filter((_, i) => shown[i])
        .map(cellText),
    ),
  );
  return head + body.join("");
}

const DEFAULT_COLUMNS: readonly Column[] = [
  { name: "Name", type: "string", format: "name" },
  { name: "Age", type: "string" },
];

/** Turns Tables (and plain objects) into tab-separated text, with headers where the columns change. Mirrors printers.HumanReadablePrinter. */
export class TablePrinter {
  private readonly options: TableOptions;
  private readonly age: (object: JsonObject) => string;
  private lastColumns: readonly Column[] = [];
  private printedHeaders = false;

  /** `age` says how old an object is, for objects that come without a Table. */
  constructor(options: TableOptions, age: (object: JsonObject) => string) {
    this.options = options;
    this.age = age;
  }

  /** The text of one Table or object. `eventType` adds the column of --output-watch-events. */
  print(object: JsonObject, eventType?: string): string {
    const { columns, rows } = this.tableOf(object);
    let headers = this.options.noHeaders !== true;
    let effective = columns;
    if (columns.length === 0) {
      effective = this.lastColumns;
      if (this.printedHeaders) headers = false;
    } else if (deepEqual(columns, this.lastColumns)) {
      if (this.printedHeaders) headers = false;
    } else {
      this.lastColumns = columns;
      this.printedHeaders = false;
    }
    if (rows.length > 0) this.printedHeaders = true;
    const table = decorate(effective, rows, this.options);
    if (eventType === undefined) return toText(table.columns, table.rows, this.options, headers);
    const withEvent = table.rows.map((cells) => [eventType.padEnd(8), ...cells]);
    return toText([{ name: "Event" }, ...table.columns], withEvent, this.options, headers);
  }

  private tableOf(object: JsonObject): { columns: readonly Column[]; rows: readonly Row[] } {
    if (object["kind"] === "Table")
      return { columns: object["columnDefinitions"] ?? [], rows: (object["rows"] ?? []) as readonly Row[] };
    const items: readonly JsonObject[] = Array.isArray(object["items"]) ? object["items"] : [object];
    return {
      columns: DEFAULT_COLUMNS,
      rows: items.map((item) => ({ object: item, cells: [item["metadata"]?.name ?? "", this.age(item)] })),
    };
  }
}
