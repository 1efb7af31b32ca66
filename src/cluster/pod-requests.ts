import { parseTarget, type RequestTarget } from "../client/request-target.ts";
import type { ApiRequest, Handler } from "../client/transport.ts";
import type { HttpReply, HttpRequest } from "../node/runtime/machine/outside.ts";
import type { TokenSource } from "../node/runtime/runtime.ts";

/** Answers a request that a program in a pod sends to the kubernetes service: the same apiserver, who asks by the token that it brings. */
export async function answerPod(handler: Handler, request: HttpRequest): Promise<HttpReply> {
  const target = targetOf(request.url);
  if (target === undefined) return reply(400, "text/plain; charset=utf-8", "400 Bad Request");
  const answer = await handler({
    method: request.method as ApiRequest["method"],
    ...target,
    headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value])),
    ...(request.body === "" ? {} : { body: request.body }),
  });
  if (answer.kind === "object")
    return reply(answer.code, "application/json", `${JSON.stringify(answer.body, null, 2)}\n`);
  if (answer.kind === "text")
    return reply(answer.code, answer.contentType, Buffer.from(answer.body as string).toString());
  return reply(501, "text/plain", "streams are not carried into simulated pods\n");
}

/** A service account token for a projected volume, asked for as the kubelet of the pod's node asks. */
export async function tokenFor(handler: Handler, source: TokenSource): Promise<string> {
  const answer = await handler({
    method: "POST",
    path: `/api/v1/namespaces/${source.namespace}/serviceaccounts/${source.serviceAccount}/token`,
    headers: { "content-type": "application/json" },
    user: { name: "kubelet", groups: ["system:masters"] },
    body: {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      metadata: {},
      spec: {
        audiences: source.audience === "" ? [] : [source.audience],
        expirationSeconds: source.expirationSeconds,
        boundObjectRef: { kind: "Pod", apiVersion: "v1", name: source.podName, uid: source.podUid },
      },
    },
  });
  return answer.kind === "object" ? (answer.body["status"]?.token ?? "") : "";
}

function targetOf(url: string): RequestTarget | undefined {
  try {
    return parseTarget(url);
  } catch {
    return undefined;
  }
}

const PHRASES: Readonly<Record<number, string>> = {
  200: "OK",
  201: "Created",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
};

const reply = (status: number, type: string, body: string): HttpReply => ({
  status,
  statusText: PHRASES[status] ?? "",
  headers: [
    ["Content-Type", type],
    ["Content-Length", String(Buffer.byteLength(body))],
  ],
  body,
});
