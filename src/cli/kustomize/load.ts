import fs from "node:fs";
import path from "node:path";
import type { JsonObject } from "../../machinery/object.ts";
import type { Session } from "../session.ts";
import { checkKustomization } from "./schema.ts";

const FILES = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/** A kustomization with its directory. */
export interface Kustomization {
  readonly directory: string;
  readonly content: JsonObject;
}

const isThere = (file: string): boolean => fs.existsSync(file);

/** The part of a path that is missing first, as lstat would tell it. */
function firstMissing(file: string): string {
  let current = path.parse(file).root;
  for (const part of file.split(path.sep).filter((p) => p !== "")) {
    current = path.join(current, part);
    if (!isThere(current)) return current;
  }
  return file;
}

/** "evalsymlink failure on 'x' : lstat /full/x: no such file or directory". */
export function missingText(shown: string, file: string): string {
  return `evalsymlink failure on '${shown}' : lstat ${firstMissing(file)}: no such file or directory`;
}

/** The directory's real path. Throws where it is none. Mirrors filesys.ConfirmDir. */
export function confirmDirectory(cwd: string, name: string, shown = name): string {
  const full = path.resolve(cwd, name);
  if (!isThere(full)) throw new Error(`must build at directory: not a valid directory: ${missingText(shown, full)}`);
  if (!fs.statSync(full).isDirectory()) throw new Error(`must build at directory: '${shown}': file is not directory`);
  return fs.realpathSync(full);
}

/** Warnings for what still works and has a successor. Mirrors types.Kustomization.CheckDeprecatedFields. */
const DEPRECATED: readonly (readonly [string, string])[] = [
  ["bases", "resources"],
  ["commonLabels", "labels"],
  ["imageTags", "images"],
  ["patchesJson6902", "patches"],
  ["patchesStrategicMerge", "patches"],
  ["vars", "replacements"],
];

function warn(session: Session, content: JsonObject): void {
  for (const [field, instead] of DEPRECATED)
    if (content[field] !== undefined && content[field] !== null)
      session.streams.stderr.write(
        `# Warning: '${field}' is deprecated. Please use '${instead}' instead.${field === "vars" ? " [EXPERIMENTAL]" : ""} Run 'kustomize edit fix' to update your Kustomization automatically.\n`,
      );
}

/** Whether a directory has a kustomization. */
export const hasKustomization = (directory: string): boolean => FILES.some((f) => isThere(path.join(directory, f)));

function readContent(text: string, readYaml: (text: string) => unknown): unknown {
  try {
    return readYaml(text);
  } catch (error) {
    const { message } = error as Error;
    throw new Error(`invalid Kustomization: ${message.startsWith("yaml: ") ? message : `yaml: ${message}`}`);
  }
}

/** Reads and checks the kustomization of a directory. Throws kustomize's errors. */
export async function loadKustomization(session: Session, directory: string): Promise<Kustomization> {
  const found = FILES.filter((f) => isThere(path.join(directory, f)));
  if (found.length === 0)
    throw new Error(
      `unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '${directory}'`,
    );
  if (found.length > 1) throw new Error(`Found multiple kustomization files under: ${directory}`);
  const text = fs.readFileSync(path.join(directory, found[0]!), "utf8");
  if (text.trim() === "") throw new Error("kustomization.yaml is empty");
  const { readYaml } = await import("../../machinery/codec/yaml-read.ts");
  const content = readContent(text, readYaml);
  if (content === null || content === undefined) throw new Error("kustomization.yaml is empty");
  if (typeof content !== "object" || Array.isArray(content))
    throw new Error(
      `invalid Kustomization: json: cannot unmarshal ${Array.isArray(content) ? "array" : typeof content} into Go value of type types.Kustomization`,
    );
  checkKustomization(content as JsonObject, directory);
  warn(session, content as JsonObject);
  return { directory, content: content as JsonObject };
}
