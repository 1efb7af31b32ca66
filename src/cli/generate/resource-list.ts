import type { JsonObject } from "../../machinery/object.ts";
import { formatQuantity, parseQuantity } from "../../machinery/quantity.ts";

/** "cpu=1,memory=1Gi" as a resource list; undefined for an empty text. Mirrors generate/versioned populateResourceListV1. */
export function resourceList(text: string): JsonObject | undefined {
  if (text === "") return undefined;
  const pairs = text.split(",").map((pair) => {
    const parts = pair.split("=");
    if (parts.length !== 2) throw new Error(`Invalid argument syntax ${pair}, expected <resource>=<value>`);
    return [parts[0]!, formatQuantity(parseQuantity(parts[1]!))] as const;
  });
  return Object.fromEntries(pairs);
}
