import type { ApiResponse } from "../../client/transport.ts";
import type { APIService } from "../../kinds/types/apiregistration_v1.ts";
import { StatusError } from "../../machinery/status-error.ts";
import type { RequestContext } from "../context.ts";
import { forward, serviceTarget } from "../rest/subresources/proxy.ts";
import { isAvailable } from "./remote-apis.ts";

const text = (code: number, body: string): ApiResponse => ({
  kind: "text",
  code,
  contentType: "text/plain; charset=utf-8",
  body: `${body}\n`,
});

/** Hands a request to the service behind an APIService. Mirrors kube-aggregator/pkg/apiserver/handler_proxy.go. */
export async function serveRemote(ctx: RequestContext, api: APIService, path = ctx.info.path): Promise<ApiResponse> {
  if (!isAvailable(api)) return text(503, "service unavailable");
  const { namespace = "", name = "", port = 443 } = api.spec!.service!;
  try {
    return asObject(await forward(ctx, serviceTarget(ctx.server.store, namespace, name, String(port)), path));
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return text(503, error.message);
  }
}

/** The same answer as an object, where it is JSON. */
function asObject(answer: ApiResponse): ApiResponse {
  if (answer.kind !== "text" || !answer.contentType.startsWith("application/json")) return answer;
  try {
    const body = JSON.parse(typeof answer.body === "string" ? answer.body : Buffer.from(answer.body).toString());
    return typeof body === "object" && body !== null ? { kind: "object", code: answer.code, body } : answer;
  } catch {
    return answer;
  }
}
