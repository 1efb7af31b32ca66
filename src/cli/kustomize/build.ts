import fs from "node:fs";
import path from "node:path";
import type { JsonObject } from "../../machinery/object.ts";
import { contentHash } from "../generate/name-hash.ts";
import type { Session } from "../session.ts";
import { addBuildMetadata } from "./build-metadata.ts";
import { type Configuration, mergeConfigurations, noConfiguration, readConfigurations } from "./configurations.ts";
import { runGenerators } from "./generators.ts";
import { confirmDirectory, hasKustomization, loadKustomization, missingText } from "./load.ts";
import { fixNameReferences } from "./name-references.ts";
import { defaultOrder, sorted } from "./order.ts";
import { idOf, idText, type Resource, rename, resourceOf, sameId } from "./resource.ts";
import { transform } from "./transformers.ts";
import { mergeVars, resolveVars, type Var } from "./vars.ts";

/** What of a kustomization this program does not do. */
const ABSENT = ["generators", "transformers", "validators", "crds", "openapi", "helmChartInflationGenerator"];

/** One build: where files may lie, and the directories being built, to see circles. */
interface Build {
  readonly session: Session;
  /** --load-restrictor=LoadRestrictionsNone: files may lie anywhere. */
  readonly anywhere: boolean;
  /** --enable-helm: without it, charts have kustomize's own error. */
  readonly helm: boolean;
  readonly visiting: readonly string[];
  /** The outermost kustomization's directory. */
  readonly root: string;
}

/** What has come together so far. */
interface Accumulated {
  readonly resources: Resource[];
  vars: readonly Var[];
  configuration: Configuration;
}

const emptyAccumulated = (): Accumulated => ({ resources: [], vars: [], configuration: noConfiguration });

async function refuseAbsent(build: Build, content: JsonObject): Promise<void> {
  const charts: readonly JsonObject[] = content["helmCharts"] ?? [];
  if (charts.length > 0 && build.helm) throw new Error("Helm charts are not rendered by this kubectl");
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
  if (metadata === undefined && kind === "") throw new Error("missing Resource metadata");
  if (kind === "")
    throw new Error(`missing kind in object {{${apiVersion} } {{${metadata?.name ?? ""} } map[] map[]}}`);
  if (!metadata?.name && !metadata?.generateName && !String(kind).endsWith("List"))
    throw new Error(`missing metadata.name in object {{${apiVersion} ${kind}} {{ } map[] map[]}}`);
  return value as JsonObject;
}

/** The objects of a file; a list's items one by one. */
async function objectsOf(file: string, name: string): Promise<JsonObject[]> {
  const { decodeText, readDocuments } = await import("../../machinery/codec/documents.ts");
  const { documents, error } = readDocuments(decodeText(fs.readFileSync(file)), { modern: true });
  if (error !== undefined) throw new MalformedError(name, error);
  const objects = documents
    .map((d) => d.value)
    .filter((v) => v !== null && v !== undefined)
    .map(checkObject);
  const isList = (object: JsonObject): boolean => object["kind"].endsWith("List") && Array.isArray(object["items"]);
  // A list's items come after all others of the file.
  return [
    ...objects.filter((o) => !isList(o)),
    ...objects.filter(isList).flatMap((list) => (list["items"] as unknown[]).map(checkObject)),
  ];
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
  const origin = { path: path.relative(build.root, real) };
  return (await objectsOf(real, name)).map((object) => ({ ...resourceOf(object), origin }));
}

async function fromDirectory(build: Build, full: string): Promise<Accumulated> {
  const real = fs.realpathSync(full);
  const circle = build.visiting.find((v) => v === real || v.startsWith(`${real}${path.sep}`));
  if (circle !== undefined)
    throw new Error(`cycle detected: candidate root '${real}' contains visited root '${circle}'`);
  return accumulate(build, real);
}

async function addEntry(build: Build, directory: string, name: string, into: Accumulated): Promise<void> {
  const full = path.resolve(directory, name);
  const isDirectory = fs.existsSync(full) && fs.statSync(full).isDirectory();
  if (!isDirectory)
    try {
      if (!fs.existsSync(full)) throw new Error(missingText(full, full));
      return add(into.resources, await fromFile(build, directory, name, full), name);
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
    const base = await fromDirectory(build, full);
    add(into.resources, base.resources, full);
    into.vars = [...into.vars, ...base.vars];
    into.configuration = mergeConfigurations(into.configuration, base.configuration);
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

async function addComponents(build: Build, directory: string, content: JsonObject, into: Accumulated) {
  for (const name of (content["components"] ?? []) as readonly string[])
    try {
      const full = confirmDirectory(directory, name, path.resolve(directory, name));
      const component = await loadKustomization(build.session, full);
      const { kind = "Kustomization" } = component.content;
      if (kind !== "Component")
        throw new Error(`accumulateDirectory: "expected kind 'Component' for path '${full}' but got '${kind}'"`);
      await fill({ ...build, visiting: [...build.visiting, full] }, full, component.content, into);
    } catch (error) {
      throw new Error(`accumulating components: ${(error as Error).message}`);
    }
}

/** Adds a kustomization's own resources to what is there, and changes all of it. */
async function fill(build: Build, directory: string, content: JsonObject, into: Accumulated): Promise<void> {
  await refuseAbsent(build, content);
  const { resources } = into;
  try {
    for (const name of [...(content["resources"] ?? []), ...(content["bases"] ?? [])] as readonly string[])
      await addEntry(build, directory, name, into);
  } catch (error) {
    throw new Error(`accumulating resources: ${(error as Error).message}`);
  }
  into.configuration = mergeConfigurations(into.configuration, await readConfigurations(directory, content));
  const configuredIn = path.join(path.relative(build.root, directory), "kustomization.yaml");
  runGenerators(build.session, directory, content, resources, (kind) => ({ configuredIn, kind: `${kind}Generator` }));
  await addComponents(build, directory, content, into);
  await transform({
    session: build.session,
    directory,
    content,
    resources,
    configuration: into.configuration,
    trace: (kind) => {
      for (const { transformations } of resources) transformations.push({ configuredIn, kind });
    },
  });
  into.vars = mergeVars(into.vars, content["vars"] ?? []);
}

async function accumulate(build: Build, directory: string): Promise<Accumulated> {
  const { content } = await loadKustomization(build.session, directory);
  const into = emptyAccumulated();
  await fill({ ...build, visiting: [...build.visiting, directory] }, directory, content, into);
  return into;
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
export async function buildDirectory(
  session: Session,
  name: string,
  { anywhere = false, helm = false }: { readonly anywhere?: boolean; readonly helm?: boolean } = {},
): Promise<readonly JsonObject[]> {
  if (/^(?:git::|git@|github\.com\/|[a-z+]+:\/\/.*(?:\.git|\/\/|\?ref=|github\.com))/.test(name))
    throw new Error(`this kubectl builds kustomizations of local directories only, not ${JSON.stringify(name)}`);
  const directory = confirmDirectory(session.cwd, name);
  const { content } = hasKustomization(directory) ? await peek(session, directory) : { content: {} };
  const { resources, vars, configuration } = await accumulate(
    { session, anywhere, helm, visiting: [], root: directory },
    directory,
  );
  await addHashes(resources);
  fixNameReferences(resources, configuration.nameReference);
  resolveVars(session, resources, vars, configuration.varReference);
  addBuildMetadata(resources, (content as JsonObject)["buildMetadata"] ?? []);
  const { order = "legacy", legacySortOptions } = (content as JsonObject)["sortOptions"] ?? {};
  if (order === "fifo" && legacySortOptions !== undefined)
    throw new Error(
      "the field 'sortOptions.legacySortOptions' is set but the selected sort order is 'fifo', not 'legacy'",
    );
  if (order === "fifo") return resources.map((r) => r.object);
  if (order !== "legacy") throw new Error(`the field 'sortOptions.order' must be one of [fifo, legacy]`);
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
