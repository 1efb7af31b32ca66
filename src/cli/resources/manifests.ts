import fs from "node:fs";
import type { ApiResource, RestMapper } from "../../client/rest-mapper.ts";
import { apiVersionOf, type JsonObject, parseApiVersion } from "../../machinery/object.ts";
import type { Session } from "../session.ts";
import type { ManifestFile } from "./files.ts";
import { type Info, isList } from "./info.ts";

/** How manifests are checked before anything is sent; the server does the rest. */
export type ValidationDirective = "Strict" | "Warn" | "Ignore";

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The values of the documents of a file, read one by one: what stands before a broken document still counts. Throws "error parsing FILE: …". */
export async function* readDocuments(session: Session, file: ManifestFile): AsyncGenerator<unknown> {
  const codec = await import("../../machinery/codec/documents.ts");
  const text =
    file.file === undefined ? await session.streams.stdin.readAll() : codec.decodeText(await bytesOf(session, file));
  const { documents, error } = codec.readDocuments(text);
  for (const { value } of documents) yield value;
  if (error !== undefined) throw new Error(`error parsing ${file.name}: ${error}`);
}

async function bytesOf(session: Session, { file = "", isRemote }: ManifestFile): Promise<Buffer> {
  if (isRemote !== true) return fs.readFileSync(file);
  const { readUrl } = await import("./remote.ts");
  return readUrl(file, (ms) => session.sleep(ms));
}

/** How to get past validation. */
export const RETRY_HINT = "if you choose to ignore these errors, turn validation off with --validate=false";

/** Mirrors the kind check of kubectl's validation.ParamVerifyingSchema. */
function checkTypeMeta(value: unknown, source: string): void {
  const problems: string[] = [];
  if (!isObject(value)) problems.push("invalid object to validate");
  else
    for (const field of ["apiVersion", "kind"])
      if (value[field] === undefined || value[field] === null) problems.push(`${field} not set`);
      else if (typeof value[field] !== "string") problems.push(`${field} isn't string type`);
  if (problems.length === 0) return;
  const text = problems.length === 1 ? problems[0] : `[${problems.join(", ")}]`;
  throw new Error(`error validating ${JSON.stringify(source)}: error validating data: ${text}; ${RETRY_HINT}`);
}

/** Throws where the metadata's types are wrong, which kubectl sees before it sends anything. */
async function checkMetadata(session: Session, object: JsonObject, source: string): Promise<void> {
  if (typeof object["kind"] !== "string" || object["kind"] === "") {
    const { compactJson } = await import("../../machinery/codec/json.ts");
    throw new Error(
      `unable to decode ${JSON.stringify(source)}: Object 'Kind' is missing in '${compactJson(object, { sortKeys: false })}'`,
    );
  }
  if (plainMetadata(object["metadata"])) return;
  const [{ metadataError }, { createStructure }] = await Promise.all([
    import("../../machinery/schema/decode.ts"),
    import("../../machinery/schema/structure.ts"),
  ]);
  const error = metadataError(createStructure(session.readSchema), object);
  // sigs.k8s.io/json names the struct that holds the field, not the wrapper.
  if (error !== undefined) throw new Error(`unable to decode ${JSON.stringify(source)}: ${error}`);
}

const isTextMap = (value: unknown): boolean =>
  isObject(value) && Object.values(value).every((v) => typeof v === "string");

/** The usual case, seen without loading schemas. */
function plainMetadata(metadata: unknown): boolean {
  if (metadata === undefined || metadata === null) return true;
  return (
    isObject(metadata) &&
    Object.entries(metadata).every(([key, value]) =>
      key === "labels" || key === "annotations"
        ? isTextMap(value)
        : (key === "name" || key === "namespace" || key === "generateName") && typeof value === "string",
    )
  );
}

/** What stands for the resource of an object where no server may be asked. */
export function localResource(object: JsonObject): ApiResource {
  const { group, version } = parseApiVersion(String(object["apiVersion"] ?? ""));
  const kind = String(object["kind"]);
  return {
    group,
    version,
    kind,
    // Without discovery kubectl takes the kind itself for the resource.
    resource: kind.toLowerCase(),
    singular: kind.toLowerCase(),
    namespaced: true,
    shortNames: [],
    categories: [],
    verbs: [],
    subresources: [],
  };
}

function noMatch(object: JsonObject): string {
  const { group, version } = parseApiVersion(String(object["apiVersion"] ?? ""));
  return `no matches for kind ${JSON.stringify(object["kind"])} in version ${JSON.stringify(apiVersionOf({ group, version }))}`;
}

/** The resource that a manifest is of; its version is the manifest's own, as that is what the URL names. */
export function resourceOfObject(mapper: RestMapper | undefined, object: JsonObject): ApiResource | undefined {
  if (mapper === undefined) return localResource(object);
  const gv = parseApiVersion(String(object["apiVersion"] ?? ""));
  const found = mapper.kindFor({ ...gv, kind: String(object["kind"] ?? "") });
  return found === undefined ? undefined : { ...found, version: gv.version };
}

function infoOf(object: JsonObject, resource: ApiResource, source: string): Info {
  const { name = "", namespace = "" } = object["metadata"] ?? {};
  return { resource, source, subresource: "", object, name, namespace };
}

const isPlainList = (object: JsonObject): boolean => object["kind"] === "List" && object["apiVersion"] === "v1";

/** The info of one document. A list becomes an info without a resource of its own; {@link flatten} takes it apart. Throws kubectl's errors. */
export async function infoForDocument(
  session: Session,
  mapper: RestMapper | undefined,
  value: unknown,
  source: string,
  directive: ValidationDirective,
): Promise<Info> {
  if (directive !== "Ignore") checkTypeMeta(value, source);
  if (!isObject(value))
    throw new Error(
      `unable to decode ${JSON.stringify(source)}: couldn't get version/kind; json parse error: json: cannot unmarshal ${Array.isArray(value) ? "array" : typeof value} into Go value of type struct { APIVersion string "json:"apiVersion,omitempty""; Kind string "json:"kind,omitempty"" }`,
    );
  await checkMetadata(session, value, source);
  if (isPlainList(value)) return infoOf(value, localResource(value), source);
  const resource = resourceOfObject(mapper, value) ?? (isList(value) ? localResource(value) : undefined);
  if (resource !== undefined) return infoOf(value, resource, source);
  const { name = "", namespace = "" } = value["metadata"] ?? {};
  throw new Error(
    `resource mapping not found for name: ${JSON.stringify(name)} namespace: ${JSON.stringify(namespace)} from ${JSON.stringify(source)}: ${noMatch(value)}\nensure CRDs are installed first`,
  );
}

/** The info of an item of a list. */
export function infoForItem(mapper: RestMapper | undefined, object: JsonObject, source: string): Info {
  const resource = resourceOfObject(mapper, object);
  if (resource === undefined) throw new Error(`unable to recognize ${noMatch(object)}`);
  return infoOf(object, resource, source);
}
