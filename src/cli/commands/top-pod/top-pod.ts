import { formatGoDuration } from "../../../machinery/duration.ts";
import type { JsonObject } from "../../../machinery/object.ts";
import { parseTime } from "../../../machinery/time.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { UsageError } from "../../exit.ts";
import { fieldSelectorFlag, selectorFlag } from "../../flags/common-flags.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";
import {
  byUsage,
  checkSortBy,
  cpuText,
  memoryText,
  printRows,
  requireMetrics,
  sumOf,
  type Usage,
  usageOf,
} from "../../metrics/metrics-api.ts";
import type { Session } from "../../session.ts";

interface TopPodOptions {
  readonly name: string;
  readonly namespace: string;
  readonly allNamespaces: boolean;
  readonly selector: string;
  readonly fieldSelector: string;
  readonly sortBy: string;
  readonly noHeaders: boolean;
  readonly containers: boolean;
  readonly sum: boolean;
}

/** How old a pod may be without metrics, in milliseconds. */
const PATIENCE_MS = 120_000;

interface Line {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly usage: Usage;
}

async function fetchAll(session: Session, o: TopPodOptions): Promise<readonly JsonObject[]> {
  const client = await session.client();
  const path = {
    group: "metrics.k8s.io",
    version: "v1beta1",
    resource: "pods",
    ...(o.allNamespaces ? {} : { namespace: o.namespace }),
  };
  if (o.name !== "") return [await client.get<JsonObject>(path, o.name)];
  const query = { labelSelector: o.selector, fieldSelector: o.fieldSelector };
  return (await client.list<JsonObject>(path, query)).items;
}

/** Throws where there are pods that should have metrics, or will have them. Mirrors top_pod.go verifyEmptyMetrics. */
async function explainEmpty(session: Session, o: TopPodOptions): Promise<void> {
  const client = await session.client();
  const path = { group: "", version: "v1", resource: "pods", ...(o.allNamespaces ? {} : { namespace: o.namespace }) };
  const query = { labelSelector: o.selector, fieldSelector: o.fieldSelector };
  const pods = (await client.list<JsonObject>(path, query)).items;
  if (pods.length === 0) return;
  for (const { metadata } of pods) {
    const age = session.clusterNow() - parseTime(metadata.creationTimestamp);
    if (age > PATIENCE_MS)
      throw new Error(
        `Metrics not available for pod ${metadata.namespace}/${metadata.name}, age: ${formatGoDuration(age)}`,
      );
  }
  throw new Error("metrics not available yet");
}

function linesOf(pod: JsonObject, o: TopPodOptions): Line[] {
  const { name, namespace = "" } = pod["metadata"];
  const containers: Line[] = (pod["containers"] ?? []).map((c: JsonObject) => ({
    namespace,
    pod: name,
    container: c["name"],
    usage: usageOf(c["usage"]),
  }));
  if (o.containers)
    return containers.sort(
      byUsage(
        o.sortBy,
        (l) => l.container,
        (l) => l.usage,
      ),
    );
  return [{ namespace, pod: name, container: "", usage: sumOf(containers.map((l) => l.usage)) }];
}

function cells(l: Line, o: TopPodOptions): string[] {
  return [
    ...(o.allNamespaces ? [l.namespace] : []),
    l.pod,
    ...(o.containers ? [l.container] : []),
    cpuText(l.usage),
    memoryText(l.usage),
  ];
}

async function run(session: Session, o: TopPodOptions): Promise<void> {
  await requireMetrics(session);
  const pods = [...(await fetchAll(session, o))];
  if (pods.length === 0) {
    await explainEmpty(session, o);
    session.streams.stderr.write(
      o.allNamespaces ? "No resources found\n" : `No resources found in ${o.namespace} namespace.\n`,
    );
    return;
  }
  const total = (pod: JsonObject): Usage =>
    sumOf((pod["containers"] ?? []).map((c: JsonObject) => usageOf(c["usage"])));
  const named = (pod: JsonObject): string => `${pod["metadata"].namespace}/${pod["metadata"].name}`;
  const lines = pods.sort(byUsage(o.sortBy, named, total)).flatMap((pod) => linesOf(pod, o));
  // Without headers upstream does not count the columns that flags add.
  const blanks = o.noHeaders ? 0 : (o.allNamespaces ? 1 : 0) + (o.containers ? 1 : 0);
  const header = [
    ...(o.allNamespaces ? ["NAMESPACE"] : []),
    ...(o.containers ? ["POD", "NAME"] : ["NAME"]),
    "CPU(cores)",
    "MEMORY(bytes)",
  ];
  const rows = [...(o.noHeaders ? [] : [header]), ...lines.map((l) => cells(l, o))];
  if (o.sum) {
    const sum = sumOf(lines.map((l) => l.usage));
    const gap = Array<string>(blanks).fill("");
    rows.push([...gap, "", "________", "________"], [...gap, "", cpuText(sum), memoryText(sum)]);
  }
  printRows(session, rows);
}

/** `kubectl top pod`. Mirrors kubectl/pkg/cmd/top/top_pod.go. */
export const command: CommandDefinition<TopPodOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "[NAME | -l label]",
      long: "Show what pods use of CPU and memory. What a pod uses may be told with a delay of a few minutes.",
      examples:
        "\n# All pods of the namespace\nkubectl top pod\n\n# Each container\nkubectl top pod POD_NAME --containers",
    });
    declareFlags(
      c,
      flag.bool("all-namespaces", "Pods of all namespaces.", { short: "A" }),
      flag.bool("containers", "A line for each container."),
      fieldSelectorFlag,
      flag.bool("no-headers", "No headers."),
      selectorFlag,
      flag.string("sort-by", "Sort by cpu or memory."),
      flag.bool("sum", "Show the sum too."),
      flag.bool("use-protocol-buffers", "Ask for protocol buffers. Answers are the same.", { default: "true" }),
    );
  },
  complete: async (session, flags, args) => {
    if (args.length > 1) throw new UsageError("pod [NAME | -l label]", "top pod");
    return {
      name: args[0] ?? "",
      namespace: (await session.namespace()).name,
      allNamespaces: flags["allNamespaces"],
      selector: flags["selector"],
      fieldSelector: flags["fieldSelector"],
      sortBy: flags["sortBy"],
      noHeaders: flags["noHeaders"],
      containers: flags["containers"],
      sum: flags["sum"],
    };
  },
  validate: (o) => {
    checkSortBy(o.sortBy);
    if (o.name !== "" && (o.selector !== "" || o.fieldSelector !== ""))
      throw new Error("only one of NAME or selector can be provided");
  },
  run,
};
