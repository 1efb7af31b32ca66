import fs from "node:fs";
import path from "node:path";
import type { JsonObject } from "../../machinery/object.ts";
import { isUtf8, parseFileSource } from "../generate/data-sources.ts";
import type { Session } from "../session.ts";
import { missingText } from "./load.ts";
import { idOf, idsOf, type Origin, type Resource, resourceOf, sameId } from "./resource.ts";

type Entry = readonly [string, Buffer];

function fileOf(directory: string, name: string): Buffer {
  const full = path.resolve(directory, name);
  if (!fs.existsSync(full)) throw new Error(missingText(full, full));
  const real = fs.realpathSync(full);
  if (!real.startsWith(`${directory}${path.sep}`))
    throw new Error(`security; file '${real}' is not in or below '${directory}'`);
  return fs.readFileSync(real);
}

const unquoted = (text: string): string =>
  text.length >= 2 && /^["']/.test(text) && text.at(-1) === text[0] ? text.slice(1, -1) : text;

function literal(source: string): Entry {
  const equals = source.indexOf("=");
  if (equals <= 0) throw new Error(`invalid literal source ${source}, expected key=value`);
  return [source.slice(0, equals), Buffer.from(unquoted(source.slice(equals + 1)), "utf8")];
}

function envEntries(session: Session, text: string): Entry[] {
  return text
    .replace(/^\ufeff/, "")
    .split("\n")
    .map((line) => line.replace(/\r$/, "").trimStart())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const equals = line.indexOf("=");
      if (equals >= 0) return [line.slice(0, equals), Buffer.from(line.slice(equals + 1), "utf8")] as const;
      return [line, Buffer.from(session.env[line] ?? "", "utf8")] as const;
    });
}

/** Says which sources failed: "loading KV pairs: literal sources [x]: …". */
function within<T>(what: string, list: readonly string[], work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new Error(`loading KV pairs: ${what} [${list.join(" ")}]: ${(error as Error).message}`);
  }
}

function entriesOf(session: Session, directory: string, generator: JsonObject): Entry[] {
  const envs: string[] = [...(generator["envs"] ?? []), ...(generator["env"] ? [generator["env"]] : [])];
  const files: string[] = generator["files"] ?? [];
  const literals: string[] = generator["literals"] ?? [];
  return [
    ...within("env source files:", envs, () =>
      envs.flatMap((file) => envEntries(session, fileOf(directory, file).toString("utf8"))),
    ),
    ...within("literal sources", literals, () => literals.map(literal)),
    ...within("file sources:", files, () =>
      files.map((source): Entry => {
        const { key, file } = parseFileSource(source);
        return [key, fileOf(directory, file)];
      }),
    ),
  ];
}

const LINE_LENGTH = 70;

/** Long base64 in lines, as kustomize writes it; the lines are part of the value, and so of the hash. */
function wrapped(text: string): string {
  if (text.length <= LINE_LENGTH) return text;
  let lines = "";
  for (let at = 0; at < text.length; at += LINE_LENGTH) lines += `${text.slice(at, at + LINE_LENGTH)}\n`;
  return lines;
}

/** data (and binaryData) of the entries; a Secret's values are base64. */
function dataOf(kind: "ConfigMap" | "Secret", name: string, entries: readonly Entry[]): JsonObject {
  const data = new Map<string, string>();
  const binaryData = new Map<string, string>();
  for (const [key, content] of entries) {
    if (data.has(key) || binaryData.has(key))
      throw new Error(`${kind.toLowerCase()} ${name} illegally repeats the key \`${key}\``);
    if (kind === "Secret") data.set(key, wrapped(content.toString("base64")));
    else if (isUtf8(content)) data.set(key, content.toString("utf8"));
    else binaryData.set(key, content.toString("base64"));
  }
  return {
    ...(data.size === 0 && kind !== "Secret" ? {} : { data: Object.fromEntries(data) }),
    ...(binaryData.size === 0 ? {} : { binaryData: Object.fromEntries(binaryData) }),
  };
}

function generated(
  session: Session,
  directory: string,
  kind: "ConfigMap" | "Secret",
  generator: JsonObject,
  shared: JsonObject,
): Resource {
  const own: JsonObject = generator["options"] ?? {};
  const pairs = (field: string): JsonObject => {
    const merged = { ...shared[field], ...own[field] };
    return Object.keys(merged).length === 0 ? {} : { [field]: merged };
  };
  const name: string = generator["name"] ?? "";
  if (name === "") throw new Error("a configmap must have a name");
  const immutable = own["immutable"] ?? shared["immutable"] ?? false;
  const object = {
    apiVersion: "v1",
    kind,
    metadata: {
      name,
      ...(generator["namespace"] ? { namespace: generator["namespace"] } : {}),
      ...pairs("labels"),
      ...pairs("annotations"),
    },
    ...dataOf(kind, name, entriesOf(session, directory, generator)),
    ...(kind === "Secret" ? { type: generator["type"] || "Opaque" } : {}),
    ...(immutable ? { immutable: true } : {}),
  };
  const noHash = own["disableNameSuffixHash"] ?? shared["disableNameSuffixHash"] ?? false;
  return resourceOf(object, !noHash);
}

const goId = ({ previous }: Resource): string => {
  const { group, version, kind, name, namespace } = previous[0]!;
  return `resid.ResId{Gvk:resid.Gvk{Group:${JSON.stringify(group)}, Version:${JSON.stringify(version)}, Kind:${JSON.stringify(kind)}, isClusterScoped:false}, Name:${JSON.stringify(name)}, Namespace:${JSON.stringify(namespace)}}`;
};

function mergeInto(target: Resource, added: Resource, replace: boolean): void {
  const metadata = { ...target.object["metadata"] };
  for (const field of ["labels", "annotations"]) {
    const merged = { ...metadata[field], ...added.object["metadata"][field] };
    if (Object.keys(merged).length > 0) metadata[field] = merged;
  }
  const { data, binaryData, ...rest } = target.object;
  const base = replace ? rest : target.object;
  target.object = {
    ...base,
    metadata,
    ...(added.object["type"] === undefined ? {} : { type: target.object["type"] }),
    ...(added.object["immutable"] ? { immutable: true } : {}),
  };
  for (const [field, before] of [
    ["data", data],
    ["binaryData", binaryData],
  ] as const) {
    const value = added.object[field];
    if (value !== undefined) target.object[field] = replace ? value : { ...before, ...value };
  }
  if (added.needsHash) target.needsHash = true;
}

/** Adds what the generators make to the resources, or merges it into what is there. Mirrors resmap.AbsorbAll. */
export function runGenerators(
  session: Session,
  directory: string,
  content: JsonObject,
  resources: Resource[],
  origin: (kind: "ConfigMap" | "Secret") => Origin,
): void {
  const shared: JsonObject = content["generatorOptions"] ?? {};
  for (const [field, kind] of [
    ["configMapGenerator", "ConfigMap"],
    ["secretGenerator", "Secret"],
  ] as const)
    for (const generator of (content[field] ?? []) as readonly JsonObject[]) {
      const made = { ...generated(session, directory, kind, generator, shared), origin: origin(kind) };
      const id = idOf(made.object);
      const existing = resources.find((r) => idsOf(r).some((p) => sameId(p, id)));
      const behavior = String(generator["behavior"] ?? "");
      const wantsExisting = behavior === "merge" || behavior === "replace";
      if (existing === undefined && wantsExisting)
        throw new Error(`merging from generator: id ${goId(made)} does not exist; cannot merge or replace`);
      if (existing !== undefined && !wantsExisting)
        throw new Error(`merging from generator: id ${goId(made)} exists; behavior must be merge or replace`);
      if (existing === undefined) resources.push(made);
      else mergeInto(existing, made, behavior === "replace");
    }
}
