import fs from "node:fs";
import path from "node:path";
import type { JsonObject } from "../machinery/object.ts";
import { systemWords } from "../machinery/system-error.ts";
import { parseSimpleYaml } from "./simple-yaml.ts";

/** A named entry of a kubeconfig with the file that it came from ("" for one made by flags). */
export interface ConfigEntry {
  readonly name: string;
  readonly origin: string;
  readonly value: JsonObject;
}

/** Kubeconfig files merged: the first to name an entry wins. Mirrors clientcmdapi.Config. */
export interface KubeConfig {
  readonly clusters: ReadonlyMap<string, ConfigEntry>;
  readonly users: ReadonlyMap<string, ConfigEntry>;
  readonly contexts: ReadonlyMap<string, ConfigEntry>;
  readonly currentContext: string;
  readonly preferences: JsonObject;
  readonly extensions: readonly JsonObject[];
}

/** Which files make up the configuration, in precedence. `explicit`: --kubeconfig named it, so it must exist. */
export interface ConfigFiles {
  readonly files: readonly string[];
  readonly explicit: boolean;
  /** Neither flag nor KUBECONFIG: the default file. */
  readonly isDefault: boolean;
}

export interface ConfigLocation {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** --kubeconfig, "" where it was not given. */
  readonly kubeconfig: string;
}

/** drykube's own directory: $DRYKUBE_HOME or ~/.drykube. Throws where neither is known: a cluster in whatever directory one stands in would be lost at the next step. */
export function drykubeHome(env: Readonly<Record<string, string | undefined>>): string {
  if (env["DRYKUBE_HOME"]) return env["DRYKUBE_HOME"];
  if (!env["HOME"]) throw new Error("neither DRYKUBE_HOME nor HOME is set: there is no place for the cluster's state");
  return path.join(env["HOME"], ".drykube");
}

/** The files in force. Mirrors clientcmd.ClientConfigLoadingRules, with drykube's config in the place of ~/.kube/config. */
export function configFiles(at: ConfigLocation): ConfigFiles {
  if (at.kubeconfig !== "") return { files: [at.kubeconfig], explicit: true, isDefault: false };
  const list = (at.env["KUBECONFIG"] ?? "").split(path.delimiter).filter((f) => f !== "");
  if (list.length > 0) return { files: [...new Set(list)], explicit: false, isDefault: false };
  return { files: [path.join(drykubeHome(at.env), "config")], explicit: false, isDefault: true };
}

const LISTS = { clusters: "cluster", users: "user", contexts: "context" } as const;

/** Reads one kubeconfig file; undefined where it does not exist. Throws with clientcmd's words. */
export async function readConfigFile(file: string, cwd: string): Promise<JsonObject | undefined> {
  let text: string;
  try {
    text = fs.readFileSync(path.resolve(cwd, file), "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw new Error(`error loading config file "${file}": ${readFailure(file, code)}`);
  }
  try {
    return await decodeConfig(text);
  } catch (error) {
    throw new Error(`error loading config file "${file}": ${(error as Error).message}`);
  }
}

function readFailure(file: string, code: string | undefined): string {
  if (code === "EISDIR") return `read ${file}: is a directory`;
  return `open ${file}: ${systemWords(code)}`;
}

async function parseDocument(text: string): Promise<unknown> {
  if (text.startsWith("{")) {
    try {
      return JSON.parse(text);
    } catch {
      // not JSON after all: a YAML flow map
    }
  }
  const simple = parseSimpleYaml(text);
  if (simple !== undefined) return simple;
  const { readYaml } = await import("../machinery/codec/yaml-read.ts");
  return readYaml(text);
}

async function decodeConfig(text: string): Promise<JsonObject> {
  const doc = await parseDocument(text);
  if (doc === null || doc === undefined) return {};
  if (typeof doc !== "object" || Array.isArray(doc))
    throw new Error(
      `json: cannot unmarshal ${goTypeOf(doc)} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
    );
  checkShape(doc as JsonObject);
  return doc as JsonObject;
}

function goTypeOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value;
}

function checkShape(doc: JsonObject): void {
  const kind = doc["kind"] ?? "Config";
  const version = doc["apiVersion"] ?? "v1";
  if (kind !== "Config" || version !== "v1")
    throw new Error(
      `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(version)} in scheme "k8s.io/client-go/tools/clientcmd/api/latest/latest.go:50"`,
    );
  const types = { clusters: "NamedCluster", users: "NamedAuthInfo", contexts: "NamedContext" };
  for (const [key, type] of Object.entries(types)) {
    const list = doc[key];
    if (list !== undefined && list !== null && !Array.isArray(list))
      throw new Error(
        `json: cannot unmarshal ${goTypeOf(list)} into Go struct field Config.${key} of type []v1.${type}`,
      );
  }
}

/** Entries of one list of a document, by name; later ones of one name win, as in a Go map built in order. */
export function entriesOf(doc: JsonObject, list: keyof typeof LISTS, origin: string): Map<string, ConfigEntry> {
  const entries = new Map<string, ConfigEntry>();
  for (const item of (doc[list] ?? []) as JsonObject[])
    entries.set(String(item?.["name"] ?? ""), {
      name: String(item?.["name"] ?? ""),
      origin,
      value: item?.[LISTS[list]] ?? {},
    });
  return entries;
}

/** Merges documents in precedence order. */
export function mergeConfigs(documents: readonly { readonly file: string; readonly doc: JsonObject }[]): KubeConfig {
  const merged = (list: keyof typeof LISTS): Map<string, ConfigEntry> => {
    const all = new Map<string, ConfigEntry>();
    for (const { file, doc } of documents)
      for (const [name, entry] of entriesOf(doc, list, file)) if (!all.has(name)) all.set(name, entry);
    return all;
  };
  return {
    clusters: merged("clusters"),
    users: merged("users"),
    contexts: merged("contexts"),
    currentContext: documents.map(({ doc }) => String(doc["current-context"] ?? "")).find((c) => c !== "") ?? "",
    preferences: documents.map(({ doc }) => doc["preferences"]).find((p) => p !== undefined && p !== null) ?? {},
    extensions: documents.flatMap(({ doc }) => (doc["extensions"] ?? []) as JsonObject[]),
  };
}

/** Reads and merges the files in force. Throws with clientcmd's words where one cannot be read. */
export async function loadKubeConfig(at: ConfigLocation): Promise<KubeConfig> {
  const { files, explicit } = configFiles(at);
  const documents: { file: string; doc: JsonObject }[] = [];
  for (const file of files) {
    const doc = await readConfigFile(file, at.cwd);
    if (doc === undefined && explicit) throw new Error(`stat ${file}: no such file or directory`);
    if (doc !== undefined) documents.push({ file, doc });
  }
  return mergeConfigs(documents);
}
