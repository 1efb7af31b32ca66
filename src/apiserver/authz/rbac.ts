import type { UserInfo } from "../../client/transport.ts";
import type { JsonObject, KubeObject } from "../../machinery/object.ts";
import { type ObjectStore, storeKey, storePrefix } from "../../store/object-store.ts";
import type { AccessAttributes } from "./attributes.ts";
import { type PolicyRule, ruleAllows, rulesOf } from "./rules.ts";

const GROUP = "rbac.authorization.k8s.io";
const SERVICE_ACCOUNT = "system:serviceaccount:";

/** A binding that holds for a user, with the rules that it gives. */
export interface Grant {
  readonly rules: readonly PolicyRule[];
  /** 'RoleBinding "a/dev" of Role "b" to User "jane"'. */
  readonly description: string;
  /** What is wrong where the role is not there. */
  readonly error?: string;
}

/** What an authorizer says. `reason` stands in reviews, and in a refusal where it says more. */
export interface Decision {
  readonly allowed: boolean;
  readonly reason: string;
}

/** Decides by Roles and bindings of the store. Mirrors plugin/pkg/auth/authorizer/rbac. */
export interface RbacAuthorizer {
  authorize(attributes: AccessAttributes): Decision;
  /** Everything that a user has in a namespace ("" : cluster-wide grants only). */
  grants(user: UserInfo, namespace: string): readonly Grant[];
}

interface Subject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

function appliesTo(subject: Subject, user: UserInfo, namespace: string): boolean {
  if (subject.kind === "User") return user.name === subject.name;
  if (subject.kind === "Group") return user.groups.includes(subject.name);
  if (subject.kind !== "ServiceAccount") return false;
  return user.name === `${SERVICE_ACCOUNT}${subject.namespace || namespace}:${subject.name}`;
}

function describeSubject(subject: Subject): string {
  const name = subject.kind === "ServiceAccount" ? `${subject.name}/${subject.namespace}` : subject.name;
  return `${subject.kind} ${JSON.stringify(name)}`;
}

export function createRbacAuthorizer(store: ObjectStore): RbacAuthorizer {
  return {
    authorize: (a) => decide(store, a),
    grants: (user, namespace) => [...grantsOf(store, user, namespace)],
  };
}

function decide(store: ObjectStore, a: AccessAttributes): Decision {
  const errors: string[] = [];
  for (const grant of grantsOf(store, a.user, a.isResource ? a.namespace : "")) {
    if (grant.error !== undefined) errors.push(grant.error);
    if (grant.rules.some((rule) => ruleAllows(rule, a)))
      return { allowed: true, reason: `RBAC: allowed by ${grant.description}` };
  }
  const unique = [...new Set(errors)];
  const reason = unique.length === 0 ? "" : `RBAC: ${unique.length === 1 ? unique[0] : `[${unique.join(", ")}]`}`;
  return { allowed: false, reason };
}

function* grantsOf(store: ObjectStore, user: UserInfo, namespace: string): Iterable<Grant> {
  for (const { object } of store.list(storePrefix(GROUP, "clusterrolebindings"))) {
    const grant = grantOf(store, object, user, "");
    if (grant !== undefined) yield grant;
  }
  if (namespace === "") return;
  for (const { object } of store.list(storePrefix(GROUP, "rolebindings", namespace))) {
    const grant = grantOf(store, object, user, namespace);
    if (grant !== undefined) yield grant;
  }
}

function grantOf(store: ObjectStore, binding: KubeObject, user: UserInfo, namespace: string): Grant | undefined {
  const subject = ((binding.subjects ?? []) as Subject[]).find((s) => appliesTo(s, user, namespace));
  if (subject === undefined) return undefined;
  const { kind, name } = binding.roleRef as JsonObject;
  const role = readRole(store, kind, name, namespace);
  const own = `${binding.metadata.name}${namespace === "" ? "" : `/${namespace}`}`;
  return {
    rules: rulesOf(role),
    description: `${namespace === "" ? "ClusterRoleBinding" : "RoleBinding"} ${JSON.stringify(own)} of ${kind} ${JSON.stringify(name)} to ${describeSubject(subject)}`,
    ...(role === undefined
      ? { error: `${String(kind).toLowerCase()}.${GROUP} ${JSON.stringify(name)} not found` }
      : {}),
  };
}

function readRole(store: ObjectStore, kind: string, name: string, namespace: string): KubeObject | undefined {
  const key =
    kind === "ClusterRole"
      ? storeKey(GROUP, "clusterroles", undefined, name)
      : storeKey(GROUP, "roles", namespace, name);
  return store.get(key)?.object;
}
