import { alignTabs, tableTabs } from "../../../machinery/tabwriter.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { HelpError } from "../../exit.ts";
import { changed, declareFlags, flag } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";
import { openConfig } from "./config-edit.ts";

/** Shows the help and complains of the arguments, where there are not `count`. */
export function exactArgs(args: readonly string[], count: number, word = "Unexpected args"): void {
  if (args.length !== count) throw new HelpError(`${word}: [${args.join(" ")}]`);
}

/** `kubectl config current-context`. */
export const currentContext: CommandDefinition<undefined> = {
  define: (c) =>
    describeCommand(c, {
      usage: "[flags]",
      long: "Display the current context.",
      examples: "kubectl config current-context",
    }),
  complete: () => undefined,
  run: async (session) => {
    const { config } = await openConfig(session);
    if (config.currentContext === "") throw new Error("current-context is not set");
    session.streams.stdout.write(`${config.currentContext}\n`);
  },
};

/** `kubectl config use-context`. */
export const useContext: CommandDefinition<string> = {
  define: (c) =>
    describeCommand(c, {
      usage: "CONTEXT_NAME",
      long: "Set the current context in a kubeconfig file.",
      examples: "kubectl config use-context minikube",
    }),
  complete: (_session, _flags, args) => {
    exactArgs(args, 1);
    return args[0]!;
  },
  run: async (session, name) => {
    const edit = await openConfig(session);
    if (name === "") throw new Error("empty context names are not allowed");
    if (edit.entry("contexts", name) === undefined)
      throw new Error(`no context exists with the name: ${JSON.stringify(name)}`);
    edit.setField("current-context", name);
    edit.save();
    session.streams.stdout.write(`Switched to context ${JSON.stringify(name)}.\n`);
  },
};

interface GetContexts {
  readonly names: readonly string[];
  readonly output: string;
  readonly noHeaders: boolean;
}

/** `kubectl config get-contexts`. */
export const getContexts: CommandDefinition<GetContexts> = {
  define: (c) => {
    describeCommand(c, {
      usage: "[(-o|--output=)name)]",
      long: "Display one or many contexts of the kubeconfig file.",
      examples: "# All of them\nkubectl config get-contexts\n\n# One\nkubectl config get-contexts my-context",
    });
    declareFlags(
      c,
      flag.bool("no-headers", "Print no headers."),
      flag.string("output", "Output format. One of: (name).", { short: "o" }),
    );
  },
  complete: (_session, flags, args) => ({ names: args, output: flags["output"], noHeaders: flags["noHeaders"] }),
  validate: (o) => {
    if (o.output !== "" && o.output !== "name")
      throw new Error(
        `--output ${o.output} is not available in kubectl config get-contexts; resetting to default output format`,
      );
  },
  run: async (session, o) => {
    const { config } = await openConfig(session);
    const wanted = o.names.length === 0 ? [...config.contexts.keys()] : o.names.filter((n) => config.contexts.has(n));
    const nameOnly = o.output === "name";
    const rows = wanted.sort().map((name) => {
      if (nameOnly) return `${name}\n`;
      const context = config.contexts.get(name)!.value;
      const mark = name === config.currentContext ? "*" : "";
      return `${[mark, name, context["cluster"] ?? "", context["user"] ?? "", context["namespace"] ?? ""].join("\t")}\n`;
    });
    const head = nameOnly || o.noHeaders ? "" : "CURRENT\tNAME\tCLUSTER\tAUTHINFO\tNAMESPACE\n";
    session.streams.stdout.write(alignTabs(head + rows.join(""), tableTabs));
    const missing = o.names.filter((n) => !config.contexts.has(n)).map((n) => new Error(`context ${n} not found`));
    if (missing.length > 0) throw missing.length === 1 ? missing[0] : new AggregateError(missing);
  },
};

interface SetContext {
  readonly name: string;
  readonly current: boolean;
  readonly cluster: string | undefined;
  readonly user: string | undefined;
  readonly namespace: string | undefined;
}

/** `kubectl config set-context`. Mirrors config/set_context.go. */
export const setContext: CommandDefinition<SetContext> = {
  define: (c) => {
    describeCommand(c, {
      usage: "[NAME | --current] [--cluster=cluster_nickname] [--user=user_nickname] [--namespace=namespace]",
      long: "Set a context entry in kubeconfig. Fields of an entry that exists are kept where nothing new is given.",
      examples: "# Another user for a context\nkubectl config set-context gce --user=cluster-admin",
    });
    declareFlags(
      c,
      flag.string("cluster", "Cluster of the context."),
      flag.bool("current", "Change the current context."),
      flag.string("namespace", "Namespace of the context."),
      flag.string("user", "User of the context."),
    );
  },
  complete: (_session, flags, args) => {
    if (args.length > 1) throw new HelpError(`Unexpected args: [${args.join(" ")}]`);
    const given = (name: string): string | undefined => (changed(flags, name) ? flags[name] : undefined);
    return {
      name: args[0] ?? "",
      current: flags["current"],
      cluster: given("cluster"),
      user: given("user"),
      namespace: given("namespace"),
    };
  },
  validate: (o) => {
    if (o.name === "" && !o.current) throw new Error("you must specify a non-empty context name or --current");
    if (o.name !== "" && o.current) throw new Error("you cannot specify both a context name and --current");
  },
  run: async (session, o) => {
    const edit = await openConfig(session);
    const name = o.current ? edit.config.currentContext : o.name;
    if (name === "") throw new Error("no current context is set");
    const before = edit.entry("contexts", name);
    const { cluster, user, namespace } = o;
    edit.put("contexts", name, {
      cluster: "",
      user: "",
      ...before?.value,
      ...(cluster === undefined ? {} : { cluster }),
      ...(user === undefined ? {} : { user }),
      ...(namespace === undefined ? {} : { namespace }),
    });
    edit.save();
    session.streams.stdout.write(`Context ${JSON.stringify(name)} ${before === undefined ? "created" : "modified"}.\n`);
  },
};

/** `kubectl config rename-context`. Mirrors config/rename_context.go. */
export const renameContext: CommandDefinition<{ from: string; to: string }> = {
  define: (c) =>
    describeCommand(c, {
      usage: "CONTEXT_NAME NEW_NAME",
      long: "Rename a context of the kubeconfig file. The current context is followed.",
      examples: "kubectl config rename-context old-name new-name",
    }),
  complete: (_session, _flags, args) => {
    exactArgs(args, 2);
    return { from: args[0]!, to: args[1]! };
  },
  validate: ({ to }) => {
    if (to === "") throw new Error("You must specify a new non-empty context name");
  },
  run: async (session, { from, to }) => {
    const edit = await openConfig(session);
    const context = edit.entry("contexts", from);
    const quote = JSON.stringify;
    if (context === undefined) throw new Error(`cannot rename the context ${quote(from)}, it's not in ${edit.file}`);
    if (edit.entry("contexts", to) !== undefined)
      throw new Error(
        `cannot rename the context ${quote(from)}, the context ${quote(to)} already exists in ${edit.file}`,
      );
    const wasCurrent = edit.config.currentContext === from;
    edit.remove("contexts", from);
    edit.put("contexts", to, context.value);
    if (wasCurrent) edit.setField("current-context", to);
    edit.save();
    session.streams.stdout.write(`Context ${quote(from)} renamed to ${quote(to)}.\n`);
  },
};

/** `kubectl config delete-context`. Mirrors config/delete_context.go. */
export const deleteContext: CommandDefinition<string> = {
  define: (c) =>
    describeCommand(c, {
      usage: "NAME",
      long: "Delete a context from the kubeconfig.",
      examples: "kubectl config delete-context minikube",
    }),
  complete: (_session, _flags, args) => {
    if (args.length !== 1) throw new HelpError("", 0);
    return args[0]!;
  },
  run: async (session, name) => {
    const edit = await openConfig(session);
    if (edit.entry("contexts", name) === undefined)
      throw new Error(`cannot delete context ${name}, not in ${edit.file}`);
    if (edit.config.currentContext === name)
      session.streams.stderr.write(
        'warning: this removed your active context, use "kubectl config use-context" to select a different one\n',
      );
    edit.remove("contexts", name);
    edit.save();
    session.streams.stdout.write(`deleted context ${name} from ${edit.file}\n`);
  },
};
