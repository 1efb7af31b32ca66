import type { JsonObject } from "../../machinery/object.ts";
import { parseQuantity, scaledQuantity } from "../../machinery/quantity.ts";
import { alignTabs, tableTabs } from "../../machinery/tabwriter.ts";
import type { Session } from "../session.ts";

/** What something uses. */
export interface Usage {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
}

const MEBI = 1024 * 1024;

/** The usage in a metrics object's map. */
export function usageOf(resources: JsonObject | undefined): Usage {
  const at = (name: string, scale: number): number =>
    Number(scaledQuantity(parseQuantity(resources?.[name] ?? "0"), scale));
  return { cpuMillis: at("cpu", -3), memoryBytes: at("memory", 0) };
}

/** The sum of several. */
export function sumOf(usages: readonly Usage[]): Usage {
  return usages.reduce(
    (a, b) => ({ cpuMillis: a.cpuMillis + b.cpuMillis, memoryBytes: a.memoryBytes + b.memoryBytes }),
    { cpuMillis: 0, memoryBytes: 0 },
  );
}

/** "250m" and "128Mi". */
export const cpuText = (u: Usage): string => `${u.cpuMillis}m`;
export const memoryText = (u: Usage): string => `${Math.floor(u.memoryBytes / MEBI)}Mi`;

/** Throws where --sort-by is neither. */
export function checkSortBy(text: string): void {
  if (text !== "" && text !== "cpu" && text !== "memory") throw new Error("--sort-by accepts only cpu or memory");
}

/** Sorts by what --sort-by says, the biggest first; else by `name`. */
export function byUsage<T>(sortBy: string, name: (item: T) => string, usage: (item: T) => Usage) {
  return (a: T, b: T): number => {
    if (sortBy === "cpu") return usage(b).cpuMillis - usage(a).cpuMillis;
    if (sortBy === "memory") return usage(b).memoryBytes - usage(a).memoryBytes;
    return name(a) < name(b) ? -1 : name(a) > name(b) ? 1 : 0;
  };
}

/** Throws "Metrics API not available" where the server has none. */
export async function requireMetrics(session: Session): Promise<void> {
  const { resources } = await session.mapper(0);
  if (!resources.some((r) => r.group === "metrics.k8s.io" && r.version === "v1beta1"))
    throw new Error("Metrics API not available");
}

/** Prints rows as kubectl's tables are. */
export function printRows(session: Session, rows: readonly (readonly string[])[]): void {
  session.streams.stdout.write(alignTabs(rows.map((cells) => `${cells.join("\t")}\t\n`).join(""), tableTabs));
}
