import fs from "node:fs";
import path from "node:path";
import type { JsonObject } from "../machinery/object.ts";
import { ConfigurationInvalid } from "./configuration-invalid.ts";
import { type ConfigEntry, configFiles, type KubeConfig, loadKubeConfig } from "./kubeconfig.ts";

/** What kubeconfig and flags select: whom to talk to, as whom, and where. Mirrors clientcmd.DirectClientConfig. */
export interface ClientConfig {
  readonly namespace: { readonly name: string; readonly explicit: boolean };
  readonly server: string;
  /** The selected cluster's entry, flags applied; empty where there is none. */
  readonly cluster: JsonObject;
  readonly user: JsonObject;
  /** The kubeconfig's directory, which relative paths of the entries start from. */
  readonly directory: string;
  /** The cluster's drykube extension: an embedded cluster. */
  readonly embedded: { readonly home: string; readonly cluster: string } | undefined;
  /** The files that were read for it. */
  readonly files: readonly string[];
  /** No configuration at all was found. */
  readonly isEmpty: boolean;
}

export interface ClientConfigInput {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly globals: Readonly<Record<string, any>>;
  readonly given: ReadonlySet<string>;
}

const CLUSTER_FLAGS = {
  server: "server",
  certificateAuthority: "certificate-authority",
  insecureSkipTlsVerify: "insecure-skip-tls-verify",
  tlsServerName: "tls-server-name",
  disableCompression: "disable-compression",
};
const USER_FLAGS = {
  clientCertificate: "client-certificate",
  clientKey: "client-key",
  token: "token",
  username: "username",
  password: "password",
  as: "as",
  asUid: "as-uid",
};

function overridden(entry: JsonObject, flags: Readonly<Record<string, string>>, globals: JsonObject): JsonObject {
  const result: JsonObject = { ...entry };
  for (const [key, field] of Object.entries(flags))
    if (globals[key] !== undefined && globals[key] !== "" && globals[key] !== false) {
      result[field] = globals[key];
      // Of a user's files and data kubectl wants one, and complains where a flag makes it two.
      if (!field.startsWith("client-")) delete result[`${field}-data`];
    }
  return result;
}

/** The entry with the files that flags name as seen from the working directory, which is where flags look from. */
function located(
  entry: JsonObject,
  flags: Readonly<Record<string, string>>,
  globals: JsonObject,
  cwd: string,
): JsonObject {
  const result = { ...entry };
  for (const key of ["certificateAuthority", "clientCertificate", "clientKey"])
    if (flags[key] !== undefined && globals[key]) result[flags[key]] = path.resolve(cwd, globals[key]);
  return result;
}

/** A token or password that a flag gives stands for all of the user's credentials. */
function withoutOther(entry: JsonObject, globals: JsonObject): JsonObject {
  return globals["token"] || globals["username"] ? {} : entry;
}

interface Selected {
  readonly name: string;
  readonly entry: ConfigEntry | undefined;
}

function select(entries: ReadonlyMap<string, ConfigEntry>, name: string): Selected {
  return { name, entry: name === "" ? undefined : entries.get(name) };
}

/** Where a file of an entry is; paths in a kubeconfig are relative to it, flags' paths to the working directory. */
function fileOf(value: unknown, directory: string): string | undefined {
  return typeof value === "string" && value !== "" ? path.resolve(directory, value) : undefined;
}

function unreadable(file: string): string | undefined {
  try {
    fs.accessSync(file, fs.constants.R_OK);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? "no such file or directory" : "permission denied";
  }
}

const BOTH = {
  "client-certificate": ". client-cert-data will override.",
  "client-key": "; client-key-data will override",
} as const;

/** Mirrors clientcmd's validateAuthInfo. */
function userProblems(name: string, user: JsonObject, files: JsonObject, directory: string): string[] {
  const problems: string[] = [];
  const others = user["as-uid"] || user["as-groups"]?.length > 0 || Object.keys(user["as-user-extra"] ?? {}).length > 0;
  if (others && !user["as"])
    problems.push(`requesting uid, groups or user-extra for ${name} without impersonating a user`);
  const certificate = user["client-certificate"] || user["client-certificate-data"];
  const key = user["client-key"] || user["client-key-data"];
  if (!certificate && !key) return problems;
  if (!certificate)
    problems.push(
      `client-cert-data or client-cert must be specified for ${name} to use the clientCert authentication method.`,
    );
  if (!key)
    problems.push(
      `client-key-data or client-key must be specified for ${name} to use the clientCert authentication method.`,
    );
  for (const [field, what] of [
    ["client-certificate", "client-cert"],
    ["client-key", "client-key"],
  ] as const) {
    const file = fileOf(files[field], directory);
    if (file !== undefined && user[`${field}-data`])
      problems.push(`${what}-data and ${what} are both specified for ${name}${BOTH[field]}`);
    const why = file === undefined ? undefined : unreadable(file);
    if (why !== undefined)
      problems.push(`unable to read ${what} ${user[field]} for ${name} due to open ${user[field]}: ${why}`);
  }
  return problems;
}

/** Mirrors clientcmd's validateClusterInfo. */
function clusterProblems(name: string, cluster: JsonObject, files: JsonObject, directory: string): string[] {
  const file = fileOf(files["certificate-authority"], directory);
  const why = file === undefined || cluster["certificate-authority-data"] ? undefined : unreadable(file);
  return why === undefined
    ? []
    : [
        `unable to read certificate-authority ${cluster["certificate-authority"]} for ${name} due to open ${cluster["certificate-authority"]}: ${why}`,
      ];
}

function embeddedOf(cluster: JsonObject, directory: string): ClientConfig["embedded"] {
  const extension = ((cluster["extensions"] ?? []) as JsonObject[]).find((e) => e?.["name"] === "drykube")?.[
    "extension"
  ];
  if (extension === undefined || extension === null) return undefined;
  return {
    home: path.resolve(directory, String(extension["home"] ?? "")),
    cluster: String(extension["cluster"] ?? "kind"),
  };
}

/** Reads the configuration in force and selects from it by context and flags. Throws with kubectl's words where it cannot be used. */
export async function loadClientConfig(input: ClientConfigInput): Promise<ClientConfig> {
  const { globals, given } = input;
  const at = { env: input.env, cwd: input.cwd, kubeconfig: String(globals["kubeconfig"] ?? "") };
  const config = await loadKubeConfig(at);
  const { files, isDefault } = configFiles(at);
  const there = files.filter((file) => fs.existsSync(path.resolve(input.cwd, file)));
  return { ...selectConfig(config, globals, given, input.cwd, isDefault), files: there };
}

function selectConfig(
  config: KubeConfig,
  globals: Readonly<Record<string, any>>,
  given: ReadonlySet<string>,
  cwd: string,
  isDefault: boolean,
): Omit<ClientConfig, "files"> {
  const contextName = globals["context"] || config.currentContext;
  const context = select(config.contexts, contextName);
  if (contextName !== "" && context.entry === undefined)
    throw new ConfigurationInvalid([`context was not found for specified context: ${contextName}`]);
  const chosen: JsonObject = context.entry?.value ?? {};
  const user = select(config.users, globals["user"] || String(chosen["user"] ?? ""));
  const cluster = select(config.clusters, globals["cluster"] || String(chosen["cluster"] ?? ""));
  const directoryOf = (s: Selected): string =>
    s.entry === undefined ? cwd : path.dirname(path.resolve(cwd, s.entry.origin));
  const userEntry = overridden(withoutOther(user.entry?.value ?? {}, globals), USER_FLAGS, globals);
  if (globals["asGroup"]?.length > 0) userEntry["as-groups"] = globals["asGroup"];
  const clusterEntry = overridden(cluster.entry?.value ?? {}, CLUSTER_FLAGS, globals);
  if (globals["user"] && user.entry === undefined) throw new Error(`auth info "${user.name}" does not exist`);
  const userFiles = located(userEntry, USER_FLAGS, globals, cwd);
  const clusterFiles = located(clusterEntry, CLUSTER_FLAGS, globals, cwd);
  const problems = userProblems(user.name, userEntry, userFiles, directoryOf(user));
  if (globals["cluster"] && cluster.entry === undefined) problems.push(`no server found for cluster "${cluster.name}"`);
  else problems.push(...clusterProblems(cluster.name, clusterEntry, clusterFiles, directoryOf(cluster)));
  if (problems.length === 1) throw new Error(problems[0]);
  if (problems.length > 1) throw new ConfigurationInvalid(problems);
  const named = given.has("namespace") && globals["namespace"] !== "";
  return {
    namespace: { name: named ? globals["namespace"] : String(chosen["namespace"] || "default"), explicit: named },
    server: String(clusterEntry["server"] || "http://localhost:8080"),
    cluster: clusterFiles,
    user: userFiles,
    directory: directoryOf(cluster),
    embedded: globals["server"] ? undefined : embeddedOf(clusterEntry, directoryOf(cluster)),
    isEmpty: isDefault && config.clusters.size === 0 && config.contexts.size === 0,
  };
}
