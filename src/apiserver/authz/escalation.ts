import type { UserInfo } from "../../client/transport.ts";
import type { JsonObject, KubeObject } from "../../machinery/object.ts";
import { storeKey } from "../../store/object-store.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../admission/admission.ts";
import { admissionForbidden } from "../admission/refusal.ts";
import { authorize, isMaster } from "./authorize.ts";
import { createRbacAuthorizer } from "./rbac.ts";
import { type PolicyRule, rulesOf, uncovered } from "./rules.ts";

const GROUP = "rbac.authorization.k8s.io";

/** Nobody hands out rights that they do not have. Mirrors registry/rbac/{role,rolebinding}/policybased. */
export const rbacEscalation: AdmissionPlugin = {
  async validate(request) {
    const { object, old, definition, context } = request;
    if (object === undefined || isMaster(context.user)) return;
    const isRole = definition.kind === "Role" || definition.kind === "ClusterRole";
    if (isRole) {
      if (old !== undefined && JSON.stringify(old.rules) === JSON.stringify(object.rules)) return;
      if (await may(request, "escalate", definition.resource, object.metadata.name ?? "")) return;
      check(request, rulesOf(object));
      return;
    }
    const ref: JsonObject = object.roleRef ?? {};
    const unchanged =
      old !== undefined &&
      JSON.stringify([old.roleRef, old.subjects]) === JSON.stringify([object.roleRef, object.subjects]);
    if (unchanged) return;
    const resource = ref.kind === "ClusterRole" ? "clusterroles" : "roles";
    if (await may(request, "bind", resource, ref.name ?? "")) return;
    const namespace = ref.kind === "ClusterRole" ? undefined : request.namespace;
    const role: KubeObject | undefined = context.server.store.get(
      storeKey(GROUP, resource, namespace, ref.name),
    )?.object;
    if (role === undefined)
      throw admissionForbidden(
        request,
        `${String(ref.kind).toLowerCase()}.${GROUP} ${JSON.stringify(ref.name)} not found`,
      );
    check(request, rulesOf(role));
  },
};

async function may(request: AdmissionRequest, verb: string, resource: string, name: string): Promise<boolean> {
  const { server, user } = request.context;
  const attributes = { user, verb, isResource: true, group: GROUP, resource, subresource: "", path: "" };
  return (await authorize(server, { ...attributes, namespace: request.namespace, name })).allowed;
}

function check(request: AdmissionRequest, wanted: readonly PolicyRule[]): void {
  const { server, user } = request.context;
  const owned = createRbacAuthorizer(server.store)
    .grants(user, request.namespace)
    .flatMap((g) => g.rules);
  const missing = uncovered(owned, wanted);
  if (missing.length === 0) return;
  const lines = missing.map(ruleText).sort();
  throw admissionForbidden(
    request,
    `user ${userText(user)} is attempting to grant RBAC permissions not currently held:\n${lines.join("\n")}`,
  );
}

const list = (values: readonly string[]): string => values.map((v) => JSON.stringify(v)).join(", ");

/** 'jane" (groups=["devs" "system:authenticated"])'. */
const userText = ({ name, groups }: UserInfo): string =>
  `${JSON.stringify(name)} (groups=[${groups.map((g) => JSON.stringify(g)).join(" ")}])`;

/** {APIGroups:[""], Resources:["pods"], Verbs:["get"]}. Mirrors CompactString. */
function ruleText(rule: PolicyRule): string {
  const parts: string[] = [];
  if (rule.nonResourceURLs?.length) parts.push(`NonResourceURLs:[${list(rule.nonResourceURLs)}]`);
  if (rule.apiGroups?.length) parts.push(`APIGroups:[${list(rule.apiGroups)}]`);
  if (rule.resources?.length) parts.push(`Resources:[${list(rule.resources)}]`);
  if (rule.resourceNames?.length) parts.push(`ResourceNames:[${list(rule.resourceNames)}]`);
  if (rule.verbs?.length) parts.push(`Verbs:[${list(rule.verbs)}]`);
  return `{${parts.join(", ")}}`;
}
