import type { ObjectPrinter } from "./format.ts";
export function goTemplatePrinter(_text: string, _allowMissingKeys: boolean): ObjectPrinter {
  throw new Error("-o go-template is not there yet in this version of drykube");
}
