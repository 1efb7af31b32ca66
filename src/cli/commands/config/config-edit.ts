import fs from "node:fs";
import path from "node:path";
import {
  type ConfigEntry,
  type ConfigLocation,
  configFiles,
  type KubeConfig,
  mergeConfigs,
  readConfigFile,
} from "../../../client/kubeconfig.ts";
import { writeConfigFile } from "../../../client/write-config.ts";
import { deepCopy, type JsonObject } from "../../../machinery/object.ts";
import type { Session } from "../../session.ts";

/** The lists of a kubeconfig, and what each calls its entries' content. */
export const SECTIONS = { clusters: "cluster", users: "user", contexts: "context" } as const;
export type Section = keyof typeof SECTIONS;

/** The kubeconfig files of a session, merged for reading and kept apart for writing. */
export interface ConfigEdit {
  readonly config: KubeConfig;
  /** The file that new entries go to, as messages quote it. */
  readonly file: string;
  entry(section: Section, name: string): ConfigEntry | undefined;
  put(section: Section, name: string, value: JsonObject): void;
  remove(section: Section, name: string): void;
  clear(section: Section): void;
  /** Sets or with undefined unsets a field of the top level. */
  setField(field: "current-context" | "preferences", value: unknown): void;
  save(): void;
}

interface OpenFile {
  readonly file: string;
  doc: JsonObject;
  changed: boolean;
}

export function locationOf(session: Session): ConfigLocation {
  return { env: session.env, cwd: session.cwd, kubeconfig: String(session.globals["kubeconfig"] ?? "") };
}

function normalized(doc: JsonObject): JsonObject {
  const list = (section: Section): unknown => {
    const entries = (doc[section] ?? []) as JsonObject[];
    return entries.length === 0 ? null : [...entries].sort((a, b) => (a["name"] < b["name"] ? -1 : 1));
  };
  return {
    ...doc,
    apiVersion: "v1",
    kind: "Config",
    clusters: list("clusters"),
    contexts: list("contexts"),
    users: list("users"),
    "current-context": doc["current-context"] ?? "",
    preferences: doc["preferences"] ?? {},
  };
}

function writeFile(file: string, cwd: string, doc: JsonObject, unique: number): void {
  const full = path.resolve(cwd, file);
  fs.mkdirSync(path.dirname(full), { recursive: true });
  writeConfigFile(full, normalized(doc), unique);
}

const PATHS = ["certificate-authority", "client-certificate", "client-key", "tokenFile"];

/** Paths below the file's directory are written as seen from there, others as they are. Mirrors clientcmd.RelativizePathWithNoBacksteps. */
function relativized(value: JsonObject, directory: string): JsonObject {
  const copy = { ...value };
  for (const field of PATHS) {
    const file = copy[field];
    if (typeof file !== "string" || !path.isAbsolute(file)) continue;
    const relative = path.relative(directory, file);
    if (!relative.startsWith("../")) copy[field] = relative;
  }
  return copy;
}

class Edit implements ConfigEdit {
  private readonly session: Session;
  private readonly files: readonly OpenFile[];
  private readonly target: OpenFile;
  constructor(session: Session, files: readonly OpenFile[], target: OpenFile) {
    this.session = session;
    this.files = files;
    this.target = target;
  }
  get config(): KubeConfig {
    return mergeConfigs(this.files);
  }
  get file(): string {
    return this.target.file;
  }
  entry(section: Section, name: string): ConfigEntry | undefined {
    return this.config[section].get(name);
  }
  private listOf(file: OpenFile, section: Section): JsonObject[] {
    return (file.doc[section] ?? []) as JsonObject[];
  }
  put(section: Section, name: string, value: JsonObject): void {
    const owner = this.files.find((f) => this.listOf(f, section).some((e) => e["name"] === name)) ?? this.target;
    const others = this.listOf(owner, section).filter((e) => e["name"] !== name);
    const directory = path.dirname(path.resolve(this.session.cwd, owner.file));
    owner.doc[section] = [...others, { name, [SECTIONS[section]]: relativized(value, directory) }];
    owner.changed = true;
  }
  remove(section: Section, name: string): void {
    for (const file of this.files) {
      const left = this.listOf(file, section).filter((e) => e["name"] !== name);
      if (left.length === this.listOf(file, section).length) continue;
      file.doc[section] = left;
      file.changed = true;
    }
  }
  clear(section: Section): void {
    for (const file of this.files) {
      file.doc[section] = [];
      file.changed = true;
    }
  }
  setField(field: "current-context" | "preferences", value: unknown): void {
    const owner = this.files.find((f) => f.doc[field] !== undefined && f.doc[field] !== "") ?? this.target;
    owner.doc[field] = value;
    owner.changed = true;
  }
  save(): void {
    for (const file of this.files) if (file.changed) writeFile(file.file, this.session.cwd, file.doc, this.session.pid);
  }
}

/** Opens the kubeconfig files in force for reading and changing; files that are not there are empty. Mirrors clientcmd.ModifyConfig. */
export async function openConfig(session: Session): Promise<ConfigEdit> {
  const { files } = configFiles(locationOf(session));
  const open: OpenFile[] = [];
  let firstExisting: OpenFile | undefined;
  for (const file of files) {
    const doc = await readConfigFile(file, session.cwd);
    const entry = { file, doc: deepCopy(doc ?? {}), changed: false };
    open.push(entry);
    if (doc !== undefined) firstExisting ??= entry;
  }
  return new Edit(session, open, firstExisting ?? open.at(-1)!);
}
