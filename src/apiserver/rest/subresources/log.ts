import type { ApiResponse } from "../../../client/transport.ts";
import { type FieldError, invalid, invalidObject } from "../../../machinery/field-error.ts";
import { parseTime } from "../../../machinery/time.ts";
import { queryFlag, queryInteger, queryText } from "../../query.ts";
import { getStored } from "../stored.ts";
import { containerOf } from "./pod-container.ts";
import type { SubresourceHandler } from "./registry.ts";

/** pods/NAME/log. Mirrors registry/core/pod/rest/log.go and its strategy's LogLocation. */
export const serveLog: SubresourceHandler = async (ctx): Promise<ApiResponse> => {
  const { request, server } = ctx;
  const pod = getStored(ctx, ctx.info.name).object;
  const tailLines = queryInteger(request, "tailLines");
  const limitBytes = queryInteger(request, "limitBytes");
  const sinceSeconds = queryInteger(request, "sinceSeconds");
  const sinceTime = queryText(request, "sinceTime");
  const errors: FieldError[] = [];
  if (tailLines !== undefined && tailLines < 0)
    errors.push(invalid("tailLines", tailLines, "must be greater than or equal to 0"));
  if (limitBytes !== undefined && limitBytes < 1)
    errors.push(invalid("limitBytes", limitBytes, "must be greater than 0"));
  if (sinceSeconds !== undefined && sinceSeconds < 1)
    errors.push(invalid("sinceSeconds", sinceSeconds, "must be greater than 0"));
  if (errors.length > 0) throw invalidObject({ group: "", kind: "PodLogOptions" }, ctx.info.name, errors);
  const container = containerOf(pod, queryText(request, "container") ?? "");
  const since = sinceSeconds === undefined ? parseTime(sinceTime) : ctx.now - sinceSeconds * 1000;
  const lines = await server.nodes.logs(pod, container, {
    follow: queryFlag(request, "follow"),
    previous: queryFlag(request, "previous"),
    timestamps: queryFlag(request, "timestamps"),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
    ...(Number.isNaN(since) ? {} : { sinceTime: since }),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  return { kind: "stream", code: 200, contentType: "text/plain", frames: lines };
};
