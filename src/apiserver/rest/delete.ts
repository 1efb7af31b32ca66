import { invalidObject, notSupported } from "../../machinery/field-error.ts";
import { deepEqual, type JsonObject, type KubeObject } from "../../machinery/object.ts";
import { isObject } from "../../machinery/schema/json-value.ts";
import { badRequest, conflict, isNotFound } from "../../machinery/status-error.ts";
import { formatTime } from "../../machinery/time.ts";
import type { Stored } from "../../store/object-store.ts";
import type { Admission } from "../admission/admission.ts";
import type { ResourceContext } from "../context.ts";
import { queryFlag, queryInteger, queryText } from "../query.ts";
import { encodeStored, parseBody } from "./codec.ts";
import {
  checkPreconditions,
  type DeletionOptions,
  decideDeletion,
  deletionOptions,
  validateDeletionOptions,
} from "./deletion.ts";
import { hooksOf } from "./hooks.ts";
import { listObjects } from "./list.ts";
import { getStored } from "./stored.ts";

const DELETE_ATTEMPTS = 5;

/** DeleteOptions of the body or, without one, of the query. Throws for options that do not fit. */
export async function readDeletionOptions(ctx: ResourceContext): Promise<DeletionOptions & { dryRun: boolean }> {
  const { value } = await parseBody(ctx);
  const body = isObject(value) ? value : undefined;
  if (value !== undefined && body === undefined)
    throw badRequest("json: cannot unmarshal array into Go value of type v1.DeleteOptions");
  const options = deletionOptions(body ?? queryOptions(ctx));
  validateDeletionOptions(options);
  const dryRun = ctx.dryRun || readDryRun(body?.dryRun);
  return { ...options, dryRun };
}

function queryOptions(ctx: ResourceContext): JsonObject {
  const { request } = ctx;
  const gracePeriodSeconds = queryInteger(request, "gracePeriodSeconds");
  const propagationPolicy = queryText(request, "propagationPolicy");
  return {
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    ...(queryText(request, "orphanDependents") === undefined
      ? {}
      : { orphanDependents: queryFlag(request, "orphanDependents") }),
  };
}

function readDryRun(value: unknown): boolean {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return false;
  if (Array.isArray(value) && value.every((v) => v === "All")) return true;
  throw invalidObject({ group: "meta.k8s.io", kind: "DeleteOptions" }, "", [notSupported("dryRun", value, ["All"])]);
}

/** What a DELETE left behind. `gone`: the object is no more. */
export interface Deleted {
  readonly object: KubeObject;
  readonly gone: boolean;
}

/** Deletes one object, or starts to. Mirrors registry/generic/registry/store.go Delete. */
export async function deleteObject(
  ctx: ResourceContext,
  name: string,
  options: DeletionOptions,
  admission: Admission,
): Promise<Deleted> {
  const first = getStored(ctx, name);
  await admission.admit("DELETE", undefined, first.object);
  await admission.validate("DELETE", undefined, first.object);
  for (let attempt = 0; attempt < DELETE_ATTEMPTS; attempt++) {
    const stored = getStored(ctx, name);
    checkPreconditions(ctx.definition, stored.object, options);
    const hooks = hooksOf(ctx.definition);
    const done = hooks?.remove === undefined ? tryDelete(ctx, stored, options) : await hooks.remove(ctx, stored);
    if (done?.gone === true && !ctx.dryRun) await hooks?.removed?.(ctx);
    if (done !== undefined) return done;
  }
  throw conflict(
    ctx.definition,
    name,
    "the object has been modified; please apply your changes to the latest version and try again",
  );
}

function tryDelete(ctx: ResourceContext, stored: Stored, options: DeletionOptions): Deleted | undefined {
  const { object } = stored;
  if (isNamespace(ctx) && object.metadata.deletionTimestamp === undefined)
    return mark(ctx, stored, markedNamespace(ctx, object));
  if (isNamespace(ctx) && (object.spec?.finalizers ?? []).length > 0) return { object, gone: false };
  const outcome = decideDeletion(ctx.definition, ctx.strategy, object, options, ctx.now);
  if (outcome.kind === "pending") return { object, gone: false };
  if (outcome.kind === "delete" || outcome.thenDelete) return remove(ctx, stored);
  return mark(ctx, stored, { ...object, metadata: outcome.metadata });
}

function mark(ctx: ResourceContext, stored: Stored, draft: KubeObject): Deleted | undefined {
  const marked = encodeStored(ctx.server.structure, ctx.stored, draft);
  if (ctx.dryRun || deepEqual(marked, stored.object)) return { object: marked, gone: false };
  const committed = ctx.server.store.commit(stored.key, stored.revision, marked);
  return committed && { object: committed.object, gone: false };
}

function remove(ctx: ResourceContext, stored: Stored): Deleted | undefined {
  if (ctx.dryRun) return { object: stored.object, gone: true };
  const committed = ctx.server.store.commit(stored.key, stored.revision, undefined);
  return committed && { object: committed.object, gone: true };
}

const isNamespace = (ctx: ResourceContext): boolean =>
  ctx.definition.group === "" && ctx.definition.resource === "namespaces";

/** The first DELETE of a namespace only marks it: its finalizer decides when it is empty. Mirrors registry/core/namespace/storage Delete. */
function markedNamespace(ctx: ResourceContext, object: KubeObject): KubeObject {
  return {
    ...object,
    metadata: { ...object.metadata, deletionTimestamp: formatTime(ctx.now) },
    status: { ...object.status, phase: "Terminating" },
  };
}

/** Deletes what a list would show; answers with the objects as they were. Mirrors registry/store.go DeleteCollection. */
export async function deleteCollection(
  ctx: ResourceContext,
  options: DeletionOptions,
  admissionFor: (ctx: ResourceContext) => Admission,
): Promise<{ objects: readonly KubeObject[]; metadata: JsonObject }> {
  const { objects, metadata } = listObjects(ctx);
  const deleted: KubeObject[] = [];
  for (const object of objects) {
    const name = object.metadata.name ?? "";
    const one: ResourceContext = {
      ...ctx,
      info: { ...ctx.info, namespace: object.metadata.namespace ?? "", name },
    };
    try {
      deleted.push((await deleteObject(one, name, options, admissionFor(one))).object);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
  return { objects: deleted, metadata };
}
