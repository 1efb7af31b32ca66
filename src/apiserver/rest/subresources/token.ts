import { type FieldError, invalid, invalidObject } from "../../../machinery/field-error.ts";
import type { JsonObject, KubeObject } from "../../../machinery/object.ts";
import { badRequest, conflict, notFound } from "../../../machinery/status-error.ts";
import { formatTime } from "../../../machinery/time.ts";
import { storeKey } from "../../../store/object-store.ts";
import { type BoundObject, ISSUER, makeToken } from "../../authn/service-account-token.ts";
import type { ResourceContext } from "../../context.ts";
import { decodeBody } from "../codec.ts";
import { generateUid } from "../naming.ts";
import { getStored } from "../stored.ts";
import type { SubresourceHandler } from "./registry.ts";

const DEFAULT_SECONDS = 3600;
const MIN_SECONDS = 600;
const MAX_SECONDS = 2 ** 32;

/** serviceaccounts/NAME/token. Mirrors registry/core/serviceaccount/storage TokenREST. */
export const serveToken: SubresourceHandler = async (ctx) => {
  const account = getStored(ctx, ctx.info.name).object;
  const request = await decodeBody(ctx, {
    group: "authentication.k8s.io",
    version: "v1",
    kind: "TokenRequest",
    type: "io.k8s.api.authentication.v1.TokenRequest",
  });
  const spec: JsonObject = request.spec ?? {};
  const seconds: number = spec.expirationSeconds ?? DEFAULT_SECONDS;
  const errors = secondsErrors(seconds);
  if (errors.length > 0) throw invalidObject({ group: "authentication.k8s.io", kind: "TokenRequest" }, "", errors);
  if (request.metadata.name && request.metadata.name !== ctx.info.name)
    throw badRequest(
      `the service account name in the request (${request.metadata.name}) does not match the name on the URL (${ctx.info.name})`,
    );
  const bound = boundObject(ctx, account, spec.boundObjectRef);
  const audiences: string[] = spec.audiences?.length ? spec.audiences : [ISSUER];
  const id = generateUid(
    ctx.server,
    `token ${ctx.info.namespace}/${ctx.info.name}@${ctx.now}#${ctx.server.store.revision}`,
  );
  const token = ctx.dryRun ? "" : makeToken(ctx.server, account, audiences, seconds, bound, id);
  return {
    kind: "object",
    code: 201,
    body: {
      kind: "TokenRequest",
      apiVersion: "authentication.k8s.io/v1",
      metadata: { name: ctx.info.name, namespace: ctx.info.namespace, creationTimestamp: formatTime(ctx.now) },
      spec: {
        audiences,
        expirationSeconds: seconds,
        boundObjectRef: spec.boundObjectRef ?? null,
      },
      status: { token, expirationTimestamp: formatTime(ctx.now + seconds * 1000) },
    },
  };
};

function secondsErrors(seconds: number): FieldError[] {
  const field = "spec.expirationSeconds";
  if (seconds < MIN_SECONDS) return [invalid(field, seconds, "may not specify a duration less than 10 minutes")];
  if (seconds > MAX_SECONDS) return [invalid(field, seconds, "may not specify a duration larger than 2^32 seconds")];
  return [];
}

const RESOURCES: Readonly<Record<string, string>> = { Pod: "pods", Secret: "secrets", Node: "nodes" };

function boundObject(ctx: ResourceContext, account: KubeObject, ref: JsonObject | undefined): BoundObject | undefined {
  if (ref === undefined) return undefined;
  const resource = RESOURCES[ref.kind];
  if (ref.apiVersion !== "v1" || resource === undefined)
    throw badRequest(`cannot bind token to object of type ${ref.apiVersion}, Kind=${ref.kind}`);
  const namespace = ref.kind === "Node" ? undefined : ctx.info.namespace;
  const found = ctx.server.store.get(storeKey("", resource, namespace, ref.name))?.object;
  if (found === undefined) throw notFound({ group: "", resource }, ref.name);
  if (ref.kind === "Pod" && found.spec?.serviceAccountName !== account.metadata.name)
    throw badRequest(
      `cannot bind token for serviceaccount ${JSON.stringify(account.metadata.name)} to pod running with different serviceaccount name.`,
    );
  if (ref.uid && ref.uid !== found.metadata.uid)
    throw conflict(
      { group: "", resource },
      ref.name,
      `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  return { kind: ref.kind, name: ref.name, uid: found.metadata.uid ?? "" };
}
