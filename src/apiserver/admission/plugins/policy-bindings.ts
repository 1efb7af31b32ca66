import { type CelProgram, celValue, compileCel } from "../../../machinery/cel/environment.ts";
import type { JsonObject, KubeObject } from "../../../machinery/object.ts";
import { labelSelectorMatches } from "../../../machinery/selectors/label-selector.ts";
import { StatusError } from "../../../machinery/status-error.ts";
import { storeKey, storePrefix } from "../../../store/object-store.ts";
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
  validate(request) {
    const { store } = request.context.server;
    for (const { object: binding } of store.list(storePrefix(GROUP, "validatingadmissionpolicybindings"))) {
      const policyKey = storeKey(GROUP, "validatingadmissionpolicies", undefined, binding.spec?.policyName ?? "");
      const policy = store.get(policyKey)?.object;
      if (policy === undefined) continue;
      if (!matchesResources(request, policy.spec?.matchConstraints)) continue;
      if (!matchesResources(request, binding.spec?.matchResources)) continue;
      apply(request, policy, binding);
    }
  },
};

function apply(request: AdmissionRequest, policy: KubeObject, binding: KubeObject): void {
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

function objections(request: AdmissionRequest, policy: KubeObject, binding: KubeObject): Objection[] {
  const fails = (policy.spec?.failurePolicy ?? "Fail") === "Fail";
  try {
    return paramsOf(request, policy, binding).flatMap((params) => evaluate(request, policy.spec ?? {}, params, fails));
  } catch (error) {
    return fails ? [{ message: (error as Error).message, reason: "Invalid" }] : [];
  }
}

function evaluate(
  request: AdmissionRequest,
  spec: JsonObject,
  params: KubeObject | undefined,
  fails: boolean,
): Objection[] {
  const variables = variablesOf(request, params);
  for (const condition of (spec.matchConditions ?? []) as JsonObject[])
    if (compileCel(condition.expression)(variables) !== true) return [];
  const composed = new Map<string, unknown>();
  variables["variables"] = composed;
  for (const variable of (spec.variables ?? []) as JsonObject[]) {
    // What cannot be computed is missing, and so fails where it is used.
    try {
      composed.set(variable.name, compileCel(variable.expression)(variables));
    } catch {}
  }
  return ((spec.validations ?? []) as JsonObject[]).flatMap((v) => validationObjection(v, variables, fails) ?? []);
}

function validationObjection(
  validation: JsonObject,
  variables: Readonly<Record<string, unknown>>,
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
    return { message: `expression '${expression}' resulted in error: ${(error as Error).message}`, reason: "Invalid" };
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

function variablesOf(request: AdmissionRequest, params: KubeObject | undefined): Record<string, unknown> {
  const { context, definition, operation, subresource, name, namespace, object, old } = request;
  const { structure } = context.server;
  const schema = definition.type === undefined ? undefined : { ref: definition.type };
  const kind = { group: definition.group, version: definition.version, kind: definition.kind };
  const resource = { group: definition.group, version: definition.version, resource: definition.resource };
  const { name: username, uid, groups, extra } = context.user;
  return {
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
