import type { ApiRequest } from "../../client/transport.ts";
import { prune } from "../../kinds/custom/prune.ts";
import type { ResourceDefinition } from "../../kinds/definition.ts";
import { duplicateJsonFields, parseJson as parseJsonText } from "../../machinery/codec/json-read.ts";
import { apiVersionOf, type JsonObject, type KubeObject, parseApiVersion } from "../../machinery/object.ts";
import { decodeGo, strictDecodingError } from "../../machinery/schema/decode.ts";
import { encodeGo } from "../../machinery/schema/encode.ts";
import { fromOpenApi } from "../../machinery/schema/from-openapi.ts";
import { isObject } from "../../machinery/schema/json-value.ts";
import type { Structure } from "../../machinery/schema/structure.ts";
import { badRequest, StatusError, unsupportedMediaType } from "../../machinery/status-error.ts";
import type { RequestContext, Server } from "../context.ts";
import { queryText } from "../query.ts";

/** How unknown and duplicate fields are met. */
export type FieldValidation = "Ignore" | "Warn" | "Strict";

/** A body as JSON, with the keys that were written twice. */
export interface ParsedBody {
  readonly value: unknown;
  readonly duplicates: readonly string[];
}

const OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
const PROTOBUF = "application/vnd.kubernetes.protobuf";
const MEDIA_TYPES = `application/json, application/yaml, ${PROTOBUF}`;

/** The fieldValidation parameter; without it apiservers warn. Throws the 422 for anything else. */
export function fieldValidation(request: ApiRequest): FieldValidation {
  const value = queryText(request, "fieldValidation") ?? "";
  if (value === "") return "Warn";
  if (value === "Ignore" || value === "Warn" || value === "Strict") return value;
  throw new StatusError({
    message: `CreateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: ${JSON.stringify(value)}: supported values: "", "Ignore", "Strict", "Warn"`,
    reason: "Invalid",
    details: { group: "meta.k8s.io", kind: "CreateOptions" },
    code: 422,
  });
}

/** The request's body, decoded by content-type; an object is taken as it is. Throws for media types and texts that cannot be read. */
export async function parseBody(ctx: RequestContext): Promise<ParsedBody> {
  const { request } = ctx;
  const { body } = request;
  if (body === undefined) return { value: undefined, duplicates: [] };
  if (typeof body !== "string" && !(body instanceof Uint8Array)) return { value: body, duplicates: [] };
  const type = (request.headers?.["content-type"] ?? "application/json").split(";")[0]!.trim().toLowerCase();
  if (type === PROTOBUF && typeof body !== "string") return parseProtobuf(ctx.server, body);
  const text = typeof body === "string" ? body : new TextDecoder().decode(body);
  if (text.trim() === "") return { value: undefined, duplicates: [] };
  if (type === "application/yaml" || type === "application/apply-patch+yaml") return parseYaml(text);
  if (type === "application/json" || type.endsWith("+json") || type === "*/*" || type === "") return parseJson(text);
  throw unsupportedMediaType(
    `the body of the request was in an unknown format - accepted media types include: ${MEDIA_TYPES}`,
  );
}

/** Go clients send what they have a Go type for in this form. It has no unknown fields to speak of, and no duplicates. */
async function parseProtobuf(server: Server, body: Uint8Array): Promise<ParsedBody> {
  if (body.length === 0) return { value: undefined, duplicates: [] };
  const { protobufDecoder } = await import("../../machinery/schema/protobuf.ts");
  try {
    return { value: protobufDecoder(server.structure, server.readSchema).decode(body), duplicates: [] };
  } catch (error) {
    throw badRequest((error as Error).message);
  }
}

function parseJson(text: string): ParsedBody {
  try {
    return { value: parseText(text), duplicates: duplicateErrors(text) };
  } catch (error) {
    throw badRequest((error as Error).message);
  }
}

/** A JSON text's value; throws an Error in encoding/json's words. */
export const parseText = (text: string): unknown => parseJsonText(text);

/** `duplicate field "spec.image"` for every key that a JSON text names twice. */
export function duplicateErrors(text: string): readonly string[] {
  return duplicateJsonFields(text).map((path) => `duplicate field ${JSON.stringify(path)}`);
}

/** Reads YAML; keys that stand twice are reported, the last one holds. */
export async function parseYaml(text: string): Promise<ParsedBody> {
  const { readYaml } = await import("../../machinery/codec/yaml-read.ts");
  try {
    return { value: readYaml(text, { strict: true }), duplicates: [] };
  } catch (strictError) {
    try {
      return { value: readYaml(text), duplicates: [(strictError as Error).message] };
    } catch (error) {
      throw badRequest(`error converting YAML to JSON: ${(error as Error).message}`);
    }
  }
}

/** The refusal of a body that is no object of the endpoint's kind. Mirrors endpoints/handlers/create.go transformDecodeError. */
export function cannotBeHandled(kind: string, version: string, expected: string, cause: string): StatusError {
  return badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${expected}: ${cause}`);
}

/** What a typed endpoint expects of a body. */
export interface ExpectedType {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** The structure's name of the type; a custom resource has `schema` instead. */
  readonly type?: string;
  readonly schema?: JsonObject;
}

/**
 * Reads a body as an object of `expected`: apiVersion and kind must agree (absent ones are filled in), fields must fit.
 * Unknown fields are dropped and, by fieldValidation, refused or warned of.
 */
export async function decodeBody(ctx: RequestContext, expected: ExpectedType): Promise<KubeObject> {
  const { value, duplicates } = await parseBody(ctx);
  return decodeValue(ctx, expected, value, duplicates);
}

/** As {@link decodeBody}, for a body that has been parsed. */
export async function decodeValue(
  ctx: RequestContext,
  expected: ExpectedType,
  value: unknown,
  duplicates: readonly string[] = [],
): Promise<KubeObject> {
  if (!isObject(value)) {
    const found =
      value === undefined
        ? "unexpected end of JSON input"
        : `json: cannot unmarshal ${goName(value)} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`;
    throw badRequest(value === undefined ? found : `couldn't get version/kind; json parse error: ${found}`);
  }
  await checkKind(ctx, expected, value);
  const { object, error, unknown } = decodeFields(ctx.server.structure, expected, value);
  if (error !== undefined) throw cannotBeHandled(expected.kind, expected.version, expected.kind, error);
  applyFieldValidation(ctx, [...duplicates, ...unknown], (text) =>
    cannotBeHandled(expected.kind, expected.version, expected.kind, text),
  );
  const metadata = isObject(object.metadata) ? object.metadata : {};
  return { ...object, apiVersion: apiVersionOf(expected), kind: expected.kind, metadata };
}

/** Refuses or warns of fields that do not belong, as the request wants it. */
export function applyFieldValidation(
  ctx: RequestContext,
  errors: readonly string[],
  refusal: (text: string) => StatusError,
): void {
  const mode = fieldValidation(ctx.request);
  if (mode === "Ignore" || errors.length === 0) return;
  if (mode === "Strict") throw refusal(strictDecodingError(errors));
  ctx.warnings.push(...errors);
}

/** The fields of `value` as Go would hold them; of a custom resource what its schema names. */
export function decodeFields(
  structure: Structure,
  expected: ExpectedType,
  value: JsonObject,
): { object: JsonObject; error?: string; unknown: readonly string[] } {
  if (expected.type !== undefined) return decodeGo(structure, expected.type, value);
  const metadata = isObject(value.metadata) ? decodeGo(structure, OBJECT_META, value.metadata) : undefined;
  const { object, unknown } = prune(fromOpenApi(expected.schema), value);
  return {
    object: { ...object, ...(metadata === undefined ? {} : { metadata: metadata.object }) },
    ...(metadata?.error === undefined ? {} : { error: metadata.error }),
    unknown: [...(metadata?.unknown ?? []).map((u) => u.replace('"', '"metadata.')), ...unknown],
  };
}

const goName = (value: unknown): string =>
  Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;

async function checkKind(ctx: RequestContext, expected: ExpectedType, value: JsonObject): Promise<void> {
  const apiVersion = value.apiVersion ?? apiVersionOf(expected);
  const kind = value.kind ?? expected.kind;
  if (typeof apiVersion !== "string" || typeof kind !== "string") {
    const [field, wrong] = typeof apiVersion === "string" ? ["kind", kind] : ["apiVersion", apiVersion];
    throw badRequest(
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${goName(wrong)} into Go struct field .${field} of type string`,
    );
  }
  if (kind === expected.kind && apiVersion === apiVersionOf(expected)) return;
  const gv = parseApiVersion(apiVersion);
  if ((await ctx.server.resources.forKind({ ...gv, kind })) === undefined && !(await isOtherType(ctx, gv, kind)))
    throw cannotBeHandled(
      kind,
      gv.version,
      expected.kind,
      `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/api/legacyscheme/scheme.go:30"`,
    );
  if (apiVersion !== apiVersionOf(expected))
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${apiVersionOf(expected)})`,
    );
  throw cannotBeHandled(
    kind,
    gv.version,
    expected.kind,
    `converting (${gv.version}.${kind}) to (${expected.version}.${expected.kind}): unknown conversion`,
  );
}

/** Kinds that only subresources take: Scale, Eviction, TokenRequest, Binding. */
async function isOtherType(
  ctx: RequestContext,
  gv: { group: string; version: string },
  kind: string,
): Promise<boolean> {
  const all = await ctx.server.resources.all();
  return all.some((d) =>
    d.subresources?.some(
      (s) => s.kind === kind && (s.group ?? d.group) === gv.group && (s.version ?? d.version) === gv.version,
    ),
  );
}

/** The object as an apiserver writes it: Go's field order and zero values. Objects are stored in this form, so that reading is free. */
export function encodeStored(structure: Structure, definition: ResourceDefinition, object: KubeObject): KubeObject {
  if (definition.type !== undefined) return encodeGo(structure, definition.type, object);
  const { apiVersion, kind, metadata, ...fields } = object;
  return { apiVersion, kind, metadata: encodeGo(structure, OBJECT_META, metadata), ...fields };
}
