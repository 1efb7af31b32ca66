import fs from "node:fs";
import path from "node:path";
import { deepCopy, type JsonObject } from "../../machinery/object.ts";
import { applyJsonPatch } from "../../machinery/patch/json.ts";
import { mergePatch } from "../../machinery/patch/merge.ts";
import { applyStrategicPatch } from "../../machinery/patch/strategic.ts";
import { createStructure } from "../../machinery/schema/structure.ts";
import { typeOf } from "../resources/typed.ts";
import type { Session } from "../session.ts";
import { missingText } from "./load.ts";
import { idOf, idsOf, idText, type Resource, sameId } from "./resource.ts";
import { selectTargets } from "./selector.ts";

/** One entry of `patches`, read. */
interface Patch {
  /** `[path: "x.yaml"]`, as errors name it. */
  readonly source: string;
  readonly target: JsonObject | undefined;
  readonly options: JsonObject;
  /** A JSON patch, or else strategic merge patches. */
  readonly operations?: readonly unknown[];
  readonly merges: readonly JsonObject[];
}

async function yamlText(value: JsonObject): Promise<string> {
  return (await import("../../machinery/codec/yaml-write.ts")).toYaml(value);
}

function readFile(directory: string, file: string): string {
  const full = path.resolve(directory, file);
  if (!fs.existsSync(full)) throw new Error(missingText(full, full));
  return fs.readFileSync(full, "utf8");
}

/** The entry's own error, under the configuration of the transformer that has it. */
async function within<T>(transformer: string, config: JsonObject, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const text = await yamlText(config);
    throw new Error(
      `trouble configuring builtin ${transformer} with config: \`\n${text}\`: ${(error as Error).message}`,
    );
  }
}

async function patchText(directory: string, entry: JsonObject): Promise<string> {
  const inline = String(entry["patch"] ?? "");
  const file = String(entry["path"] ?? "");
  if (inline !== "" && file !== "")
    throw new Error(`patch and path can't be set at the same time\n${(await yamlText(entry)).trimEnd()}`);
  if (inline === "" && file === "")
    throw new Error(`must specify one of patch and path in\n${(await yamlText(entry)).trimEnd()}`);
  if (inline !== "") return inline;
  try {
    return readFile(directory, file);
  } catch (error) {
    throw new Error(`failed to get the patch file from path(${file}): ${(error as Error).message}`);
  }
}

async function patchOf(directory: string, entry: JsonObject): Promise<Patch> {
  const text = await patchText(directory, entry);
  const source = entry["path"]
    ? `[path: ${JSON.stringify(entry["path"])}]`
    : `[patch: ${JSON.stringify(entry["patch"])}]`;
  const values = await valuesOf(text, source);
  const shared = { source, target: entry["target"] ?? undefined, options: entry["options"] ?? {} };
  const [first] = values;
  if (values.length === 1 && Array.isArray(first)) return { ...shared, operations: first, merges: [] };
  if (!values.every(isMap) || !values.every((v) => v["kind"] && v["metadata"]?.name)) throw unparsable(source);
  return { ...shared, merges: values };
}

const unparsable = (source: string): Error => new Error(`unable to parse SM or JSON patch from ${source}`);

async function valuesOf(text: string, source: string): Promise<readonly unknown[]> {
  // What begins as a JSON patch must be JSON, not YAML's flow style.
  if (text.startsWith("["))
    try {
      return [JSON.parse(text)];
    } catch {
      throw unparsable(source);
    }
  const { readDocuments } = await import("../../machinery/codec/documents.ts");
  const { documents, error } = readDocuments(text, { modern: true });
  if (error !== undefined) throw unparsable(source);
  return documents.map((d) => d.value).filter((v) => v !== null && v !== undefined);
}

/** The patch without "$patch: replace" where there is nothing to replace: there it is all that comes to be. */
function withoutIdleReplaces(object: unknown, patch: JsonObject): JsonObject {
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(patch)) {
    const before = isMap(object) && Object.hasOwn(object, key) ? object[key] : undefined;
    if (!isMap(value)) result[key] = value;
    else if (before === undefined && value["$patch"] === "replace") {
      const { $patch: _, ...rest } = value;
      result[key] = rest;
    } else result[key] = withoutIdleReplaces(before, value);
  }
  return result;
}

/** Merges a patch into an object: strategically where the kind is known. */
async function merged(session: Session, object: JsonObject, patch: JsonObject): Promise<JsonObject> {
  const type = await typeOf(idOf(object));
  if (type === undefined) return mergePatch(object, patch) as JsonObject;
  return applyStrategicPatch(
    createStructure(session.readSchema),
    type,
    deepCopy(object),
    deepCopy(withoutIdleReplaces(object, patch)),
  ) as JsonObject;
}

async function applyMerge(
  session: Session,
  resources: Resource[],
  target: Resource,
  patch: JsonObject,
  options: JsonObject,
): Promise<void> {
  if (patch["$patch"] === "delete") {
    resources.splice(resources.indexOf(target), 1);
    return;
  }
  const before = idOf(target.object);
  const { kind, apiVersion } = target.object;
  const { name: _, namespace: __, ...metadata } = patch["metadata"] ?? {};
  const renamed = options["allowNameChange"] === true ? { name: patch["metadata"]?.name ?? before.name } : {};
  const body: JsonObject = { ...patch, metadata: { ...metadata, ...renamed } };
  target.object = await merged(session, target.object, body);
  if (options["allowKindChange"] !== true) target.object = { ...target.object, kind, apiVersion };
  if (idText(before) !== idText(idOf(target.object))) target.previous.push(before);
}

async function strategic(session: Session, resources: Resource[], p: Patch): Promise<void> {
  for (const patch of p.merges) {
    if (p.target !== undefined) {
      for (const target of selectTargets(resources, p.target))
        await applyMerge(session, resources, target, patch, p.options);
      continue;
    }
    const id = idOf(patch);
    const found = resources.filter((r) => idsOf(r).some((known) => sameId(known, id)));
    if (found.length !== 1)
      throw new Error(
        `no resource matches strategic merge patch "${idText(id)}": ${found.length === 0 ? "no" : "multiple"} matches for Id ${idText(id)}; failed to find unique target for patch ${idText(id)}`,
      );
    await applyMerge(session, resources, found[0]!, patch, p.options);
  }
}

function jsonPatches(resources: Resource[], p: Patch, operations: readonly unknown[]): void {
  if (p.target === undefined) throw new Error(`must specify a target for JSON patch ${p.source}`);
  for (const target of selectTargets(resources, p.target)) {
    const before = idOf(target.object);
    target.object = applyJsonPatch(deepCopy(target.object), operations);
    if (idText(before) !== idText(idOf(target.object))) target.previous.push(before);
  }
}

const isMap = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

async function applyPatch(session: Session, resources: Resource[], p: Patch): Promise<void> {
  if (p.operations !== undefined) jsonPatches(resources, p, p.operations);
  else await strategic(session, resources, p);
}

/** A patch of `patchesStrategicMerge`: a file, or the patch itself. */
async function mergeOf(directory: string, entry: string): Promise<Patch> {
  const isFile = fs.existsSync(path.resolve(directory, entry));
  const isPatch = !isFile && entry.includes("kind:");
  const text = isPatch ? entry : readFile(directory, entry);
  return patchOf(directory, { patch: text });
}

/** Applies `patchesStrategicMerge` and `patches`, which come first of all transformers. */
export async function applyPatches(
  session: Session,
  directory: string,
  content: JsonObject,
  resources: Resource[],
  trace: (kind: string) => void,
): Promise<void> {
  const merges: readonly string[] = content["patchesStrategicMerge"] ?? [];
  for (const entry of merges)
    await applyPatch(
      session,
      resources,
      await within("PatchStrategicMergeTransformer", { paths: [...merges] }, () => mergeOf(directory, entry)),
    );
  if (merges.length > 0) trace("PatchStrategicMergeTransformer");
  for (const entry of (content["patches"] ?? []) as readonly JsonObject[]) {
    const patch = await within("PatchTransformer", entry, () => patchOf(directory, entry));
    await applyPatch(session, resources, patch);
    trace("PatchTransformer");
  }
}

/** One patch of `patchesJson6902`; its file's errors stand alone. */
async function json6902Of(directory: string, entry: JsonObject): Promise<Patch> {
  if (entry["path"]) readFile(directory, String(entry["path"]));
  return patchOf(directory, entry);
}

/** Applies `patchesJson6902`, whose targets are named exactly. */
export async function applyJson6902(
  session: Session,
  directory: string,
  content: JsonObject,
  resources: Resource[],
  trace: (kind: string) => void,
): Promise<void> {
  for (const entry of (content["patchesJson6902"] ?? []) as readonly JsonObject[]) {
    const patch = await within("PatchJson6902Transformer", entry, () => json6902Of(directory, entry));
    await applyPatch(session, resources, patch);
    trace("PatchJson6902Transformer");
  }
}
