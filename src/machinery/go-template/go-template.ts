import { goValueText } from "../codec/go-text.ts";
import { compactJson } from "../codec/json.ts";
import { goQuote } from "../field-error.ts";
import type { GoTemplateError } from "./error.ts";
import { templateFunctions } from "./functions.ts";
import type { GoTemplate } from "./nodes.ts";
import { parseGoTemplate } from "./parse.ts";

/** Reads a template as `-o go-template=` takes it, with kubectl's functions. Throws GoTemplateError. */
export const parseTemplate = (text: string): GoTemplate => parseGoTemplate(text, new Set(templateFunctions.keys()));

/** What kubectl writes to its output where executing failed, behind what the template had written. Mirrors cli-runtime printers/template.go. */
export const goTemplateDebug = (text: string, error: GoTemplateError, data: unknown): string =>
  `Error executing template: ${error.message}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t${text}\n\traw data was:\n\t\t${compactJson(data)}\n\tobject given to template engine was:\n\t\t${goValueText(data)}\n\n`;

/** What kubectl says then, behind "error: ". */
export const goTemplateFailure = (text: string, error: GoTemplateError): string =>
  `error executing template ${goQuote(text)}: ${error.message}`;
