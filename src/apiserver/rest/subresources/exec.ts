import type { ApiResponse } from "../../../client/transport.ts";
import type { KubeObject } from "../../../machinery/object.ts";
import { badRequest, forbidden } from "../../../machinery/status-error.ts";
import { createAdmission } from "../../admission/chain.ts";
import type { ResourceContext } from "../../context.ts";
import { queryAll, queryFlag, queryText } from "../../query.ts";
import { getStored } from "../stored.ts";
import { containerOf } from "./pod-container.ts";
import type { SubresourceHandler } from "./registry.ts";

interface StreamOptions {
  readonly tty: boolean;
  readonly stdin: boolean;
}

/** pods/NAME/exec. Mirrors registry/core/pod/rest/subresources.go ExecREST. */
export const serveExec: SubresourceHandler = async (ctx): Promise<ApiResponse> => {
  const command = queryAll(ctx.request, "command");
  if (command.length === 0) throw badRequest("you must specify at least one command for the container");
  const { pod, container, options } = await prepare(ctx);
  return {
    kind: "exec",
    connect: (channels) => ctx.server.nodes.exec(pod, container, command, options, channels),
  };
};

/** pods/NAME/attach. Mirrors registry/core/pod/rest/subresources.go AttachREST. */
export const serveAttach: SubresourceHandler = async (ctx): Promise<ApiResponse> => {
  const { pod, container, options } = await prepare(ctx);
  return { kind: "exec", connect: (channels) => ctx.server.nodes.attach(pod, container, options, channels) };
};

async function prepare(ctx: ResourceContext): Promise<{ pod: KubeObject; container: string; options: StreamOptions }> {
  const { request } = ctx;
  const pod = getStored(ctx, ctx.info.name).object;
  const container = containerOf(pod, queryText(request, "container") ?? "");
  if (!pod.spec?.nodeName) throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
  await connectAdmission(ctx, pod);
  return { pod, container, options: { tty: queryFlag(request, "tty"), stdin: queryFlag(request, "stdin") } };
}

/** Admission of CONNECT, and the refusal for pods that have ended. */
export async function connectAdmission(ctx: ResourceContext, pod: KubeObject): Promise<void> {
  const admission = createAdmission(ctx, ctx.info.subresource);
  await admission.admit("CONNECT", undefined, pod);
  await admission.validate("CONNECT", undefined, pod);
  const phase = pod.status?.phase;
  if (phase === "Succeeded" || phase === "Failed")
    throw forbidden(
      { group: "", resource: "pods" },
      pod.metadata.name ?? "",
      `cannot ${ctx.info.subresource} into a container in a completed pod; current phase is ${phase}`,
    );
}
