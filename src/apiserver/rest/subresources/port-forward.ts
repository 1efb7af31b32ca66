import type { ApiResponse } from "../../../client/transport.ts";
import { badRequest } from "../../../machinery/status-error.ts";
import { createAdmission } from "../../admission/chain.ts";
import { getStored } from "../stored.ts";
import type { SubresourceHandler } from "./registry.ts";

/** pods/NAME/portforward: one connection at a time reaches the node. Mirrors registry/core/pod/rest/subresources.go PortForwardREST. */
export const servePortForward: SubresourceHandler = async (ctx): Promise<ApiResponse> => {
  const pod = getStored(ctx, ctx.info.name).object;
  if (!pod.spec?.nodeName) throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
  const admission = createAdmission(ctx, "portforward");
  await admission.admit("CONNECT", undefined, pod);
  await admission.validate("CONNECT", undefined, pod);
  return { kind: "portforward", connect: (connection) => ctx.server.nodes.portForward(pod, connection) };
};
