import fs from "node:fs";
import path from "node:path";
import type { JsonObject } from "../../machinery/object.ts";
import { objectName } from "../resources/info.ts";
import type { Session } from "../session.ts";
import type { PrintOptions } from "./print-flags.ts";

/** Prints one object (or list) as a text. Throws where the object does not fit, e.g. a template fails. */
export type ObjectPrinter = (object: JsonObject) => string;

const TEMPLATE_FORMATS = [
  "go-template",
  "go-template-file",
  "jsonpath",
  "jsonpath-as-json",
  "jsonpath-file",
  "template",
  "templatefile",
];
const BASE_FORMATS = ["json", "name", "yaml"];
const COLUMN_FORMATS = ["custom-columns", "custom-columns-file"];

/** Every format of `get`, sorted as its error lists them. */
export const getFormats: readonly string[] = [...TEMPLATE_FORMATS, ...BASE_FORMATS, ...COLUMN_FORMATS, "wide"].sort();
/** The formats of the other commands. */
export const commonFormats: readonly string[] = [...TEMPLATE_FORMATS, ...BASE_FORMATS].sort();

interface ParsedFormat {
  readonly name: string;
  readonly argument: string;
}

/** "jsonpath={.items}" → jsonpath with its template; a format without "=" takes --template. */
function parseFormat({ output, template }: PrintOptions): ParsedFormat {
  const equals = output.indexOf("=");
  const prefix = output.slice(0, equals);
  if (equals > 0 && [...TEMPLATE_FORMATS, ...COLUMN_FORMATS].includes(prefix))
    return { name: prefix, argument: output.slice(equals + 1) };
  if (output === "" && template !== "") return { name: "go-template", argument: template };
  const lower = output.toLowerCase();
  return { name: BASE_FORMATS.includes(lower) ? lower : output, argument: template };
}

function readTemplate(session: Session, file: string, what: string): string {
  try {
    return fs.readFileSync(path.resolve(session.cwd, file), "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(
      `${what} ${file}, open ${file}: ${code === "ENOENT" ? "no such file or directory" : "permission denied"}`,
    );
  }
}

/** The object without managedFields; a list without its items'. */
export function omitManagedFields(object: JsonObject): JsonObject {
  if (Array.isArray(object["items"]))
    return { ...object, items: object["items"].map((i: JsonObject) => omitManagedFields(i)) };
  if (object["metadata"]?.managedFields === undefined) return object;
  const { managedFields: _, ...metadata } = object["metadata"];
  return { ...object, metadata };
}

function checkTyped(object: JsonObject): void {
  if (!object["kind"] || !object["apiVersion"])
    throw new Error("missing apiVersion or kind; try GetObjectKind().SetGroupVersionKind() if you know the type");
}

async function jsonPrinter(options: PrintOptions): Promise<ObjectPrinter> {
  const { toJson } = await import("../../machinery/codec/json.ts");
  return (object) => {
    checkTyped(object);
    return toJson(options.showManagedFields ? object : omitManagedFields(object), { sortKeys: options.typed !== true });
  };
}

async function yamlPrinter(options: PrintOptions): Promise<ObjectPrinter> {
  const { toYaml } = await import("../../machinery/codec/yaml-write.ts");
  let printed = 0;
  return (object) => {
    checkTyped(object);
    const separator = printed++ === 0 ? "" : "---\n";
    return separator + toYaml(options.showManagedFields ? object : omitManagedFields(object));
  };
}

/** "pod/web", or "pod/web created" with an operation. Mirrors printers.NamePrinter. */
export function namePrinter(operation = ""): ObjectPrinter {
  const one = (object: JsonObject): string => {
    checkTyped(object);
    return `${objectName(object)}${operation === "" ? "" : ` ${operation}`}\n`;
  };
  return (object) => (Array.isArray(object["items"]) ? object["items"].map(one).join("") : one(object));
}

async function templatePrinter(
  session: Session,
  { name, argument }: ParsedFormat,
  options: PrintOptions,
): Promise<ObjectPrinter> {
  if (argument === "") throw new Error("template format specified but no template given");
  const isFile = name.endsWith("file");
  const text = isFile ? readTemplate(session, argument, "error reading --template") : argument;
  if (name.startsWith("jsonpath")) {
    const { jsonPathPrinter } = await import("./jsonpath-printer.ts");
    return jsonPathPrinter(text, {
      asJson: name === "jsonpath-as-json",
      allowMissingKeys: options.allowMissingTemplateKeys,
    });
  }
  const { goTemplatePrinter } = await import("./go-template-printer.ts");
  return goTemplatePrinter(text, options.allowMissingTemplateKeys);
}

async function columnsPrinter(
  session: Session,
  { name, argument }: ParsedFormat,
  noHeaders: boolean,
): Promise<ObjectPrinter> {
  const { customColumns, customColumnsFromFile } = await import("./custom-columns.ts");
  if (name === "custom-columns") {
    if (argument === "") throw new Error("custom-columns format specified but no custom columns given");
    return customColumns(argument, noHeaders);
  }
  if (argument === "") throw new Error("custom-columns format specified but no custom columns given");
  return customColumnsFromFile(readTemplate(session, argument, "error reading template"), noHeaders);
}

/** The printer of a structured format; undefined where -o asks for none (nothing, or "wide" where `formats` has it). Throws kubectl's errors for formats that are wrong. */
export async function structuredPrinter(
  session: Session,
  options: PrintOptions,
  formats: readonly string[] = commonFormats,
  noHeaders = false,
): Promise<ObjectPrinter | undefined> {
  const printer = await anyPrinter(session, options, formats, noHeaders);
  if (options.typed !== true || options.output.toLowerCase() !== "name") return printer;
  return (object) => {
    if (!Array.isArray(object["items"])) return printer!(object);
    const version = String(object["apiVersion"] ?? "")
      .split("/")
      .at(-1);
    throw new Error(`list types are not supported by name printing: *${version}.${object["kind"]}`);
  };
}

async function anyPrinter(
  session: Session,
  options: PrintOptions,
  formats: readonly string[],
  noHeaders: boolean,
): Promise<ObjectPrinter | undefined> {
  const format = parseFormat(options);
  if (format.name === "") return undefined;
  if (!formats.includes(format.name))
    throw new Error(
      `unable to match a printer suitable for the output format ${JSON.stringify(options.output)}, allowed formats are: ${formats.join(",")}`,
    );
  if (format.name === "wide") return undefined;
  if (format.name === "json") return jsonPrinter(options);
  if (format.name === "yaml") return yamlPrinter(options);
  if (format.name === "name") return namePrinter();
  if (format.name.startsWith("custom-columns")) return columnsPrinter(session, format, noHeaders);
  return templatePrinter(session, format, options);
}

/** Whether -o and --template ask for one of the human-readable formats. */
export function isHumanReadable(options: PrintOptions): boolean {
  return (options.output === "" && options.template === "") || options.output === "wide";
}

/** What a command that changes something prints: "deployment.apps/web created", or the object in the format asked for. */
export async function operationPrinter(
  session: Session,
  options: PrintOptions,
  operation: string,
): Promise<ObjectPrinter> {
  return (await structuredPrinter(session, options)) ?? namePrinter(operation);
}
