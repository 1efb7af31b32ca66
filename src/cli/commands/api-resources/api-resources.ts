import type { ApiResource } from "../../../client/rest-mapper.ts";
import { apiVersionOf } from "../../../machinery/object.ts";
import { alignTabs, tableTabs } from "../../../machinery/tabwriter.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { UsageError } from "../../exit.ts";
import { changed, declareFlags, flag } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";
import { qualifiedResource } from "../../resources/info.ts";
import type { Session } from "../../session.ts";

interface ApiResourcesOptions {
  /** undefined: every group. */
  readonly group: string | undefined;
  readonly namespaced: boolean | undefined;
  readonly verbs: readonly string[];
  readonly categories: readonly string[];
  readonly noHeaders: boolean;
  readonly output: string;
  readonly sortBy: string;
}

/** The version that each group prefers: the first that discovery names. */
function preferredOnly(resources: readonly ApiResource[]): ApiResource[] {
  const preferred = new Map<string, string>();
  for (const r of resources) if (!preferred.has(r.group)) preferred.set(r.group, r.version);
  return resources.filter((r) => preferred.get(r.group) === r.version);
}

const by =
  (...keys: readonly ((r: ApiResource) => string)[]) =>
  (a: ApiResource, b: ApiResource): number => {
    for (const key of keys) if (key(a) !== key(b)) return key(a) < key(b) ? -1 : 1;
    return 0;
  };

function sorted(resources: ApiResource[], sortBy: string): ApiResource[] {
  if (sortBy === "kind") return resources.sort(by((r) => r.kind));
  if (sortBy === "name") return resources.sort(by((r) => r.resource));
  return resources.sort(
    by(
      (r) => r.group,
      (r) => r.resource,
    ),
  );
}

function line(r: ApiResource, wide: boolean): string {
  const cells = [r.resource, r.shortNames.join(","), apiVersionOf(r), String(r.namespaced), r.kind];
  if (wide) cells.push([...r.verbs].join(","), r.categories.join(","));
  return `${cells.join("\t")}\n`;
}

async function run(session: Session, o: ApiResourcesOptions): Promise<void> {
  const { stdout } = session.streams;
  const wide = o.output === "wide";
  const headers = ["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND", ...(wide ? ["VERBS", "CATEGORIES"] : [])];
  const head = o.noHeaders ? "" : `${headers.join("\t")}\n`;
  const { resources } = await session.mapper().catch((error: unknown) => {
    // Of a server that cannot be asked there is a table all the same, with nothing in it.
    if (o.output !== "name") stdout.write(alignTabs(head, tableTabs));
    throw error;
  });
  const chosen = preferredOnly(resources).filter(
    (r) =>
      r.verbs.length > 0 &&
      (o.group === undefined || r.group === o.group) &&
      (o.namespaced === undefined || r.namespaced === o.namespaced) &&
      o.verbs.every((v) => (r.verbs as readonly string[]).includes(v)) &&
      o.categories.every((c) => r.categories.includes(c)),
  );
  const list = sorted(chosen, o.sortBy);
  if (o.output === "name") return stdout.write(list.map((r) => `${qualifiedResource(r)}\n`).join(""));
  stdout.write(alignTabs(head + list.map((r) => line(r, wide)).join(""), tableTabs));
}

/** `kubectl api-resources`. Mirrors kubectl/pkg/cmd/apiresources. */
export const command: CommandDefinition<ApiResourcesOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "[flags]",
      long: "Print the resources that the server offers.",
      examples: `
# All of them, with verbs and categories
kubectl api-resources -o wide

# Those that live in namespaces
kubectl api-resources --namespaced=true`,
    });
    declareFlags(
      c,
      flag.string("api-group", "Only resources of this group."),
      flag.bool("cached", "Use the cached list of resources, where there is one."),
      flag.strings("categories", "Only resources of these categories."),
      flag.bool("namespaced", "Only resources in namespaces, or with =false only those outside.", { default: "true" }),
      flag.bool("no-headers", "Print no headers."),
      flag.string("output", "Output format. One of: (wide, name).", { short: "o" }),
      flag.string("sort-by", "Sort by 'name' or 'kind'."),
      flag.strings("verbs", "Only resources that have these verbs."),
    );
  },
  complete: (_session, flags, args) => {
    if (args.length > 0) throw new UsageError(`unexpected arguments: [${args.join(" ")}]`, "api-resources");
    return {
      group: changed(flags, "api-group") ? flags["apiGroup"] : undefined,
      namespaced: changed(flags, "namespaced") ? flags["namespaced"] : undefined,
      verbs: flags["verbs"],
      categories: flags["categories"],
      noHeaders: flags["noHeaders"],
      output: flags["output"],
      sortBy: flags["sortBy"],
    };
  },
  validate: (o) => {
    if (!["", "wide", "name"].includes(o.output)) throw new Error(`--output ${o.output} is not available`);
    if (!["", "name", "kind"].includes(o.sortBy)) throw new Error("--sort-by accepts only name or kind");
  },
  run,
};
