import type { ApiResponse } from "../../../client/transport.ts";
import type { ResourceDefinition, SubresourceDefinition } from "../../../kinds/definition.ts";
import { noSuchResource } from "../../../machinery/status-error.ts";
import type { ResourceContext } from "../../context.ts";

/** Serves one endpoint below an object, all of its verbs. */
export type SubresourceHandler = (ctx: ResourceContext, subresource: SubresourceDefinition) => Promise<ApiResponse>;

const COMMON: Readonly<Record<string, () => Promise<SubresourceHandler>>> = {
  status: async () => (await import("./status.ts")).serveStatus,
  scale: async () => (await import("./scale.ts")).serveScale,
};

const OWN: Readonly<Record<string, () => Promise<SubresourceHandler>>> = {
  "/namespaces/finalize": async () => (await import("./finalize.ts")).serveFinalize,
  "/pods/binding": async () => (await import("./binding.ts")).serveBinding,
  "/pods/eviction": async () => (await import("./eviction.ts")).serveEviction,
  "/pods/ephemeralcontainers": async () => (await import("./pod-parts.ts")).serveEphemeralContainers,
  "/pods/resize": async () => (await import("./pod-parts.ts")).serveResize,
  "/pods/log": async () => (await import("./log.ts")).serveLog,
  "/pods/exec": async () => (await import("./exec.ts")).serveExec,
  "/pods/attach": async () => (await import("./exec.ts")).serveAttach,
  "/pods/portforward": async () => (await import("./port-forward.ts")).servePortForward,
  "/pods/proxy": async () => (await import("./proxy.ts")).serveProxy,
  "/services/proxy": async () => (await import("./proxy.ts")).serveProxy,
  "/nodes/proxy": async () => (await import("./proxy.ts")).serveProxy,
  "/serviceaccounts/token": async () => (await import("./token.ts")).serveToken,
  "certificates.k8s.io/certificatesigningrequests/approval": async () => (await import("./approval.ts")).serveApproval,
};

/** The code behind a subresource; throws NotFound where there is none. */
export async function loadSubresource(
  definition: ResourceDefinition,
  subresource: SubresourceDefinition,
): Promise<SubresourceHandler> {
  const key = `${definition.group}/${definition.resource}/${subresource.name}`;
  const load = Object.hasOwn(OWN, key)
    ? OWN[key]
    : Object.hasOwn(COMMON, subresource.name)
      ? COMMON[subresource.name]
      : undefined;
  if (load === undefined) throw noSuchResource();
  return load();
}
