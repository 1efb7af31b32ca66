import type { CommandDefinition } from "../../define-command.ts";
import { UsageError } from "../../exit.ts";
import { chunkSizeFlag, fieldSelectorFlag, filenameFlags, selectorFlag } from "../../flags/common-flags.ts";
import { changed, declareFlags, flag } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";
import { isHumanReadable } from "../../printers/format.ts";
import { getPrintFormats, type PrintOptions, printFlags, printOptionsOf } from "../../printers/print-flags.ts";
import type { Session } from "../../session.ts";

/** What `get` was asked for. */
export interface GetOptions {
  readonly args: readonly string[];
  readonly filenames: readonly string[];
  readonly kustomize: string;
  readonly recursive: boolean;
  readonly labelSelector: string;
  readonly fieldSelector: string;
  readonly namespace: string;
  readonly explicitNamespace: boolean;
  readonly allNamespaces: boolean;
  readonly chunkSize: number;
  readonly print: PrintOptions;
  readonly noHeaders: boolean;
  readonly showKind: boolean;
  readonly showLabels: boolean;
  readonly labelColumns: readonly string[];
  readonly sortBy: string;
  readonly ignoreNotFound: boolean;
  readonly serverPrint: boolean;
  readonly subresource: string;
  readonly raw: string;
  readonly watch: boolean;
  readonly watchOnly: boolean;
  readonly outputWatchEvents: boolean;
}

/** The headers that ask a server for Tables. */
export const tableHeaders = {
  accept:
    "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json",
};

const text = {
  usage:
    "[(-o|--output=)json|yaml|name|go-template|go-template-file|template|templatefile|jsonpath|jsonpath-as-json|jsonpath-file|custom-columns|custom-columns-file|wide] (TYPE[.VERSION][.GROUP] [NAME | -l label] | TYPE[.VERSION][.GROUP]/NAME ...) [flags]",
  long: `Display one or many resources.

 Shows a table of what matters most about each object, or the objects themselves in another format (-o). Without -A only the current namespace is looked at.

Use "kubectl api-resources" for a complete list of supported resources.`,
  examples: `
# All pods of the namespace
kubectl get pods

# With node and IP
kubectl get pods -o wide

# One deployment as YAML
kubectl get deployment web -o yaml

# Several types, several names
kubectl get rc/web service/frontend
kubectl get deployments,services

# One field of one pod
kubectl get pod web -o jsonpath='{.status.phase}'

# A table of one's own
kubectl get pods -o custom-columns=NAME:.metadata.name,IMAGE:.spec.containers[0].image`,
};

async function complete(
  session: Session,
  flags: Readonly<Record<string, any>>,
  args: readonly string[],
): Promise<GetOptions> {
  if (flags["raw"] !== "" && args.length > 0) throw new Error("arguments may not be passed when --raw is specified");
  const { name, explicit } = flags["raw"] === "" ? await session.namespace() : { name: "", explicit: false };
  const watching = flags["watch"] || flags["watchOnly"];
  if (watching && flags["sortBy"] !== "")
    session.streams.stderr.write("warning: --watch requested, --sort-by will be ignored for watch events received\n");
  if (
    !watching &&
    flags["raw"] === "" &&
    args.length === 0 &&
    flags["filename"].length === 0 &&
    flags["kustomize"] === ""
  ) {
    session.streams.stderr.write(
      `You must specify the type of resource to get. Use "${session.program} api-resources" for a complete list of supported resources.\n\n`,
    );
    throw new UsageError(
      `Required resource not specified.\nUse "${session.program} explain <resource>" for a detailed description of that resource (e.g. ${session.program} explain pods).`,
      "get",
    );
  }
  return {
    args,
    filenames: flags["filename"],
    kustomize: flags["kustomize"],
    recursive: flags["recursive"],
    labelSelector: flags["selector"],
    fieldSelector: flags["fieldSelector"],
    namespace: name,
    explicitNamespace: explicit && !flags["allNamespaces"],
    allNamespaces: flags["allNamespaces"],
    chunkSize: flags["chunkSize"],
    print: printOptionsOf(flags),
    noHeaders: flags["noHeaders"],
    showKind: flags["showKind"],
    showLabels: flags["showLabels"],
    labelColumns: flags["labelColumns"],
    sortBy: flags["sortBy"],
    ignoreNotFound: flags["ignoreNotFound"],
    serverPrint: flags["serverPrint"],
    subresource: flags["subresource"],
    raw: flags["raw"],
    watch: flags["watch"],
    watchOnly: flags["watchOnly"],
    outputWatchEvents: flags["outputWatchEvents"] && changed(flags, "output-watch-events"),
  };
}

function validateRaw(o: GetOptions): void {
  if (o.watch || o.watchOnly || o.labelSelector !== "")
    throw new Error("--raw may not be specified with other flags that filter the server request or alter the output");
  if (o.print.output !== "") throw new Error("--raw and --output are mutually exclusive");
  if (!/^(\/|https?:\/\/)/.test(o.raw))
    throw new Error(`--raw must be a valid URL path: parse ${JSON.stringify(o.raw)}: invalid URI for request`);
}

function validate(o: GetOptions): void {
  if (o.raw !== "") {
    validateRaw(o);
    return;
  }
  const { output } = o.print;
  if (o.showLabels && output !== "" && output !== "wide")
    throw new Error(`--show-labels option cannot be used with ${output} printer`);
  if (o.outputWatchEvents && !(o.watch || o.watchOnly))
    throw new Error("--output-watch-events option can only be used with --watch or --watch-only");
}

async function run(session: Session, o: GetOptions): Promise<void> {
  if (o.raw !== "") return (await import("./get-raw.ts")).getRaw(session, o.raw);
  if (o.watch || o.watchOnly) return (await import("./get-watch.ts")).getWatch(session, o);
  if (isHumanReadable(o.print)) return (await import("./get-table.ts")).getTable(session, o);
  return (await import("./get-structured.ts")).getStructured(session, o);
}

/** `kubectl get`. Mirrors kubectl/pkg/cmd/get. */
export const command: CommandDefinition<GetOptions> = {
  define: (c) => {
    describeCommand(c, text);
    declareFlags(
      c,
      ...printFlags(getPrintFormats),
      flag.bool("all-namespaces", "Look at all namespaces, whatever --namespace says.", { short: "A" }),
      chunkSizeFlag,
      fieldSelectorFlag,
      ...filenameFlags("identifying the resource to get"),
      flag.bool("ignore-not-found", "Do not fail where a named object does not exist."),
      flag.strings("label-columns", "Labels to show as columns, comma-separated.", { short: "L" }),
      flag.bool("no-headers", "Print no headers (tables and custom columns)."),
      flag.bool("output-watch-events", "With --watch, print the events; what exists already counts as ADDED."),
      flag.string("raw", "Request this URI from the server and print its answer as it is."),
      selectorFlag,
      flag.bool("server-print", "Let the server make the table.", { default: "true" }),
      flag.bool("show-kind", "Put the type before each name."),
      flag.bool("show-labels", "Show all labels in the last column."),
      flag.string("sort-by", "Sort by this field, a JSONPath expression such as '{.metadata.name}'."),
      flag.string("subresource", "Get this subresource of the named objects."),
      flag.bool("watch", "Go on watching for changes after listing.", { short: "w" }),
      flag.bool("watch-only", "Watch for changes without listing first."),
    );
  },
  complete,
  validate,
  run,
};
