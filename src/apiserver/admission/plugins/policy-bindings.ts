import { type CelProgram, celValue, compileCel } from "../../../machinery/cel/environment.ts";
import { type CelAuthorize, celAuthorizer } from "../../../machinery/cel/libraries/authorization.ts";
import type { JsonObject, KubeObject } from "../../../machinery/object.ts";
import { labelSelectorMatches } from "../../../machinery/selectors/label-selector.ts";
import { StatusError } from "../../../machinery/status-error.ts";
import { storeKey, storePrefix } from "../../../store/object-store.ts";
import { loadAuthorizer } from "../../authz/authorize.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import { matchesResources, namespaceOf } from "../match-resources.ts";
import { admissionForbidden } from "../refusal.ts";

const GROUP = "admissionregistration.k8s.io";
const CODES: Readonly<Record<string, number>> = {
  Unauthorized: 401,
  Forbidden: 403,
  Invalid: 422,
  RequestEntityTooLarge: 413,
};

/** One thing that a policy has against a request. */
interface Objection {
  readonly message: string;
  readonly reason: string;
}

/** ValidatingAdmissionPolicies through their bindings. Mirrors apiserver/pkg/admission/plugin/policy/validating. */
export const validatingAdmissionPolicy: AdmissionPlugin = {
  async validate(request) {
    const { server } = request.context;
    const { store } = server;
    for (const { object: binding } of store.list(storePrefix(GROUP, "validatingadmissionpolicybindings"))) {
      const policyKey = storeKey(GROUP, "validatingadmissionpolicies", undefined, binding.spec?.policyName ?? "");
      const policy = store.get(policyKey)?.object;
      if (policy === undefined) continue;
      if (!matchesResources(request, policy.spec?.matchConstraints)) continue;
      if (!matchesResources(request, binding.spec?.matchResources)) continue;
      const asks = JSON.stringify(policy.spec ?? {}).includes("authorizer");
      apply(asks ? { ...request, authorize: await loadAuthorizer(server) } : request, policy, binding);
    }
  },
};

/** A request, and the authorizer where a policy asks it. */
interface PolicyRequest extends AdmissionRequest {
  readonly authorize?: Awaited<ReturnType<typeof loadAuthorizer>>;
}

function apply(request: PolicyRequest, policy: KubeObject, binding: KubeObject): void {
  const actions: string[] = binding.spec?.validationActions ?? [];
  const names = `ValidatingAdmissionPolicy '${policy.metadata.name}' with binding '${binding.metadata.name}'`;
  const found = objections(request, policy, binding);
  const first = found[0];
  if (first === undefined) return;
  if (actions.includes("Warn"))
    for (const { message } of found) request.context.warnings.push(`Validation failed for ${names}: ${message}`);
  if (actions.includes("Deny")) throw denied(request, `${names} denied request: ${first.message}`, first.reason);
}

function denied(request: AdmissionRequest, message: string, reason: string): StatusError {
  const { status } = admissionForbidden(request, message);
  return new StatusError({
    ...status,
    reason,
    code: CODES[reason] ?? 422,
    details: { ...status.details, causes: [{ message }] },
  });
}

function objections(request: PolicyRequest, policy: KubeObject, binding: KubeObject): Objection[] {
  const fails = (policy.spec?.failurePolicy ?? "Fail") === "Fail";
  try {
    return paramsOf(request, policy, binding).flatMap((params) => evaluate(request, policy.spec ?? {}, params, fails));
  } catch (error) {
    return fails ? [{ message: (error as Error).message, reason: "Invalid" }] : [];
  }
}

function evaluate(
  request: PolicyRequest,
  spec: JsonObject,
  params: KubeObject | undefined,
  fails: boolean,
): Objection[] {
  const variables = variablesOf(request, params);
  for (const condition of (spec.matchConditions ?? []) as JsonObject[])
    if (compileCel(condition.expression)(variables) !== true) return [];
  const composed = new Map<string, unknown>();
  variables["variables"] = composed;
  // What cannot be computed is missing, and so fails where it is used.
  const failed = new Map<string, string>();
  for (const variable of (spec.variables ?? []) as JsonObject[]) {
    try {
      composed.set(variable.name, compileCel(variable.expression)(variables));
    } catch (error) {
      failed.set(variable.name, causeOf(error as Error, failed));
    }
  }
  return ((spec.validations ?? []) as JsonObject[]).flatMap(
    (v) => validationObjection(v, variables, failed, fails) ?? [],
  );
}

/** An evaluation's error; that of a variable which failed before is told with its own cause. */
function causeOf({ message }: Error, failed: ReadonlyMap<string, string>): string {
  const name = /^no such key: (\S+)$/.exec(message)?.[1] ?? "";
  const cause = failed.get(name);
  return cause === undefined ? message : `composited variable ${JSON.stringify(name)} fails to evaluate: ${cause}`;
}

function validationObjection(
  validation: JsonObject,
  variables: Readonly<Record<string, unknown>>,
  failed: ReadonlyMap<string, string>,
  fails: boolean,
): Objection | undefined {
  const expression = String(validation.expression).trim();
  const reason = validation.reason || "Invalid";
  let program: CelProgram;
  try {
    program = compileCel(expression);
    if (program(variables) === true) return undefined;
  } catch (error) {
    if (!fails) return undefined;
    const cause = causeOf(error as Error, failed);
    return { message: `expression '${expression}' resulted in error: ${cause}`, reason: "Invalid" };
  }
  return { message: messageOf(validation, variables) ?? `failed expression: ${expression}`, reason };
}

function messageOf(validation: JsonObject, variables: Readonly<Record<string, unknown>>): string | undefined {
  if (validation.messageExpression) {
    try {
      const message = compileCel(validation.messageExpression)(variables);
      if (typeof message === "string" && message.trim() !== "" && !message.includes("\n")) return message.trim();
    } catch {
      // The plain message stands in.
    }
  }
  return validation.message ? String(validation.message).trim() : undefined;
}

/** What expressions about a request can name. */
export function variablesOf(request: PolicyRequest, params: KubeObject | undefined): Record<string, unknown> {
  const { context, definition, operation, subresource, name, namespace, object, old } = request;
  const { structure } = context.server;
  const schema = definition.type === undefined ? undefined : { ref: definition.type };
  const kind = { group: definition.group, version: definition.version, kind: definition.kind };
  const resource = { group: definition.group, version: definition.version, resource: definition.resource };
  const { name: username, uid, groups, extra } = context.user;
  const { authorize } = request;
  const target = { group: definition.group, resource: definition.resource, subresource, namespace, name };
  return {
    ...(authorize ? { authorizer: celAuthorizer(context.user, target, authorize as CelAuthorize) } : {}),
    object: celValue(object, structure, schema),
    oldObject: celValue(old, structure, schema),
    params: celValue(params),
    namespaceObject: celValue(namespaceOf(request), structure, { ref: "io.k8s.api.core.v1.Namespace" }),
    request: celValue({
      kind,
      resource,
      subResource: subresource,
      requestKind: kind,
      requestResource: resource,
      name,
      namespace,
      operation,
      userInfo: { username, ...(uid === undefined ? {} : { uid }), groups, ...(extra === undefined ? {} : { extra }) },
      dryRun: context.dryRun,
    }),
  };
}

/** The objects that a policy is evaluated with: one after the other; [undefined] for a policy without parameters. */
function paramsOf(request: AdmissionRequest, policy: KubeObject, binding: KubeObject): (KubeObject | undefined)[] {
  const kind: JsonObject | undefined = policy.spec?.paramKind;
  const ref: JsonObject | undefined = binding.spec?.paramRef;
  if (kind === undefined || ref === undefined) return [undefined];
  const group = String(kind.apiVersion).includes("/") ? String(kind.apiVersion).split("/")[0]! : "";
  const found = request.context.server.store
    .list(`/registry/${group === "" ? "core" : group}/`)
    .map((s) => s.object)
    .filter((o) => o.kind === kind.kind && isParam(request, ref, o));
  if (found.length > 0 || ref.parameterNotFoundAction === "Allow") return found;
  throw new Error(
    "failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction",
  );
}

function isParam(request: AdmissionRequest, ref: JsonObject, { metadata }: KubeObject): boolean {
  const namespace = ref.namespace || (metadata.namespace === undefined ? undefined : request.namespace);
  if (namespace !== undefined && metadata.namespace !== namespace) return false;
  if (ref.name) return metadata.name === ref.name;
  return labelSelectorMatches(ref.selector, metadata.labels ?? {});
}
