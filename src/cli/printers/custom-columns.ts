import { goValueText } from "../../machinery/codec/go-text.ts";
import { findJsonPath } from "../../machinery/jsonpath/evaluate.ts";
import { parseJsonPath, relaxedJsonPath } from "../../machinery/jsonpath/parse.ts";
import type { JsonObject } from "../../machinery/object.ts";
import { alignTabs, tableTabs } from "../../machinery/tabwriter.ts";
import type { ObjectPrinter } from "./format.ts";
import { PrintedError } from "./printed-error.ts";

interface Column {
  readonly header: string;
  readonly fieldSpec: string;
}

/** A value as fmt's %v prints it inside a column. */
function cell(object: JsonObject, column: Column): string {
  const found = findJsonPath(parseJsonPath(column.fieldSpec), object, { allowMissingKeys: true }).flat();
  return found.length === 0 ? "<none>" : found.map(goValueText).join(",");
}

function printerOf(columns: readonly Column[], noHeaders: boolean): ObjectPrinter {
  let isFirst = true;
  return (object) => {
    const items: readonly JsonObject[] = Array.isArray(object["items"]) ? object["items"] : [object];
    const head = isFirst && !noHeaders ? `${columns.map((c) => c.header).join("\t")}\n` : "";
    isFirst = false;
    try {
      const rows = items.map((item) => `${columns.map((c) => cell(item, c)).join("\t")}\n`);
      return alignTabs(head + rows.join(""), tableTabs);
    } catch (error) {
      throw new PrintedError(alignTabs(head, tableTabs), error as Error);
    }
  };
}

/** The printer of -o custom-columns=HEADER:PATH,… Mirrors get.NewCustomColumnsPrinterFromSpec. */
export function customColumns(spec: string, noHeaders: boolean): ObjectPrinter {
  const columns = spec.split(",").map((part) => {
    const colon = part.indexOf(":");
    if (colon < 0) throw new Error(`unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>`);
    return { header: part.slice(0, colon), fieldSpec: relaxedJsonPath(part.slice(colon + 1)) };
  });
  return printerOf(columns, noHeaders);
}

const wordsOf = (line: string): string[] => line.split(/\s+/).filter((w) => w !== "");

/** The printer of -o custom-columns-file: one line of headers, one of paths. Mirrors get.NewCustomColumnsPrinterFromTemplate. */
export function customColumnsFromFile(text: string, noHeaders: boolean): ObjectPrinter {
  const shape = "Expected format is one line of space separated headers, one line of space separated column specs.";
  const lines = text.split("\n");
  if (text.trim() === "") throw new Error(`invalid template, missing header line. ${shape}`);
  const headers = wordsOf(lines[0]!);
  const specs = wordsOf(lines[1] ?? "");
  if (specs.length === 0) throw new Error(`invalid template, missing spec line. ${shape}`);
  if (specs.length > headers.length || specs.length < headers.length)
    throw new Error(`number of headers (${headers.length}) and field specifications (${specs.length}) don't match`);
  return printerOf(
    headers.map((header, i) => ({ header, fieldSpec: relaxedJsonPath(specs[i]!) })),
    noHeaders,
  );
}
