import fs from "node:fs";
import path from "node:path";
import { asText, collectionPath, objectPath } from "../../../client/create-client.ts";
import type { JsonObject, KubeObject } from "../../../machinery/object.ts";
import { StatusError } from "../../../machinery/status-error.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";
import { containersForLogs } from "../../pods/containers.ts";
import { type ObjectPrinter, structuredPrinter } from "../../printers/format.ts";
import { type PrintOptions, printFlags, printOptionsOf, templateAlone } from "../../printers/print-flags.ts";
import type { Session } from "../../session.ts";

interface DumpOptions {
  readonly directory: string;
  readonly allNamespaces: boolean;
  readonly namespaces: readonly string[];
  readonly print: PrintOptions;
}

/** What is dumped of each namespace: file name, group and resource. */
const LISTS: readonly (readonly [string, string, string])[] = [
  ["events", "", "events"],
  ["replication-controllers", "", "replicationcontrollers"],
  ["services", "", "services"],
  ["daemonsets", "apps", "daemonsets"],
  ["deployments", "apps", "deployments"],
  ["replicasets", "apps", "replicasets"],
  ["pods", "", "pods"],
];
const EXTENSIONS: Readonly<Record<string, string>> = { json: ".json", yaml: ".yaml" };

/** What a client makes of a refusal whose Status it does not read. Mirrors errors.NewGenericServerResponse. */
const UNREAD_STATUS: Readonly<Record<number, string>> = {
  400: "the server rejected our request for an unknown reason",
  404: "the server could not find the requested resource",
};

type Write = (file: string, text: string) => void;

/** To standard output, or each part into a file of its own. */
function writer(session: Session, o: DumpOptions): Write {
  if (o.directory === "" || o.directory === "-") return (_file, text) => session.streams.stdout.write(text);
  return (file, text) => {
    const full = path.resolve(session.cwd, o.directory, file);
    fs.mkdirSync(path.dirname(full), { recursive: true });
    fs.appendFileSync(full, text);
  };
}

async function listOf(session: Session, group: string, resource: string, namespace?: string): Promise<JsonObject> {
  const client = await session.client();
  const place = { group, version: "v1", resource, ...(namespace === undefined ? {} : { namespace }) };
  const response = await client.request({
    method: "GET",
    path: collectionPath(place),
    headers: { accept: "application/json" },
  });
  if (response.kind !== "object") throw new Error(`unexpected answer to the list of ${resource}`);
  const { typedList } = await import("../../resources/typed.ts");
  return typedList(session, response.body);
}

async function logOf(session: Session, pod: KubeObject, container: string): Promise<string> {
  const client = await session.client();
  const { name = "", namespace = "" } = pod.metadata;
  try {
    const response = await client.request({
      method: "GET",
      path: objectPath({ group: "", version: "v1", resource: "pods", namespace }, name, "log"),
      query: { container },
    });
    return response.kind === "text" ? asText(response.body) : "";
  } catch (error) {
    // The Status that came is not looked at here, unlike in `logs`.
    const words = error instanceof StatusError ? UNREAD_STATUS[error.code] : undefined;
    const message = words === undefined ? (error as Error).message : `${words} (get pods ${name})`;
    return `Request log error: ${message}\n`;
  }
}

async function dumpNamespace(
  session: Session,
  namespace: string,
  print: ObjectPrinter,
  extension: string,
  write: Write,
): Promise<void> {
  let pods: readonly KubeObject[] = [];
  for (const [file, group, resource] of LISTS) {
    const list = await listOf(session, group, resource, namespace);
    write(path.join(namespace, `${file}${extension}`), print(list));
    if (resource === "pods") pods = list["items"] ?? [];
  }
  for (const pod of pods)
    for (const container of containersForLogs(pod)) {
      const file = path.join(namespace, pod.metadata.name ?? "", "logs.txt");
      const subject = `container ${container} of pod ${namespace}/${pod.metadata.name}`;
      write(file, `==== START logs for ${subject} ====\n`);
      write(file, await logOf(session, pod, container));
      write(file, `==== END logs for ${subject} ====\n`);
    }
}

async function run(session: Session, o: DumpOptions): Promise<void> {
  const extension = EXTENSIONS[o.print.output] ?? ".txt";
  const print = (await structuredPrinter(session, o.print))!;
  const write = writer(session, o);
  write(`nodes${extension}`, print(await listOf(session, "", "nodes")));
  const namespaces = o.allNamespaces
    ? ((await listOf(session, "", "namespaces"))["items"] as KubeObject[]).map((n) => n.metadata.name ?? "")
    : o.namespaces.length > 0
      ? o.namespaces
      : [...new Set(["kube-system", (await session.namespace()).name])];
  for (const namespace of namespaces) await dumpNamespace(session, namespace, print, extension, write);
  if (o.directory !== "" && o.directory !== "-")
    session.streams.stdout.write(`Cluster info dumped to ${o.directory}\n`);
}

/** `kubectl cluster-info dump`. Mirrors kubectl/pkg/cmd/clusterinfo/clusterinfo_dump.go. */
export const command: CommandDefinition<DumpOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "[flags]",
      long: "Dump what helps to find out what is wrong with a cluster: nodes, and of some namespaces events, workloads, services, pods and their logs.",
      examples:
        "# To standard output, to a directory\nkubectl cluster-info dump\nkubectl cluster-info dump --output-directory=/path/to/cluster-state",
    });
    declareFlags(
      c,
      ...printFlags().map((f) => (f.name === "output" ? { ...f, default: "json" } : f)),
      flag.bool("all-namespaces", "All namespaces, whatever --namespaces says.", { short: "A" }),
      flag.strings("namespaces", "Namespaces to dump; kube-system and the current one by default."),
      flag.string("output-directory", "Directory for the files; standard output when empty or '-'."),
      flag.duration("pod-running-timeout", "How long to wait for a pod that runs (5s, 2m, 3h).", { default: "20s" }),
    );
  },
  complete: (_session, flags) => ({
    directory: flags["outputDirectory"],
    allNamespaces: flags["allNamespaces"],
    namespaces: flags["namespaces"],
    print: { ...printOptionsOf(flags), ...templateAlone(flags), typed: true },
  }),
  run,
};
