import type { UserInfo } from "../../client/transport.ts";
import type { Server } from "../context.ts";
import { type AccessAttributes, accessDenied } from "./attributes.ts";
import type { Decision } from "./rbac.ts";

const MASTERS = "system:masters";
const NODES = "system:nodes";
/** Paths that are open to everybody: --authorization-always-allow-paths. */
const ALWAYS_ALLOWED = new Set(["/healthz", "/readyz", "/livez"]);

export const isMaster = (user: UserInfo): boolean => user.groups.includes(MASTERS);

/** Node first, then RBAC; members of system:masters may do everything. Mirrors --authorization-mode=Node,RBAC. */
export async function authorize(server: Server, attributes: AccessAttributes): Promise<Decision> {
  if (isMaster(attributes.user)) return { allowed: true, reason: "" };
  if (!attributes.isResource && ALWAYS_ALLOWED.has(attributes.path)) return { allowed: true, reason: "" };
  const { createRbacAuthorizer } = await import("./rbac.ts");
  if (attributes.user.groups.includes(NODES) && attributes.user.name.startsWith("system:node:")) {
    const { nodeMay } = await import("./node.ts");
    if (nodeMay(server.store, attributes)) return { allowed: true, reason: "" };
  }
  return createRbacAuthorizer(server.store).authorize(attributes);
}

/** As {@link authorize}, but throws the 403. */
export async function requireAccess(server: Server, attributes: AccessAttributes): Promise<void> {
  const { allowed, reason } = await authorize(server, attributes);
  if (!allowed) throw accessDenied(attributes, reason);
}
