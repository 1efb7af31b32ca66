import fs from "node:fs";
import path from "node:path";
import type { JsonObject } from "../../machinery/object.ts";
import { contentHash } from "../generate/name-hash.ts";
import type { Session } from "../session.ts";
import { runGenerators } from "./generators.ts";
import { confirmDirectory, hasKustomization, loadKustomization, missingText } from "./load.ts";
import { fixNameReferences } from "./name-references.ts";
import { defaultOrder, sorted } from "./order.ts";
import { idOf, idText, type Resource, rename, resourceOf, sameId } from "./resource.ts";
import { transform } from "./transformers.ts";

/** What of a kustomization this program does not do. */
const ABSENT = [
  "vars",
  "generators",
  "transformers",
  "validators",
  "configurations",
  "crds",
  "openapi",
  "buildMetadata",
  "helmChartInflationGenerator",
];

/** One build: where files may lie, and the directories being built, to see circles. */
interface Build {
  readonly session: Session;
  /** --load-restrictor=LoadRestrictionsNone: files may lie anywhere. */
  readonly anywhere: boolean;
  readonly visiting: readonly string[];
}

async function refuseAbsent(content: JsonObject): Promise<void> {
  const charts: readonly JsonObject[] = content["helmCharts"] ?? [];
  if (charts.length > 0) {
    const { toYaml } = await import("../../machinery/codec/yaml-write.ts");
    throw new Error(
      `trouble configuring builtin HelmChartInflationGenerator with config: \`\n${toYaml(charts[0])}\`: must specify --enable-helm`,
    );
  }
  const found = ABSENT.find((field) => content[field] !== undefined && content[field] !== null);
  if (found !== undefined) throw new Error(`"${found}" in a kustomization is not there yet in this version of drykube`);
}

function checkObject(value: unknown): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("missing Resource metadata");
  const { apiVersion = "", kind = "", metadata } = value as JsonObject;
  if (kind === "") throw new Error("missing Resource metadata");
  if (!metadata?.name && !metadata?.generateName && !String(kind).endsWith("List"))
    throw new Error(`missing metadata.name in object {{${apiVersion} ${kind}} {{ } map[] map[]}}`);
  return value as JsonObject;
}

/** The objects of a file; a list's items one by one. */
async function objectsOf(file: string, name: string): Promise<JsonObject[]> {
  const { decodeText, readDocuments } = await import("../../machinery/codec/documents.ts");
  const { documents, error } = readDocuments(decodeText(fs.readFileSync(file)));
  if (error !== undefined) throw new MalformedError(name, error);
  return documents
    .map((d) => d.value)
    .filter((v) => v !== null && v !== undefined)
    .flatMap((value) => {
      const object = checkObject(value);
      return object["kind"].endsWith("List") && Array.isArray(object["items"])
        ? object["items"].map(checkObject)
        : [object];
    });
}

/** A file that is no YAML: not worth trying as a directory. */
class MalformedError extends Error {
  constructor(file: string, reason: string) {
    const text = reason.replace(/^error converting YAML to JSON: /, "");
    super(`accumulating resources from '${file}': MalformedYAMLError: ${text} in File: ${file}`);
  }
}

function add(resources: Resource[], added: readonly Resource[], from: string): void {
  for (const resource of added) {
    const id = idOf(resource.object);
    if (resources.some((r) => sameId(idOf(r.object), id) && idOf(r.object).version === id.version))
      throw new Error(
        `merging resources from '${from}': may not add resource with an already registered id: ${idText(id)}`,
      );
    resources.push(resource);
  }
}

async function fromFile(build: Build, directory: string, name: string, full: string): Promise<Resource[]> {
  const real = fs.realpathSync(full);
  if (!build.anywhere && !real.startsWith(`${directory}${path.sep}`))
    throw new Error(`security; file '${real}' is not in or below '${directory}'`);
  return (await objectsOf(real, name)).map((object) => resourceOf(object));
}

async function fromDirectory(build: Build, full: string): Promise<Resource[]> {
  const real = fs.realpathSync(full);
  const circle = build.visiting.find((v) => v === real || v.startsWith(`${real}${path.sep}`));
  if (circle !== undefined)
    throw new Error(`cycle detected: candidate root '${real}' contains visited root '${circle}'`);
  return accumulate(build, real);
}

async function addEntry(build: Build, directory: string, name: string, resources: Resource[]): Promise<void> {
  const full = path.resolve(directory, name);
  const isDirectory = fs.existsSync(full) && fs.statSync(full).isDirectory();
  if (!isDirectory)
    try {
      if (!fs.existsSync(full)) throw new Error(missingText(full, full));
      return add(resources, await fromFile(build, directory, name, full), name);
    } catch (error) {
      if (error instanceof MalformedError) throw error;
      const { message } = error as Error;
      const reason = message.startsWith("merging ") ? message : `accumulating resources from '${name}': ${message}`;
      const second = fs.existsSync(full)
        ? `must build at directory: '${full}': file is not directory`
        : `must build at directory: not a valid directory: ${missingText(full, full)}`;
      throw new Error(`accumulation err='${reason}': ${second}`);
    }
  try {
    add(resources, await fromDirectory(build, full), full);
  } catch (error) {
    const real = fs.realpathSync(full);
    const reading = `accumulating resources from '${name}': '${real}' must resolve to a file`;
    const { message } = error as Error;
    const second = message.startsWith("cycle detected")
      ? message
      : `recursed accumulation of path '${real}': ${message}`;
    throw new Error(`accumulation err='${reading}': ${second}`);
  }
}

async function addComponents(build: Build, directory: string, content: JsonObject, resources: Resource[]) {
  for (const name of (content["components"] ?? []) as readonly string[])
    try {
      const full = confirmDirectory(directory, name, path.resolve(directory, name));
      const component = await loadKustomization(build.session, full);
      const { kind = "Kustomization" } = component.content;
      if (kind !== "Component")
        throw new Error(`accumulateDirectory: "expected kind 'Component' for path '${full}' but got '${kind}'"`);
      await fill({ ...build, visiting: [...build.visiting, full] }, full, component.content, resources);
    } catch (error) {
      throw new Error(`accumulating components: ${(error as Error).message}`);
    }
}

/** Adds a kustomization's own resources to what is there, and changes all of it. */
async function fill(build: Build, directory: string, content: JsonObject, resources: Resource[]): Promise<void> {
  await refuseAbsent(content);
  try {
    for (const name of [...(content["resources"] ?? []), ...(content["bases"] ?? [])] as readonly string[])
      await addEntry(build, directory, name, resources);
  } catch (error) {
    throw new Error(`accumulating resources: ${(error as Error).message}`);
  }
  runGenerators(build.session, directory, content, resources);
  await addComponents(build, directory, content, resources);
  await transform(build.session, directory, content, resources);
}

async function accumulate(build: Build, directory: string): Promise<Resource[]> {
  const { content } = await loadKustomization(build.session, directory);
  const resources: Resource[] = [];
  await fill({ ...build, visiting: [...build.visiting, directory] }, directory, content, resources);
  return resources;
}

/** Ends generated names with a hash of what they stand for. The name is no part of it, so that prefixes do not change it. */
async function addHashes(resources: readonly Resource[]): Promise<void> {
  for (const resource of resources.filter((r) => r.needsHash)) {
    const { kind, data = "", binaryData, type = "" } = resource.object;
    const hash = await contentHash({
      kind,
      name: "",
      data,
      ...(kind === "Secret" ? { type } : {}),
      ...(binaryData === undefined ? {} : { binaryData }),
    });
    rename(resource, `${resource.object["metadata"].name}-${hash}`);
  }
}

/** The objects that the kustomization in a directory comes to, in the order in which they can be created. Throws kustomize's errors. Mirrors krusty.Kustomizer.Run. */
export async function buildDirectory(session: Session, name: string, anywhere = false): Promise<readonly JsonObject[]> {
  if (/^[a-z+]+:\/\//.test(name))
    throw new Error(`this kubectl builds kustomizations of local directories only, not ${JSON.stringify(name)}`);
  const directory = confirmDirectory(session.cwd, name);
  const { content } = hasKustomization(directory) ? await peek(session, directory) : { content: {} };
  const resources = await accumulate({ session, anywhere, visiting: [] }, directory);
  await addHashes(resources);
  fixNameReferences(resources);
  const { order = "legacy", legacySortOptions } = (content as JsonObject)["sortOptions"] ?? {};
  if (order === "fifo") return resources.map((r) => r.object);
  if (order !== "legacy") throw new Error(`the field 'sortOptions.order' must be one of [legacy, fifo]`);
  const kinds =
    legacySortOptions === undefined
      ? defaultOrder
      : { first: legacySortOptions.orderFirst ?? [], last: legacySortOptions.orderLast ?? [] };
  return sorted(resources, kinds).map((r) => r.object);
}

/** The kustomization's content, read without its warnings. */
async function peek(session: Session, directory: string): Promise<{ content: JsonObject }> {
  const silent = {
    ...session,
    streams: { ...session.streams, stderr: { ...session.streams.stderr, write: () => {} } },
  };
  return loadKustomization(silent, directory);
}
