import path from "node:path";
import { type ConfigEntry, type KubeConfig, loadKubeConfig } from "../../../client/kubeconfig.ts";
import type { JsonObject } from "../../../machinery/object.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { UsageError } from "../../exit.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";
import { structuredPrinter } from "../../printers/format.ts";
import { type PrintOptions, printFlags, printOptionsOf, templateAlone } from "../../printers/print-flags.ts";
import type { Session } from "../../session.ts";
import { embeddable } from "./clusters.ts";
import { locationOf, SECTIONS, type Section } from "./config-edit.ts";

interface ViewOptions {
  readonly flatten: boolean;
  readonly minify: boolean;
  readonly raw: boolean;
  readonly print: PrintOptions;
}

/** The fields of each kind of entry in the order of clientcmd's structs. */
const ORDER: Readonly<Record<Section, readonly string[]>> = {
  clusters: [
    "server",
    "tls-server-name",
    "insecure-skip-tls-verify",
    "certificate-authority",
    "certificate-authority-data",
    "proxy-url",
    "disable-compression",
    "extensions",
  ],
  users: [
    "client-certificate",
    "client-certificate-data",
    "client-key",
    "client-key-data",
    "token",
    "tokenFile",
    "as",
    "as-uid",
    "as-groups",
    "as-user-extra",
    "username",
    "password",
    "auth-provider",
    "exec",
    "extensions",
  ],
  contexts: ["cluster", "user", "namespace", "extensions"],
};
const FILES = ["certificate-authority", "client-certificate", "client-key"];
const OMITTED = FILES.map((f) => `${f}-data`);

function ordered(section: Section, value: JsonObject): JsonObject {
  const known = ORDER[section].filter((k) => value[k] !== undefined && value[k] !== "" && value[k] !== false);
  const required = section === "clusters" ? ["server"] : section === "contexts" ? ["cluster", "user"] : [];
  const entry: JsonObject = {};
  for (const key of ORDER[section]) if (known.includes(key) || required.includes(key)) entry[key] = value[key] ?? "";
  return entry;
}

function redacted(value: JsonObject): JsonObject {
  const copy = { ...value };
  for (const field of OMITTED) if (copy[field]) copy[field] = "DATA+OMITTED";
  for (const field of ["token", "password"]) if (copy[field]) copy[field] = "REDACTED";
  return copy;
}

/** Paths as the file's folder makes them, so that they hold from anywhere. */
function resolved(session: Session, entry: ConfigEntry, flatten: boolean): JsonObject {
  const copy = { ...entry.value };
  const directory = path.dirname(path.resolve(session.cwd, entry.origin));
  for (const field of FILES)
    if (typeof copy[field] === "string" && copy[field] !== "") {
      const file = path.resolve(directory, copy[field]);
      if (flatten) {
        copy[`${field}-data`] = embeddable(session, file, field);
        delete copy[field];
      } else copy[field] = file;
    }
  return copy;
}

function listOf(
  session: Session,
  section: Section,
  entries: ReadonlyMap<string, ConfigEntry>,
  o: ViewOptions,
): JsonObject[] | null {
  if (entries.size === 0) return null;
  return [...entries.values()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((entry) => {
      const value = ordered(section, resolved(session, entry, o.flatten));
      return { name: entry.name, [SECTIONS[section]]: o.raw ? value : redacted(value) };
    });
}

/** Only what the current context needs. Mirrors clientcmdapi.MinifyConfig. */
function minified(config: KubeConfig, contextName: string): KubeConfig {
  if (contextName === "") throw new Error("current-context must exist in order to minify");
  const context = config.contexts.get(contextName);
  if (context === undefined) throw new Error(`cannot locate context ${contextName}`);
  const only = (entries: ReadonlyMap<string, ConfigEntry>, name: string, what: string): Map<string, ConfigEntry> => {
    if (name === "") return new Map();
    const entry = entries.get(name);
    if (entry === undefined) throw new Error(`cannot locate ${what} ${name}`);
    return new Map([[name, entry]]);
  };
  return {
    ...config,
    contexts: new Map([[contextName, context]]),
    clusters: only(config.clusters, context.value["cluster"] ?? "", "cluster"),
    users: only(config.users, context.value["user"] ?? "", "user"),
  };
}

async function load(session: Session): Promise<KubeConfig> {
  const at = locationOf(session);
  try {
    return await loadKubeConfig(at);
  } catch (error) {
    // A file that is not there yet is an empty one here.
    if ((error as Error).message.startsWith("stat "))
      return loadKubeConfig({ ...at, kubeconfig: "", env: { KUBECONFIG: at.kubeconfig } });
    throw error;
  }
}

async function run(session: Session, o: ViewOptions): Promise<void> {
  const loaded = await load(session);
  const contextName = String(session.globals["context"] || loaded.currentContext);
  const config = o.minify ? minified(loaded, contextName) : loaded;
  const view = {
    kind: "Config",
    apiVersion: "v1",
    preferences: config.preferences,
    clusters: listOf(session, "clusters", config.clusters, o),
    users: listOf(session, "users", config.users, o),
    contexts: listOf(session, "contexts", config.contexts, o),
    "current-context": o.minify ? contextName : loaded.currentContext,
    ...(config.extensions.length === 0 ? {} : { extensions: [...config.extensions] }),
  };
  if (o.print.output === "name") return session.streams.stdout.write("config/<unknown>\n");
  const print = await structuredPrinter(session, { ...o.print, typed: true });
  session.streams.stdout.write(print!(view));
}

/** `kubectl config view`. Mirrors config/view.go. */
export const view: CommandDefinition<ViewOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "[flags]",
      long: "Display the merged kubeconfig settings, or those of one file. Certificates and passwords are left out unless --raw is given.",
      examples: `
# Merged
kubectl config view

# With certificates and passwords
kubectl config view --raw

# One user's password
kubectl config view -o jsonpath='{.users[?(@.name == "e2e")].user.password}'`,
    });
    declareFlags(
      c,
      ...printFlags().map((f) => (f.name === "output" ? { ...f, default: "yaml" } : f)),
      flag.bool("flatten", "Put files into the output, so that it stands alone."),
      flag.bool("merge", "Merge the kubeconfig files.", { default: "true" }),
      flag.bool("minify", "Only what the current context uses."),
      flag.bool("raw", "Show certificates and secrets."),
    );
  },
  complete: (session, flags, args) => {
    if (args.length > 0) throw new UsageError(`unexpected arguments: [${args.join(" ")}]`, "config view");
    if (!flags["merge"] && String(session.globals["kubeconfig"] ?? "") === "")
      throw new Error("if merge==false a precise file must be specified");
    // What is made to stand alone is of no use without its secrets.
    const raw = flags["raw"] || flags["flatten"];
    const print = { ...printOptionsOf(flags), ...templateAlone(flags) };
    return { flatten: flags["flatten"], minify: flags["minify"], raw, print };
  },
  run,
};
