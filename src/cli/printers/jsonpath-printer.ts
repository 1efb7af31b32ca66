import type { ObjectPrinter } from "./format.ts";
export function jsonPathPrinter(
  _text: string,
  _options: { asJson: boolean; allowMissingKeys: boolean },
): ObjectPrinter {
  throw new Error("-o jsonpath is not there yet in this version of drykube");
}
