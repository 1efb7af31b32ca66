import { GoTemplateError } from "../../machinery/go-template/error.ts";
import { executeGoTemplate } from "../../machinery/go-template/execute.ts";
import { goTemplateDebug, goTemplateFailure, parseTemplate } from "../../machinery/go-template/go-template.ts";
import type { GoTemplate } from "../../machinery/go-template/nodes.ts";
import type { ObjectPrinter } from "./format.ts";
import { PrintedError } from "./printed-error.ts";

function parse(text: string): GoTemplate {
  try {
    return parseTemplate(text);
  } catch (error) {
    if (error instanceof GoTemplateError) throw new Error(`error parsing template ${text}, ${error.message}`);
    throw error;
  }
}

/** The printer of -o go-template. Throws where the template does not parse; a failing one prints what it had written, and how it was used. Mirrors printers.GoTemplatePrinter. */
export function goTemplatePrinter(text: string, allowMissingKeys: boolean): ObjectPrinter {
  const template = parse(text);
  return (object) => {
    try {
      return executeGoTemplate(template, object, { allowMissingKeys });
    } catch (error) {
      if (!(error instanceof GoTemplateError)) throw error;
      const printed = `${error.output}${goTemplateDebug(text, error, object)}`;
      throw new PrintedError(printed, new Error(goTemplateFailure(text, error)));
    }
  };
}
