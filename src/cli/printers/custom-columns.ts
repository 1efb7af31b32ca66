import type { ObjectPrinter } from "./format.ts";
export function customColumns(_spec: string, _noHeaders: boolean): ObjectPrinter {
  throw new Error("-o custom-columns is not there yet in this version of drykube");
}
export function customColumnsFromFile(_text: string, _noHeaders: boolean): ObjectPrinter {
  throw new Error("-o custom-columns-file is not there yet in this version of drykube");
}
