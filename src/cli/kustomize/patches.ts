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

/** One entry of `patches`, with its text. */
interface Patch {
  readonly text: string;
  readonly target: JsonObject | undefined;
  readonly options: JsonObject;
}

async function yamlText(value: JsonObject): Promise<string> {
  return (await import("../../machinery/codec/yaml-write.ts")).toYaml(value);
}

function readFile(directory: string, file: string): string {
  const full = path.resolve(directory, file);
  if (!fs.existsSync(full)) throw new Error(missingText(full, full));
  return fs.readFileSync(full, "utf8");
}

async function patchOf(directory: string, entry: JsonObject): Promise<Patch> {
  const inline = String(entry["patch"] ?? "");
  const file = String(entry["path"] ?? "");
  const config = await yamlText(entry);
  const trouble = `trouble configuring builtin PatchTransformer with config: \`\n${config}\`: `;
  if (inline !== "" && file !== "")
    throw new Error(`${trouble}patch and path can't be set at the same time\n${config.trimEnd()}`);
  if (inline === "" && file === "")
    throw new Error(`${trouble}must specify one of patch and path in\n${config.trimEnd()}`);
  try {
    const text = inline === "" ? readFile(directory, file) : inline;
    return { text, target: entry["target"] ?? undefined, options: entry["options"] ?? {} };
  } catch (error) {
    throw new Error(`${trouble}failed to get the patch file from path(${file}): ${(error as Error).message}`);
  }
}

async function valuesOf(text: string): Promise<readonly unknown[]> {
  const { readDocuments } = await import("../../machinery/codec/documents.ts");
  const { documents, error } = readDocuments(text);
  if (error !== undefined) throw new Error(`unable to parse SM or JSON patch from [${text.trimEnd()}]`);
  return documents.map((d) => d.value).filter((v) => v !== null && v !== undefined);
}

/** Merges a patch into an object: strategically where the kind is known. */
async function merged(session: Session, object: JsonObject, patch: JsonObject): Promise<JsonObject> {
  const type = await typeOf(idOf(object));
  if (type === undefined) return mergePatch(object, patch) as JsonObject;
  return applyStrategicPatch(
    createStructure(session.readSchema),
    type,
    deepCopy(object),
    deepCopy(patch),
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

async function strategic(session: Session, resources: Resource[], p: Patch, patches: readonly JsonObject[]) {
  for (const patch of patches) {
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
  if (p.target === undefined)
    throw new Error(`must specify a target for JSON patch [patch: ${JSON.stringify(p.text.trimEnd())}]`);
  for (const target of selectTargets(resources, p.target)) {
    const before = idOf(target.object);
    target.object = applyJsonPatch(deepCopy(target.object), operations);
    if (idText(before) !== idText(idOf(target.object))) target.previous.push(before);
  }
}

const isMap = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

async function applyPatch(session: Session, resources: Resource[], p: Patch): Promise<void> {
  const values = await valuesOf(p.text);
  const [first] = values;
  if (values.length === 1 && Array.isArray(first)) return jsonPatches(resources, p, first);
  if (!values.every(isMap) || (p.target === undefined && !values.every((v) => v["kind"] && v["metadata"]?.name)))
    throw new Error(`unable to parse SM or JSON patch from [${p.text.trimEnd()}]`);
  await strategic(session, resources, p, values);
}

/** Applies `patchesStrategicMerge` and `patches`, which come first of all transformers. */
export async function applyPatches(
  session: Session,
  directory: string,
  content: JsonObject,
  resources: Resource[],
): Promise<void> {
  for (const entry of (content["patchesStrategicMerge"] ?? []) as readonly string[]) {
    const isFile = !entry.includes("\n") && fs.existsSync(path.resolve(directory, entry));
    const text = isFile ? readFile(directory, entry) : entry;
    await applyPatch(session, resources, { text, target: undefined, options: {} });
  }
  for (const entry of (content["patches"] ?? []) as readonly JsonObject[])
    await applyPatch(session, resources, await patchOf(directory, entry));
}

/** Applies `patchesJson6902`, whose targets are named exactly. */
export async function applyJson6902(
  session: Session,
  directory: string,
  content: JsonObject,
  resources: Resource[],
): Promise<void> {
  for (const entry of (content["patchesJson6902"] ?? []) as readonly JsonObject[])
    await applyPatch(session, resources, await patchOf(directory, entry));
}
