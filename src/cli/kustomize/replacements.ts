import fs from "node:fs";
import path from "node:path";
import type { JsonObject } from "../../machinery/object.ts";
import { idsOf, type Resource } from "./resource.ts";
import { selectTargets } from "./selector.ts";

/** "spec.containers.[name=c].image" as its parts; dots in brackets and after a backslash are text. Mirrors utils.SmarterPathSplitter. */
export function splitFieldPath(text: string): string[] {
  const parts: string[] = [];
  let part = "";
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === "\\" && text[i + 1] === ".") {
      part += ".";
      i++;
    } else if (c === "." && depth === 0) {
      parts.push(part);
      part = "";
    } else {
      if (c === "[") depth++;
      if (c === "]") depth--;
      part += c;
    }
  }
  return [...parts, part];
}

/** A place in an object that can be read and written. */
interface Slot {
  get(): unknown;
  set(value: unknown): void;
}

const isMap = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function children(
  value: unknown,
  part: string,
  create: boolean,
  last: boolean,
): { key: string | number; holder: any }[] {
  const condition = /^\[(.+?)=(.*)\]$/.exec(part);
  if (Array.isArray(value)) {
    if (part === "*") return value.map((_, key) => ({ key, holder: value }));
    if (/^[0-9]+$/.test(part)) return Number(part) < value.length ? [{ key: Number(part), holder: value }] : [];
    if (condition === null) return [];
    const found = value.flatMap((item, key) =>
      String(item?.[condition[1]!]) === condition[2]!.replace(/^["']|["']$/g, "") ? [{ key, holder: value }] : [],
    );
    if (found.length > 0 || !create) return found;
    value.push({ [condition[1]!]: condition[2] });
    return [{ key: value.length - 1, holder: value }];
  }
  if (!isMap(value)) return [];
  if (part === "*") return Object.keys(value).map((key) => ({ key, holder: value }));
  if (!Object.hasOwn(value, part)) {
    if (!create) return [];
    define(value, part, last ? undefined : {});
  }
  return [{ key: part, holder: value }];
}

/** Sets a key that may be any text as data. */
function define(holder: JsonObject, key: string | number, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

/** The places that a field path names. */
function slotsAt(object: JsonObject, parts: readonly string[], create: boolean): Slot[] {
  let values: { value: unknown; slot: Slot | undefined }[] = [{ value: object, slot: undefined }];
  parts.forEach((part, i) => {
    values = values.flatMap(({ value }) =>
      children(value, part, create, i === parts.length - 1).map(({ key, holder }) => ({
        value: holder[key],
        slot: {
          get: () => holder[key],
          set: (v: unknown) => define(holder, key, v),
        },
      })),
    );
  });
  return values.flatMap(({ slot }) => (slot === undefined ? [] : [slot]));
}

const selectorText = (s: JsonObject): string =>
  `${s["kind"] || "[noKind]"}.${s["version"] || "[noVer]"}.${s["group"] || "[noGrp]"}/${s["name"] || "[noName]"}.${s["namespace"] || "[noNs]"}`;

function sourceOf(resources: readonly Resource[], source: JsonObject): Resource {
  const found = resources.filter((r) =>
    idsOf(r).some((id) =>
      (["group", "version", "kind", "name", "namespace"] as const).every((f) => !source[f] || source[f] === id[f]),
    ),
  );
  if (found.length > 1) throw new Error(`multiple matches for selector ${selectorText(source)}`);
  if (found.length === 0)
    throw new Error(
      `nothing selected by ${selectorText(source)}${source["fieldPath"] ? `:${source["fieldPath"]}` : ""}`,
    );
  return found[0]!;
}

function part(value: unknown, options: JsonObject | undefined): unknown {
  const { delimiter, index = 0 } = options ?? {};
  if (!delimiter) return value;
  const parts = String(value).split(delimiter);
  if (index < 0 || index >= parts.length)
    throw new Error(`options.index ${index} is out of bounds for value ${String(value)}`);
  return parts[index];
}

function sourceValue(resources: readonly Resource[], replacement: JsonObject): unknown {
  if (replacement["sourceValue"] !== undefined) return replacement["sourceValue"];
  const source: JsonObject = replacement["source"] ?? {};
  const fieldPath = String(source["fieldPath"] || "metadata.name");
  const { object } = sourceOf(resources, source);
  const [slot] = slotsAt(object, splitFieldPath(fieldPath), false);
  if (slot === undefined)
    throw new Error(`fieldPath \`${fieldPath}\` is missing for replacement source ${selectorText(source)}`);
  return part(slot.get(), source["options"]);
}

/** The target's value with the new one in it: instead, or as one part of it. */
function placed(old: unknown, value: unknown, options: JsonObject): unknown {
  const { delimiter, index = 0 } = options;
  if (!delimiter) return value;
  const parts = String(old ?? "").split(delimiter);
  if (index < 0) parts.unshift(String(value));
  else if (index >= parts.length) parts.push(String(value));
  else parts[index] = String(value);
  return parts.join(delimiter);
}

function isRejected(resource: Resource, rejects: readonly JsonObject[]): boolean {
  return rejects.some((reject) => selectTargets([resource], reject).length > 0);
}

function replaceIn(resources: readonly Resource[], target: JsonObject, value: unknown): void {
  if (target["select"] === undefined) throw new Error("target must specify resources to select");
  const options: JsonObject = target["options"] ?? {};
  const fieldPaths: readonly string[] = target["fieldPaths"] ?? ["metadata.name"];
  for (const resource of selectTargets(resources, target["select"])) {
    if (isRejected(resource, target["reject"] ?? [])) continue;
    for (const fieldPath of fieldPaths) {
      const slots = slotsAt(resource.object, splitFieldPath(fieldPath), options["create"] === true);
      if (slots.length === 0)
        throw new Error(`unable to find field ${JSON.stringify(fieldPath)} in replacement target`);
      // Labels and annotations are texts, whatever the source is.
      const isText = /^metadata\.(?:annotations|labels)\./.test(fieldPath);
      for (const slot of slots) slot.set(placed(slot.get(), isText ? String(value) : value, options));
    }
  }
}

async function loaded(directory: string, entry: JsonObject): Promise<readonly JsonObject[]> {
  if (!entry["path"]) return [entry];
  const { readYaml } = await import("../../machinery/codec/yaml-read.ts");
  const value = readYaml(fs.readFileSync(path.resolve(directory, String(entry["path"])), "utf8"), { modern: true });
  return Array.isArray(value) ? (value as JsonObject[]) : [value as JsonObject];
}

/** Copies fields from one object to others. Mirrors kustomize's api/filters/replacement. */
export async function applyReplacements(
  directory: string,
  content: JsonObject,
  resources: readonly Resource[],
): Promise<void> {
  for (const entry of (content["replacements"] ?? []) as readonly JsonObject[])
    for (const replacement of await loaded(directory, entry)) {
      if (replacement["source"] === undefined && replacement["sourceValue"] === undefined)
        throw new Error("replacements must specify a source and at least one target");
      const value = sourceValue(resources, replacement);
      for (const target of (replacement["targets"] ?? []) as readonly JsonObject[]) replaceIn(resources, target, value);
    }
}
