import type { ApiResponse, UserInfo } from "../../client/transport.ts";
import { type FieldError, invalid, invalidObject, required } from "../../machinery/field-error.ts";
import type { JsonObject, KubeObject } from "../../machinery/object.ts";
import { badRequest } from "../../machinery/status-error.ts";
import { formatTime } from "../../machinery/time.ts";
import { authenticateToken, ISSUER } from "../authn/service-account-token.ts";
import type { AccessAttributes } from "../authz/attributes.ts";
import { authorize, isMaster } from "../authz/authorize.ts";
import { createRbacAuthorizer } from "../authz/rbac.ts";
import type { PolicyRule } from "../authz/rules.ts";
import type { ResourceContext } from "../context.ts";
import { decodeBody, encodeStored } from "./codec.ts";

type Review = (ctx: ResourceContext, review: KubeObject) => Promise<JsonObject> | JsonObject;

/** The reviews, each computing a status. What is asked is answered, and forgotten. */
const REVIEWS: Readonly<Record<string, Review>> = {
  selfsubjectaccessreviews: (ctx, review) => {
    const spec: JsonObject = review.spec ?? {};
    refuse(ctx, attributeErrors(spec));
    return accessStatus(ctx, accessOf(spec, ctx.user));
  },
  subjectaccessreviews: (ctx, review) => {
    const spec: JsonObject = review.spec ?? {};
    refuse(ctx, [...attributeErrors(spec), ...subjectErrors(spec)]);
    return accessStatus(ctx, accessOf(spec, subjectOf(spec)));
  },
  localsubjectaccessreviews: (ctx, review) => {
    const spec: JsonObject = review.spec ?? {};
    refuse(ctx, [...attributeErrors(spec), ...subjectErrors(spec)]);
    const namespace = spec.resourceAttributes?.namespace;
    if (namespace !== ctx.info.namespace)
      throw badRequest(
        `spec.resourceAttributes.namespace must match namespace: ${namespace ?? ""} != ${ctx.info.namespace}`,
      );
    return accessStatus(ctx, accessOf(spec, subjectOf(spec)));
  },
  selfsubjectrulesreviews: (ctx, review) => {
    const namespace: string = review.spec?.namespace ?? "";
    if (namespace === "") throw badRequest("no namespace on request");
    return rulesStatus(ctx, namespace);
  },
  selfsubjectreviews: (ctx) => ({ userInfo: userInfo(ctx.user) }),
  tokenreviews,
};

/** Answers a review with its status filled in. Mirrors registry/authorization and registry/authentication. */
export async function serveReview(ctx: ResourceContext): Promise<ApiResponse> {
  const review = await decodeBody(ctx, ctx.definition);
  const answer = REVIEWS[ctx.definition.resource]!;
  const status = await answer(ctx, review);
  const metadata =
    ctx.definition.resource === "selfsubjectreviews"
      ? { ...review.metadata, creationTimestamp: formatTime(ctx.now) }
      : review.metadata;
  const body = encodeStored(ctx.server.structure, ctx.definition, { ...review, metadata, status });
  return { kind: "object", code: 201, body };
}

function refuse(ctx: ResourceContext, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalidObject(ctx.definition, "", errors);
}

/** Mirrors pkg/apis/authorization/validation. */
function attributeErrors(spec: JsonObject): FieldError[] {
  const field = "spec.resourceAttributes";
  if (spec.resourceAttributes && spec.nonResourceAttributes)
    return [
      invalid(
        "spec.nonResourceAttributes",
        spec.nonResourceAttributes,
        "cannot be specified in combination with resourceAttributes",
      ),
    ];
  if (!spec.resourceAttributes && !spec.nonResourceAttributes)
    return [invalid(field, null, "exactly one of nonResourceAttributes or resourceAttributes must be specified")];
  return [];
}

function subjectErrors(spec: JsonObject): FieldError[] {
  if (spec.user || spec.groups?.length) return [];
  return [required("spec.user", "at least one of user or group must be specified")];
}

const subjectOf = (spec: JsonObject): UserInfo => ({
  name: spec.user ?? "",
  groups: spec.groups ?? [],
  ...(spec.uid ? { uid: spec.uid } : {}),
});

function accessOf(spec: JsonObject, user: UserInfo): AccessAttributes {
  const r: JsonObject = spec.resourceAttributes ?? {};
  const n: JsonObject = spec.nonResourceAttributes ?? {};
  return {
    user,
    isResource: spec.resourceAttributes !== undefined,
    verb: r.verb ?? n.verb ?? "",
    group: r.group ?? "",
    resource: r.resource ?? "",
    subresource: r.subresource ?? "",
    namespace: r.namespace ?? "",
    name: r.name ?? "",
    path: n.path ?? "",
  };
}

async function accessStatus(ctx: ResourceContext, attributes: AccessAttributes): Promise<JsonObject> {
  const { allowed, reason } = await authorize(ctx.server, attributes);
  return { allowed, ...(reason === "" ? {} : { reason }) };
}

const EVERYTHING: readonly PolicyRule[] = [
  { verbs: ["*"], apiGroups: ["*"], resources: ["*"] },
  { verbs: ["*"], nonResourceURLs: ["*"] },
];

/** Mirrors registry/authorization/selfsubjectrulesreview. */
function rulesStatus(ctx: ResourceContext, namespace: string): JsonObject {
  const granted = createRbacAuthorizer(ctx.server.store)
    .grants(ctx.user, namespace)
    .flatMap((g) => g.rules);
  const rules = isMaster(ctx.user) ? [...EVERYTHING, ...granted] : granted;
  return {
    resourceRules: rules
      .filter((r) => (r.resources ?? []).length > 0)
      .map(({ verbs, apiGroups, resources, resourceNames }) => ({
        verbs,
        apiGroups,
        resources,
        ...(resourceNames?.length ? { resourceNames } : {}),
      })),
    nonResourceRules: rules
      .filter((r) => (r.nonResourceURLs ?? []).length > 0)
      .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
    incomplete: false,
  };
}

const userInfo = ({ name, uid, groups, extra }: UserInfo): JsonObject => ({
  username: name,
  ...(uid === undefined ? {} : { uid }),
  groups,
  ...(extra === undefined ? {} : { extra }),
});

async function tokenreviews(ctx: ResourceContext, review: KubeObject): Promise<JsonObject> {
  const token: string = review.spec?.token ?? "";
  if (token === "") throw badRequest("token is required for TokenReview in authentication");
  const audiences: string[] = review.spec?.audiences?.length ? review.spec.audiences : [ISSUER];
  const user = await authenticateToken(ctx.server, token, audiences);
  if (user === undefined) return { user: {}, error: "invalid bearer token" };
  const { audiences: accepted, ...info } = user;
  return { authenticated: true, user: userInfo(info), audiences: accepted ?? [ISSUER] };
}
