import type { ApiRequest, ApiResponse } from "../client/transport.ts";
import type { ClusterControls } from "../cluster/controls.ts";
import { CONTROLS_PATH } from "../cluster/remote-controls.ts";
import type { JsonObject } from "../machinery/object.ts";
import { isObject } from "../machinery/schema/json-value.ts";
import { badRequest, noSuchResource, StatusError } from "../machinery/status-error.ts";

/** Answers what drykube's own commands ask a server beyond the API; undefined for other paths. Administrators only. */
export async function serveControls(controls: ClusterControls, request: ApiRequest): Promise<ApiResponse | undefined> {
  if (!request.path.startsWith(CONTROLS_PATH)) return undefined;
  const { body, method, user, path } = request;
  try {
    if (!user?.groups.includes("system:masters")) throw forbidden(user?.name ?? "system:anonymous", path);
    if (method !== "POST") throw noSuchResource();
    const result = await act(controls, path.slice(CONTROLS_PATH.length), parse(body));
    return { kind: "object", code: 200, body: result };
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return { kind: "object", code: error.status.code ?? 500, body: error.status };
  }
}

async function act(controls: ClusterControls, action: string, body: JsonObject): Promise<JsonObject> {
  switch (action) {
    case "clock": {
      const { advanceMs } = body;
      if (typeof advanceMs !== "number" || !(advanceMs >= 0))
        throw badRequest("advanceMs must be a number, not negative");
      return { now: await controls.clock(advanceMs) };
    }
    case "node": {
      const { name, on } = body;
      if (typeof name !== "string" || typeof on !== "boolean") throw badRequest("name and on are required");
      return { changed: await controls.setNodePower(name, on) };
    }
    case "request":
      return { result: await controls.requestFromOutside(...outsideRequest(body)) };
    default:
      throw noSuchResource();
  }
}

type Outside = Parameters<ClusterControls["requestFromOutside"]>;

function outsideRequest({ target, request }: JsonObject): Outside {
  const fits =
    isObject(target) &&
    isObject(request) &&
    [target["host"], request["method"], request["url"], request["body"]].every((value) => typeof value === "string") &&
    Number.isInteger(target["port"]) &&
    isObject(request["headers"]);
  if (!fits) throw badRequest("target (host, port, tls) and request (method, url, headers, body) are required");
  return [target, request] as unknown as Outside;
}

function parse(body: ApiRequest["body"]): JsonObject {
  const text = body instanceof Uint8Array ? new TextDecoder().decode(body) : body;
  try {
    const value: unknown = typeof text === "string" ? JSON.parse(text) : text;
    if (isObject(value)) return value;
  } catch {
    // said below
  }
  throw badRequest("the body must be a JSON object");
}

function forbidden(user: string, path: string): StatusError {
  return new StatusError({
    message: `forbidden: User ${JSON.stringify(user)} cannot post path ${JSON.stringify(path)}`,
    reason: "Forbidden",
    details: {},
    code: 403,
  });
}
