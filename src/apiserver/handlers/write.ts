import type { ApiResponse } from "../../client/transport.ts";
import { deepCopy, type KubeObject } from "../../machinery/object.ts";
import { decodeGo } from "../../machinery/schema/decode.ts";
import { structPlan } from "../../machinery/schema/go-plan.ts";
import type { Structure } from "../../machinery/schema/structure.ts";
import { createAdmission } from "../admission/chain.ts";
import type { ResourceContext } from "../context.ts";
import { presentObject } from "../present/present.ts";
import { decodeBody } from "../rest/codec.ts";
import { conversionOf } from "../rest/conversion.ts";
import { createObject, type UpdateRules, updateObject } from "../rest/resource-store.ts";

/** Reads the body as a draft of the stored version, defaults filled in. */
export async function readDraft(ctx: ResourceContext): Promise<KubeObject> {
  const decoded = await decodeBody(ctx, ctx.definition);
  return toDraft(ctx, decoded);
}

/** A decoded object of the request's version as a draft that may be changed. */
export async function toDraft(ctx: ResourceContext, decoded: KubeObject): Promise<KubeObject> {
  const conversion = await conversionOf(ctx.definition);
  if (ctx.definition.type !== undefined) fillSpec(ctx.server.structure, ctx.definition.type, decoded);
  const draft = conversion.toStorage(decoded);
  ctx.strategy.defaults?.(draft);
  return draft;
}

/** An object without `spec` is to Go one with an empty spec, and is defaulted and validated as that. */
function fillSpec(structure: Structure, type: string, object: KubeObject): void {
  const field = structPlan(structure, type)?.byName.get("spec");
  if (field?.kind === "struct" && !field.pointer) object.spec ??= decodeGo(structure, field.struct!, {}).object;
}

/** The answer to a write. */
export async function answer(ctx: ResourceContext, object: KubeObject, code: number): Promise<ApiResponse> {
  const conversion = await conversionOf(ctx.definition);
  return presentObject(ctx.request, ctx.definition, conversion.fromStorage(object), ctx.now, code);
}

/** POST to a collection. */
export async function create(ctx: ResourceContext): Promise<ApiResponse> {
  const draft = await readDraft(ctx);
  const object = await createObject(ctx, draft, createAdmission(ctx, ""));
  return answer(ctx, object, 201);
}

/** PUT of an object. */
export function update(ctx: ResourceContext): Promise<ApiResponse> {
  return updateWith(ctx, "", { mayCreate: ctx.strategy.allowCreateOnUpdate ?? false });
}

/** PUT of an object or of a part of it. */
export async function updateWith(ctx: ResourceContext, subresource: string, rules: UpdateRules): Promise<ApiResponse> {
  const draft = await readDraft(ctx);
  const { object, created } = await updateObject(
    ctx,
    ctx.info.name,
    createAdmission(ctx, subresource),
    () => deepCopy(draft),
    { ...rules, subresource },
  );
  return answer(ctx, object, created ? 201 : 200);
}
