import { invalid, invalidObject } from "../../machinery/field-error.ts";
import { apiVersionOf, deepCopy, type JsonObject, type KubeObject } from "../../machinery/object.ts";
import { goText } from "../../machinery/patch/go-text.ts";
import { applyJsonPatch } from "../../machinery/patch/json.ts";
import { mergePatch } from "../../machinery/patch/merge.ts";
import { PatchError } from "../../machinery/patch/patch-error.ts";
import { applyStrategicPatch } from "../../machinery/patch/strategic.ts";
import { strictDecodingError } from "../../machinery/schema/decode.ts";
import { fromUnstructured } from "../../machinery/schema/from-unstructured.ts";
import { isObject, jsonTypeName } from "../../machinery/schema/json-value.ts";
import { badRequest, requestEntityTooLarge, StatusError, unsupportedMediaType } from "../../machinery/status-error.ts";
import type { ResourceContext } from "../context.ts";
import { decodeFields, duplicateErrors, type ExpectedType, fieldValidation, parseText } from "./codec.ts";

const MAX_JSON_PATCH_OPERATIONS = 10_000;
/** Mirrors the apiserver's JSONPatchMaxCopyBytes. */
const MAX_COPIED_BYTES = 3 * 1024 * 1024;

const JSON_PATCH = "application/json-patch+json";
const MERGE_PATCH = "application/merge-patch+json";
const STRATEGIC_PATCH = "application/strategic-merge-patch+json";
export const APPLY_PATCH = "application/apply-patch+yaml";

/** The patch's content type; throws 415 for one that the endpoint does not take. */
export function patchType(ctx: ResourceContext, expected: ExpectedType): string {
  const accepted = [JSON_PATCH, MERGE_PATCH, ...(expected.type === undefined ? [] : [STRATEGIC_PATCH]), APPLY_PATCH];
  const type = (ctx.request.headers?.["content-type"] ?? "").split(";")[0]!.trim().toLowerCase();
  if (accepted.includes(type)) return type;
  throw unsupportedMediaType(
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(", ")}`,
  );
}

/** What patching came to, and how upstream's messages show the patch. */
interface Patched {
  readonly value: unknown;
  readonly duplicates: readonly string[];
  shown(): string;
  /** How the outcome is read: the JSON patches decode bytes, the strategic one converts a map. */
  readonly conversion: boolean;
}

/**
 * `current` with the request's patch applied, decoded as `expected`. Neither is changed. Throws what upstream answers
 * to a patch that does not fit. Mirrors apiserver/pkg/endpoints/handlers/patch.go jsonPatcher and smpPatcher.
 */
export async function patchedObject(
  ctx: ResourceContext,
  expected: ExpectedType,
  current: KubeObject,
): Promise<KubeObject> {
  const type = patchType(ctx, expected);
  const patched = applyPatch(ctx, type, expected, current);
  const refuse = (text: string): StatusError =>
    invalidObject({ group: "", kind: "" }, "", [invalid("patch", patched.shown(), text)]);
  if (!isObject(patched.value))
    throw refuse(
      `json: cannot unmarshal ${jsonTypeName(patched.value)} into Go value of type ${expected.version}.${expected.kind}`,
    );
  const { structure } = ctx.server;
  const { object, error, unknown } = patched.conversion
    ? fromUnstructured(structure, expected.type!, patched.value)
    : decodeFields(structure, expected, patched.value);
  if (error !== undefined) throw refuse(error);
  const problems = [...patched.duplicates, ...unknown];
  const mode = fieldValidation(ctx.request);
  if (problems.length > 0 && mode === "Strict") throw refuse(strictDecodingError(problems));
  if (mode === "Warn") ctx.warnings.push(...problems);
  return {
    ...object,
    apiVersion: apiVersionOf(expected),
    kind: expected.kind,
    metadata: isObject(object.metadata) ? object.metadata : {},
  };
}

function applyPatch(ctx: ResourceContext, type: string, expected: ExpectedType, current: KubeObject): Patched {
  const body = ctx.request.body;
  const text = body instanceof Uint8Array ? new TextDecoder().decode(body) : body;
  const patch = typeof text === "string" ? parsePatch(text, type) : text;
  const duplicates = typeof text === "string" ? duplicateErrors(text) : [];
  if (type === STRATEGIC_PATCH) return strategic(ctx, expected, current, patch, duplicates);
  const value = type === JSON_PATCH ? jsonPatched(current, patch) : mergePatched(current, patch);
  return { value, duplicates, shown: () => JSON.stringify(value), conversion: false };
}

function parsePatch(text: string, type: string): unknown {
  try {
    return parseText(text);
  } catch (error) {
    const { message } = error as Error;
    throw badRequest(type === STRATEGIC_PATCH ? message : `error decoding patch: ${message}`);
  }
}

function jsonPatched(current: KubeObject, patch: unknown): unknown {
  if (!Array.isArray(patch))
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${jsonTypeName(patch)} into Go value of type []handlers.jsonPatchOp`,
    );
  if (patch.length > MAX_JSON_PATCH_OPERATIONS)
    throw requestEntityTooLarge(
      `The allowed maximum operations in a JSON patch is ${MAX_JSON_PATCH_OPERATIONS}, got ${patch.length}`,
    );
  try {
    return applyJsonPatch(current, patch, MAX_COPIED_BYTES);
  } catch (error) {
    throw error instanceof PatchError ? unprocessable() : error;
  }
}

/** Mirrors apierrors.NewGenericServerResponse for 422, which does not say what is wrong. */
function unprocessable(): StatusError {
  return new StatusError({
    message: "the server rejected our request due to an error in our request",
    reason: "Invalid",
    details: {},
    code: 422,
  });
}

function mergePatched(current: KubeObject, patch: unknown): unknown {
  if (!isObject(patch))
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${jsonTypeName(patch)} into Go value of type map[string]interface {}`,
    );
  return mergePatch(current, patch);
}

/** Errors that upstream calls by name, and so answers with 422; those of the format are 400, all others 500. */
const UNPROCESSABLE = new Set(["lists of lists are not supported"]);
const BAD_FORMAT = /^(invalid patch format of|invalid JSON document|delete directive)/;

function strategic(
  ctx: ResourceContext,
  expected: ExpectedType,
  current: KubeObject,
  patch: unknown,
  duplicates: readonly string[],
): Patched {
  if (!isObject(patch))
    throw badRequest(`json: cannot unmarshal ${jsonTypeName(patch)} into Go value of type map[string]interface {}`);
  // The patch is used up as it is applied, and messages show what is left of it.
  const remains: JsonObject = deepCopy(patch);
  try {
    const value = applyStrategicPatch(ctx.server.structure, expected.type, deepCopy(current), remains);
    return { value, duplicates, shown: () => goText(remains), conversion: true };
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    if (UNPROCESSABLE.has(error.message)) throw unprocessable();
    if (BAD_FORMAT.test(error.message)) throw badRequest(error.message);
    throw new StatusError({ message: error.message, code: 500 });
  }
}
