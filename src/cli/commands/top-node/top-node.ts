import type { JsonObject } from "../../../machinery/object.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { UsageError } from "../../exit.ts";
import { selectorFlag } from "../../flags/common-flags.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";
import {
  byUsage,
  checkSortBy,
  cpuText,
  memoryText,
  printRows,
  requireMetrics,
  type Usage,
  usageOf,
} from "../../metrics/metrics-api.ts";
import type { Session } from "../../session.ts";

interface TopNodeOptions {
  readonly name: string;
  readonly selector: string;
  readonly sortBy: string;
  readonly noHeaders: boolean;
  readonly showCapacity: boolean;
}

const NODES = { group: "", version: "v1", resource: "nodes" } as const;
const METRICS = { group: "metrics.k8s.io", version: "v1beta1", resource: "nodes" } as const;

const percent = (used: number, of: number): string => (of === 0 ? "<unknown>" : `${Math.trunc((used * 100) / of)}%`);

async function fetchAll(session: Session, path: typeof NODES | typeof METRICS, o: TopNodeOptions) {
  const client = await session.client();
  if (o.name !== "") return [await client.get<JsonObject>(path, o.name)];
  return (await client.list<JsonObject>(path, { labelSelector: o.selector })).items;
}

function row(node: JsonObject, used: Usage | undefined, o: TopNodeOptions): string[] {
  const status = node["status"] ?? {};
  const available = usageOf(o.showCapacity ? status.capacity : status.allocatable);
  const name: string = node["metadata"].name;
  if (used === undefined) return [name, "<unknown>", "<unknown>", "<unknown>", "<unknown>"];
  return [
    name,
    cpuText(used),
    percent(used.cpuMillis, available.cpuMillis),
    memoryText(used),
    percent(used.memoryBytes, available.memoryBytes),
  ];
}

async function run(session: Session, o: TopNodeOptions): Promise<void> {
  await requireMetrics(session);
  const metrics = await fetchAll(session, METRICS, o);
  if (metrics.length === 0) throw new Error("metrics not available yet");
  const nodes = await fetchAll(session, NODES, o);
  const usages = new Map(metrics.map((m) => [m["metadata"].name as string, usageOf(m["usage"])]));
  const known = nodes.filter((n) => usages.has(n["metadata"].name));
  known.sort(
    byUsage(
      o.sortBy,
      (n) => n["metadata"].name,
      (n) => usages.get(n["metadata"].name)!,
    ),
  );
  const rest = nodes.filter((n) => !usages.has(n["metadata"].name));
  const header = ["NAME", "CPU(cores)", "CPU(%)", "MEMORY(bytes)", "MEMORY(%)"];
  const rows = [...known, ...rest].map((n) => row(n, usages.get(n["metadata"].name), o));
  printRows(session, o.noHeaders ? rows : [header, ...rows]);
}

/** `kubectl top node`. Mirrors kubectl/pkg/cmd/top/top_node.go. */
export const command: CommandDefinition<TopNodeOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "[NAME | -l label]",
      long: "Show what nodes use of CPU and memory.",
      examples: "\n# All nodes\nkubectl top node\n\n# One\nkubectl top node NODE_NAME",
    });
    declareFlags(
      c,
      flag.bool("no-headers", "No headers."),
      selectorFlag,
      flag.bool("show-capacity", "Percentages of the nodes' capacity rather than of what is allocatable."),
      flag.string("sort-by", "Sort by cpu or memory."),
      flag.bool("use-protocol-buffers", "Ask for protocol buffers. Answers are the same.", { default: "true" }),
    );
  },
  complete: (_session, flags, args) => {
    if (args.length > 1) throw new UsageError("node [NAME | -l label]", "top node");
    return {
      name: args[0] ?? "",
      selector: flags["selector"],
      sortBy: flags["sortBy"],
      noHeaders: flags["noHeaders"],
      showCapacity: flags["showCapacity"],
    };
  },
  validate: (o) => {
    checkSortBy(o.sortBy);
    if (o.name !== "" && o.selector !== "") throw new Error("only one of NAME or --selector can be provided");
  },
  run,
};
