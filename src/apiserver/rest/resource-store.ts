import type { Strategy } from "../../kinds/definition.ts";
import { type FieldError, GoLiteral, invalid, invalidObject } from "../../machinery/field-error.ts";
import { deepCopy, deepEqual, type KubeObject } from "../../machinery/object.ts";
import { equalButForTimes } from "../../machinery/patch/managed-fields.ts";
import { alreadyExists, badRequest, conflict, notFound, StatusError } from "../../machinery/status-error.ts";
import { formatTime } from "../../machinery/time.ts";
import type { Stored } from "../../store/object-store.ts";
import type { Admission } from "../admission/admission.ts";
import type { ResourceContext } from "../context.ts";
import { keyOf } from "../resources.ts";
import { encodeStored } from "./codec.ts";
import { isReadyToGo } from "./deletion.ts";
import { hooksOf } from "./hooks.ts";
import { generateName, generateUid } from "./naming.ts";
import { validateObjectMeta, validateObjectMetaUpdate } from "./object-meta.ts";
import { generationChanges, hasGeneration } from "./strategy.ts";
import { trackFields } from "./tracking.ts";

const GENERATE_NAME_ATTEMPTS = 8;
/** An unconditional update that loses this often against other writers gives up. */
const UPDATE_ATTEMPTS = 5;

const MODIFIED = "the object has been modified; please apply your changes to the latest version and try again";

/**
 * Creates an object from a decoded, defaulted draft of the storage version, which is taken over. Mirrors
 * apiserver/pkg/endpoints/handlers/create.go and registry/generic/registry/store.go Create.
 */
export async function createObject(
  ctx: ResourceContext,
  draft: KubeObject,
  admission: Admission,
  options: TrackingOptions = {},
): Promise<KubeObject> {
  matchNamespace(ctx, draft);
  if (options.track !== false) trackFields(ctx, draft, undefined, options.subresource ?? "");
  await admission.admit("CREATE", draft, undefined);
  for (let attempt = 0; ; attempt++) {
    const object = attempt === 0 ? draft : deepCopy(draft);
    const generated = (object.metadata.name ?? "") === "" && (object.metadata.generateName ?? "") !== "";
    fillSystemFields(ctx, object, attempt);
    const hooks = hooksOf(ctx.definition);
    await hooks?.beginCreate?.(ctx, object);
    beforeCreate(ctx, object);
    await hooks?.finish?.(ctx, object);
    const encoded = encodeStored(ctx.server.structure, ctx.stored, object);
    await admission.validate("CREATE", encoded, undefined);
    const created = commitNew(ctx, encoded);
    if (created !== undefined) return created;
    if (!generated) throw alreadyExists(ctx.definition, object.metadata.name ?? "");
    if (attempt + 1 === GENERATE_NAME_ATTEMPTS) throw nameExhausted(ctx, object.metadata.name ?? "");
    delete draft.metadata.name;
  }
}

function nameExhausted(ctx: ResourceContext, name: string): StatusError {
  const { status } = alreadyExists(ctx.definition, name);
  return new StatusError({
    ...status,
    message: `${status.message}, the server was not able to generate a unique name for the object`,
    details: { ...status.details, retryAfterSeconds: 1 },
  });
}

function commitNew(ctx: ResourceContext, object: KubeObject): KubeObject | undefined {
  const key = keyOf(ctx.definition, ctx.info.namespace, object.metadata.name ?? "");
  const { store } = ctx.server;
  if (store.get(key) !== undefined) return undefined;
  if (ctx.dryRun) return object;
  return store.commit(key, 0, object)?.object;
}

/** Mirrors rest.EnsureObjectNamespaceMatchesRequestNamespace. */
function matchNamespace(ctx: ResourceContext, object: KubeObject): void {
  const wanted = ctx.definition.namespaced ? ctx.info.namespace : "";
  const present = object.metadata.namespace ?? "";
  if (wanted === "") delete object.metadata.namespace;
  else if (present === "" || present === wanted) object.metadata.namespace = wanted;
  else throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
}

function fillSystemFields(ctx: ResourceContext, object: KubeObject, attempt: number): void {
  const { metadata } = object;
  if ((metadata.resourceVersion ?? "") !== "")
    throw new StatusError({ message: "resourceVersion should not be set on objects to be created", code: 500 });
  const { server } = ctx;
  const where = `${keyOf(ctx.definition, metadata.namespace, metadata.name ?? metadata.generateName ?? "")}@${server.store.revision}`;
  if ((metadata.name ?? "") === "" && metadata.generateName)
    metadata.name = generateName(server, metadata.generateName, `name ${where}#${attempt}`);
  metadata.uid = generateUid(server, `uid ${where} ${metadata.name}`);
  metadata.creationTimestamp = formatTime(ctx.now);
  delete metadata.selfLink;
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  if (hasGeneration(ctx.definition)) metadata.generation = 1;
  else delete metadata.generation;
}

/** Mirrors apiserver/pkg/registry/rest/create.go BeforeCreate. */
function beforeCreate(ctx: ResourceContext, object: KubeObject): void {
  const { strategy, definition } = ctx;
  strategy.prepareForCreate?.(object, ctx);
  const errors = validateObjectMeta(object.metadata, definition, strategy.nameRule);
  errors.push(...strategy.validate(object, definition));
  refuse(ctx, object.metadata.name ?? "", errors);
  ctx.warnings.push(...(strategy.warnings?.(object) ?? []));
}

function refuse(ctx: ResourceContext, name: string, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalidObject(ctx.definition, name, errors);
}

/** How a write is booked in metadata.managedFields. */
export interface TrackingOptions {
  /** False: not at all (binding), or by the caller (server-side apply). */
  readonly track?: boolean;
  readonly subresource?: string;
}

/** What an endpoint below an object overrides of the kind's strategy: status, scale, …. */
export interface UpdateRules extends Pick<Strategy, "prepareForUpdate" | "validateUpdate">, TrackingOptions {
  /** The main endpoint's answer to a name that is not there: make it (PUT of a lease), where the kind allows. */
  readonly mayCreate?: boolean;
  /** False where a change of the spec is no new generation: binding a pod is not its author's doing. */
  readonly countsGeneration?: boolean;
}

/**
 * Changes an object: `produce` makes the new state from the present one (or from undefined, where the endpoint may
 * create). The draft is taken over. Mirrors registry/generic/registry/store.go Update.
 */
export async function updateObject(
  ctx: ResourceContext,
  name: string,
  admission: Admission,
  produce: (current: KubeObject | undefined) => Promise<KubeObject> | KubeObject,
  rules: UpdateRules = {},
): Promise<{ object: KubeObject; created: boolean }> {
  for (let attempt = 1; ; attempt++) {
    const stored = ctx.server.store.get(keyOf(ctx.definition, ctx.info.namespace, name));
    if (stored === undefined) {
      if (!rules.mayCreate) throw notFound(ctx.definition, name);
      const draft = await produce(undefined);
      checkName(ctx, draft, name);
      return { object: await createObject(ctx, draft, admission, rules), created: true };
    }
    const draft = await produce(stored.object);
    const unconditional =
      (draft.metadata.resourceVersion ?? "") === "" ||
      draft.metadata.resourceVersion === stored.object.metadata.resourceVersion;
    const object = await tryUpdate(ctx, stored, draft, admission, rules);
    if (object !== undefined) return { object, created: false };
    if (!unconditional || attempt === UPDATE_ATTEMPTS) throw conflict(ctx.definition, name, MODIFIED);
  }
}

/** One attempt; undefined where another writer came in between. */
async function tryUpdate(
  ctx: ResourceContext,
  stored: Stored,
  draft: KubeObject,
  admission: Admission,
  rules: UpdateRules,
): Promise<KubeObject | undefined> {
  const old = stored.object;
  checkName(ctx, draft, old.metadata.name ?? "");
  const tracked = rules.track !== false;
  const ownBooks = !tracked || bringsBooks(draft, old);
  if (tracked) trackFields(ctx, draft, old, rules.subresource ?? "");
  await admission.admit("UPDATE", draft, old);
  checkVersion(ctx, draft, old);
  matchNamespace(ctx, draft);
  await hooksOf(ctx.definition)?.beginUpdate?.(ctx, draft, old);
  beforeUpdate(ctx, draft, old, rules);
  await hooksOf(ctx.definition)?.finish?.(ctx, draft);
  const encoded = encodeStored(ctx.server.structure, ctx.stored, draft);
  await admission.validate("UPDATE", encoded, old);
  const object = commitUpdate(ctx, stored, encoded, ownBooks);
  if (object !== undefined && ctx.server.store.get(stored.key) === undefined)
    await hooksOf(ctx.definition)?.removed?.(ctx);
  return object;
}

/** Whether a client writes metadata.managedFields itself. */
const bringsBooks = ({ metadata }: KubeObject, old: KubeObject): boolean =>
  metadata.managedFields !== undefined && !deepEqual(metadata.managedFields, old.metadata.managedFields);

/** Who asked for a change that the kind took back (spec through the status endpoint, say) owns nothing by it. */
function isUnchanged(draft: KubeObject, old: KubeObject, ownBooks: boolean): boolean {
  if (ownBooks) return equalButForTimes(draft, old);
  const { managedFields } = old.metadata;
  return equalButForTimes({ ...draft, metadata: { ...draft.metadata, managedFields } }, old);
}

function commitUpdate(
  ctx: ResourceContext,
  stored: Stored,
  draft: KubeObject,
  ownBooks: boolean,
): KubeObject | undefined {
  const { store } = ctx.server;
  const old = stored.object;
  const going = hooksOf(ctx.definition)?.isReadyToGo?.(draft) ?? isReadyToGo(draft.metadata);
  if (!going && isUnchanged(draft, old, ownBooks)) return old;
  if (ctx.dryRun) return draft;
  if (!going) return store.commit(stored.key, stored.revision, draft)?.object;
  // The last finalizer is gone: what the client sees is the state that it asked for, and then the object is no more.
  return store.commit(stored.key, stored.revision, undefined) === undefined ? undefined : draft;
}

/** Mirrors apiserver/pkg/endpoints/handlers/rest.go checkName. */
function checkName(ctx: ResourceContext, object: KubeObject, name: string): void {
  const { metadata } = object;
  if ((metadata.name ?? "") !== name)
    throw badRequest(`the name of the object (${metadata.name ?? ""}) does not match the name on the URL (${name})`);
  const wanted = ctx.info.namespace;
  if (ctx.info.verb === "update" && ctx.definition.namespaced && metadata.namespace && metadata.namespace !== wanted)
    throw badRequest(
      `the namespace of the object (${metadata.namespace}) does not match the namespace on the request (${wanted})`,
    );
}

function checkVersion(ctx: ResourceContext, draft: KubeObject, old: KubeObject): void {
  const { metadata } = draft;
  const { strategy, definition } = ctx;
  if ((metadata.resourceVersion ?? "") === "") {
    if (strategy.allowUnconditionalUpdate === false)
      refuse(ctx, metadata.name ?? "", [
        invalid("metadata.resourceVersion", new GoLiteral("0x0"), "must be specified for an update"),
      ]);
    metadata.resourceVersion = old.metadata.resourceVersion;
  } else if (metadata.resourceVersion !== old.metadata.resourceVersion)
    throw conflict(definition, metadata.name ?? "", MODIFIED);
  if (metadata.uid && metadata.uid !== old.metadata.uid && ctx.info.verb === "update")
    throw conflict(
      definition,
      metadata.name ?? "",
      `Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${old.metadata.uid}`,
    );
}

/** Mirrors apiserver/pkg/registry/rest/update.go BeforeUpdate. */
function beforeUpdate(ctx: ResourceContext, draft: KubeObject, old: KubeObject, rules: UpdateRules): void {
  const { strategy, definition } = ctx;
  keepSystemFields(draft, old);
  const prepare = rules.prepareForUpdate ?? strategy.prepareForUpdate;
  prepare?.call(strategy, draft, old, ctx);
  const counts = rules.countsGeneration !== false && hasGeneration(ctx.definition);
  if (counts && draft.metadata.generation === old.metadata.generation)
    if (isNewGeneration(ctx, draft, old, rules)) draft.metadata.generation = (old.metadata.generation ?? 0) + 1;
  const errors = validateObjectMetaUpdate(draft.metadata, old.metadata, ctx.definition);
  const validateUpdate = rules.validateUpdate ?? strategy.validateUpdate;
  errors.push(
    ...(validateUpdate ? validateUpdate.call(strategy, draft, old, definition) : strategy.validate(draft, definition)),
  );
  refuse(ctx, draft.metadata.name ?? "", errors);
  if (rules.prepareForUpdate === undefined) ctx.warnings.push(...(strategy.warnings?.(draft, old) ?? []));
}

/** Whether an update counts. What a kind counts beside its spec (a Deployment's annotations) counts at the main endpoint alone. */
function isNewGeneration(ctx: ResourceContext, draft: KubeObject, old: KubeObject, rules: UpdateRules): boolean {
  const differs = (next: KubeObject): boolean =>
    rules.prepareForUpdate ? !deepEqual(next.spec, old.spec) : generationChanges(ctx.strategy, next, old);
  // A draft lacks the zero values that a stored object shows (`creationTimestamp: null`): those are no difference.
  return differs(draft) && differs(encodeStored(ctx.server.structure, ctx.stored, draft));
}

function keepSystemFields(draft: KubeObject, old: KubeObject): void {
  const next = draft.metadata;
  const { generation, uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, generateName } =
    old.metadata;
  if (generation === undefined) delete next.generation;
  else next.generation = generation;
  next.uid ||= uid;
  next.creationTimestamp = creationTimestamp;
  if (generateName !== undefined) next.generateName ??= generateName;
  delete next.selfLink;
  if (deletionTimestamp === undefined) delete next.deletionTimestamp;
  else next.deletionTimestamp = deletionTimestamp;
  if (deletionGracePeriodSeconds === undefined) delete next.deletionGracePeriodSeconds;
  else next.deletionGracePeriodSeconds ??= deletionGracePeriodSeconds;
}
