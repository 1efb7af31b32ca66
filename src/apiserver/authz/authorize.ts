import type { UserInfo } from "../../client/transport.ts";
import type { Server } from "../context.ts";
import { type AccessAttributes, accessDenied } from "./attributes.ts";
import type { Decision } from "./rbac.ts";

const MASTERS = "system:masters";
const NODES = "system:nodes";
/** Paths that are open to everybody: --authorization-always-allow-paths. */
const ALWAYS_ALLOWED = new Set(["/healthz", "/readyz", "/livez"]);

export const isMaster = (user: UserInfo): boolean => user.groups.includes(MASTERS);

/** What no authorizer needs to be asked about. */
const isFree = ({ user, isResource, path }: AccessAttributes): boolean =>
  isMaster(user) || (!isResource && ALWAYS_ALLOWED.has(path));

const ALLOWED: Decision = { allowed: true, reason: "" };

/** Node first, then RBAC; members of system:masters may do everything. Mirrors --authorization-mode=Node,RBAC. */
export async function authorize(server: Server, attributes: AccessAttributes): Promise<Decision> {
  return isFree(attributes) ? ALLOWED : (await loadAuthorizer(server))(attributes);
}

/** The authorizers, loaded, so that one can ask without waiting. */
export async function loadAuthorizer(server: Server): Promise<(attributes: AccessAttributes) => Decision> {
  const [{ createRbacAuthorizer }, { nodeMay }] = await Promise.all([import("./rbac.ts"), import("./node.ts")]);
  const rbac = createRbacAuthorizer(server.store);
  return (attributes) => {
    if (isFree(attributes)) return ALLOWED;
    const { user } = attributes;
    const isNode = user.groups.includes(NODES) && user.name.startsWith("system:node:");
    return isNode && nodeMay(server.store, attributes) ? ALLOWED : rbac.authorize(attributes);
  };
}

/** As {@link authorize}, but throws the 403. */
export async function requireAccess(server: Server, attributes: AccessAttributes): Promise<void> {
  const { allowed, reason } = await authorize(server, attributes);
  if (!allowed) throw accessDenied(attributes, reason);
}
