import type { Transport } from "../client/transport.ts";
import type { JsonObject } from "../machinery/object.ts";
import { type Status, StatusError } from "../machinery/status-error.ts";
import type { ClusterControls } from "./controls.ts";
import type { OutsideResult } from "./outside-request.ts";

/** Where a server offers what goes beyond the API, to administrators. */
export const CONTROLS_PATH = "/drykube/";

/** The controls of a cluster that another process serves. Throws StatusError for a refusal. */
export function remoteControls(transport: Transport): ClusterControls {
  const ask = async (action: string, body: JsonObject): Promise<JsonObject> => {
    const answer = await transport.request({
      method: "POST",
      path: `${CONTROLS_PATH}${action}`,
      headers: { "content-type": "application/json" },
      body,
    });
    if (answer.kind !== "object") throw new Error(`the server does not know ${CONTROLS_PATH}${action}`);
    if (answer.code !== 200) throw new StatusError(answer.body as unknown as Status);
    return answer.body;
  };
  return {
    clock: async (advanceMs) => (await ask("clock", { advanceMs }))["now"] as number,
    setNodePower: async (name, on) => (await ask("node", { name, on }))["changed"] as boolean | undefined,
    requestFromOutside: async (target, request) =>
      (await ask("request", { target, request } as unknown as JsonObject))["result"] as unknown as OutsideResult,
    close: async () => transport.close?.(),
  };
}
