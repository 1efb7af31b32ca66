import type { ApiRequest, UserInfo } from "../../client/transport.ts";
import { internalError, unauthorized } from "../../machinery/status-error.ts";
import type { AccessAttributes } from "../authz/attributes.ts";
import { requireAccess } from "../authz/authorize.ts";
import type { Server } from "../context.ts";

const AUTHENTICATED = "system:authenticated";
const UNAUTHENTICATED = "system:unauthenticated";
const SERVICE_ACCOUNT = "system:serviceaccount:";
export const ANONYMOUS: UserInfo = { name: "system:anonymous", groups: [UNAUTHENTICATED] };

/** Who asks, impersonation included. Throws 401 for credentials that do not hold, 403 for an impersonation that is not allowed. */
export async function authenticate(server: Server, request: ApiRequest): Promise<UserInfo> {
  const user = request.user ?? (await byBearerToken(server, request)) ?? ANONYMOUS;
  return impersonate(server, request, user);
}

async function byBearerToken(server: Server, request: ApiRequest): Promise<UserInfo | undefined> {
  const header = request.headers?.["authorization"];
  const match = /^bearer\s+(\S+)\s*$/i.exec(header ?? "");
  if (match === null) {
    if (header) throw unauthorized();
    return undefined;
  }
  const { authenticateToken } = await import("./service-account-token.ts");
  const user = await authenticateToken(server, match[1]!);
  if (user === undefined) throw unauthorized();
  return user;
}

/** "system:serviceaccount:ns:name" → its parts. */
export function splitServiceAccount(user: string): { namespace: string; name: string } | undefined {
  if (!user.startsWith(SERVICE_ACCOUNT)) return undefined;
  const [namespace = "", name = "", ...rest] = user.slice(SERVICE_ACCOUNT.length).split(":");
  return namespace === "" || name === "" || rest.length > 0 ? undefined : { namespace, name };
}

/** The user that a service account is. */
export function serviceAccountUser(namespace: string, name: string, uid?: string): UserInfo {
  return {
    name: `${SERVICE_ACCOUNT}${namespace}:${name}`,
    ...(uid === undefined ? {} : { uid }),
    groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, AUTHENTICATED],
  };
}

/** Mirrors endpoints/filters/impersonation.go. */
async function impersonate(server: Server, request: ApiRequest, user: UserInfo): Promise<UserInfo> {
  const headers = request.headers ?? {};
  const name = headers["impersonate-user"] ?? "";
  const uid = headers["impersonate-uid"] ?? "";
  const groups = (headers["impersonate-group"] ?? "").split("\n").filter((g) => g !== "");
  const extra = extraOf(headers);
  if (name === "") {
    if (uid === "" && groups.length === 0 && Object.keys(extra).length === 0) return user;
    throw internalError("requested impersonation without impersonating a user");
  }
  await checkImpersonation(server, user, name, uid, groups, extra);
  return {
    name,
    ...(uid === "" ? {} : { uid }),
    groups: impersonatedGroups(name, groups),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

function extraOf(headers: Readonly<Record<string, string>>): Record<string, readonly string[]> {
  const extra: Record<string, readonly string[]> = Object.create(null);
  for (const header of Object.keys(headers)) {
    if (!header.startsWith("impersonate-extra-")) continue;
    const key = unescapeKey(header.slice("impersonate-extra-".length));
    extra[key] = headers[header]!.split("\n");
  }
  return extra;
}

function impersonatedGroups(name: string, groups: readonly string[]): readonly string[] {
  if (name === ANONYMOUS.name) return groups.length > 0 ? groups : [UNAUTHENTICATED];
  const account = splitServiceAccount(name);
  if (account !== undefined && groups.length === 0) return serviceAccountUser(account.namespace, account.name).groups;
  return groups.includes(AUTHENTICATED) || groups.includes(UNAUTHENTICATED) ? groups : [...groups, AUTHENTICATED];
}

async function checkImpersonation(
  server: Server,
  user: UserInfo,
  name: string,
  uid: string,
  groups: readonly string[],
  extra: Readonly<Record<string, readonly string[]>>,
): Promise<void> {
  const base = { user, verb: "impersonate", isResource: true, subresource: "", namespace: "", path: "", group: "" };
  const checks: AccessAttributes[] = [];
  const account = splitServiceAccount(name);
  if (account !== undefined)
    checks.push({ ...base, resource: "serviceaccounts", namespace: account.namespace, name: account.name });
  else checks.push({ ...base, resource: "users", name });
  for (const group of groups) checks.push({ ...base, resource: "groups", name: group });
  const authentication = { ...base, group: "authentication.k8s.io" };
  for (const [key, values] of Object.entries(extra))
    for (const value of values)
      checks.push({ ...authentication, resource: "userextras", subresource: key, name: value });
  if (uid !== "") checks.push({ ...authentication, resource: "uids", name: uid });
  for (const check of checks) await requireAccess(server, check);
}

/** What cannot be unescaped stands for itself. Mirrors filters/impersonation.go unescapeExtraKey. */
function unescapeKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
