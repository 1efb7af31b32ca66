import type { ApiResponse } from "../../client/transport.ts";
import { type FieldError, invalidObject, required } from "../../machinery/field-error.ts";
import { apiVersionOf, type JsonObject, type KubeObject } from "../../machinery/object.ts";
import { applyServerSide } from "../../machinery/patch/apply.ts";
import { strictDecodingError } from "../../machinery/schema/decode.ts";
import { isObject } from "../../machinery/schema/json-value.ts";
import { badRequest, conflict } from "../../machinery/status-error.ts";
import { createAdmission } from "../admission/chain.ts";
import type { ResourceContext } from "../context.ts";
import { queryFlag, queryText } from "../query.ts";
import { decodeFields, fieldValidation, parseYaml } from "../rest/codec.ts";
import { conversionOf } from "../rest/conversion.ts";
import { type UpdateRules, updateObject } from "../rest/resource-store.ts";
import { trackingContext } from "../rest/tracking.ts";
import { answer, toDraft } from "./write.ts";

/** PATCH with application/apply-patch+yaml: creates or updates, and books who owns what. Mirrors handlers/patch.go applyPatcher. */
export async function serverSideApply(
  ctx: ResourceContext,
  subresource: string,
  rules: UpdateRules,
): Promise<ApiResponse> {
  const manager = queryText(ctx.request, "fieldManager") ?? "";
  checkOptions(manager);
  const applied = await readConfiguration(ctx);
  const conversion = await conversionOf(ctx.definition);
  const produce = async (current: KubeObject | undefined): Promise<KubeObject> => {
    if (current === undefined && applied.metadata?.uid)
      throw conflict(
        ctx.definition,
        ctx.info.name,
        `uid mismatch: the provided object specified uid ${applied.metadata.uid}, and no existing object was found`,
      );
    const merged = applyServerSide(
      {
        ...trackingContext(ctx, subresource),
        apiVersion: apiVersionOf(ctx.definition),
        ...(ctx.definition.type === undefined ? {} : { schema: { ref: ctx.definition.type } }),
      },
      {
        live: current && conversion.fromStorage(current),
        applied,
        manager,
        force: queryFlag(ctx.request, "force"),
      },
    );
    return toDraft(ctx, decodeMerged(ctx, merged, current));
  };
  const { object, created } = await updateObject(ctx, ctx.info.name, createAdmission(ctx, subresource), produce, {
    ...rules,
    mayCreate: subresource === "",
    track: false,
  });
  return answer(ctx, object, created ? 201 : 200);
}

function checkOptions(manager: string): void {
  const errors: FieldError[] = [];
  if (manager === "") errors.push(required("fieldManager", "is required for apply patch"));
  if (errors.length > 0) throw invalidObject({ group: "meta.k8s.io", kind: "PatchOptions" }, "", errors);
}

async function readConfiguration(ctx: ResourceContext): Promise<JsonObject> {
  const { body } = ctx.request;
  const text = body instanceof Uint8Array ? new TextDecoder().decode(body) : body;
  const { value, duplicates } = typeof text === "string" ? await parseYaml(text) : { value: text, duplicates: [] };
  if (!isObject(value))
    throw badRequest("error decoding YAML: json: cannot unmarshal into Go value of type map[string]interface {}");
  const mode = fieldValidation(ctx.request);
  if (duplicates.length > 0 && mode === "Strict")
    throw badRequest(`error strict decoding YAML: ${strictDecodingError(duplicates)}`);
  if (mode === "Warn") ctx.warnings.push(...duplicates);
  return value;
}

/** The merged object as Go would hold it. What does not fit is refused as the conversion of a typed object is. */
function decodeMerged(ctx: ResourceContext, merged: JsonObject, current: KubeObject | undefined): KubeObject {
  const { object, error } = decodeFields(ctx.server.structure, ctx.definition, merged);
  if (error !== undefined) throw badRequest(error);
  const metadata = { ...(isObject(object.metadata) ? object.metadata : {}) };
  // A configuration may pin the revision that it was made from; otherwise the live one stands.
  if (metadata.resourceVersion === undefined && current !== undefined)
    metadata.resourceVersion = current.metadata.resourceVersion;
  return { ...object, apiVersion: apiVersionOf(ctx.definition), kind: ctx.definition.kind, metadata };
}
