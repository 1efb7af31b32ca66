import { executeJsonPath, jsonPathFailure } from "../../machinery/jsonpath/evaluate.ts";
import { JsonPathError, type JsonPathTemplate, parseJsonPath } from "../../machinery/jsonpath/parse.ts";
import type { ObjectPrinter } from "./format.ts";

/** How -o jsonpath is asked to print. */
export interface JsonPathPrinterOptions {
  readonly asJson: boolean;
  readonly allowMissingKeys: boolean;
}

function parse(text: string): JsonPathTemplate {
  try {
    return parseJsonPath(text);
  } catch (error) {
    if (error instanceof JsonPathError) throw new Error(`error parsing jsonpath ${text}, ${error.message}`);
    throw error;
  }
}

/** The printer of -o jsonpath and -o jsonpath-as-json. Throws where the template does not parse. Mirrors printers.JSONPathPrinter. */
export function jsonPathPrinter(text: string, options: JsonPathPrinterOptions): ObjectPrinter {
  const template = parse(text);
  return (object) => {
    try {
      return executeJsonPath(template, object, options);
    } catch (error) {
      if (error instanceof JsonPathError) throw new Error(jsonPathFailure(text, error, object));
      throw error;
    }
  };
}
