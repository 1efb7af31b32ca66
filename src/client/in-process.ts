import type { ApiRequest, ApiResponse, Handler, Transport, UserInfo } from "./transport.ts";

/** A transport that calls the apiserver's function: objects both ways, nothing is serialised. `user` is who asks, authenticated by being here. */
export function createInProcessTransport(handler: Handler, user: UserInfo, userAgent = "kubectl"): Transport {
  return {
    request(request: ApiRequest): Promise<ApiResponse> {
      return handler({
        ...request,
        user: request.user ?? user,
        headers: { "user-agent": userAgent, ...request.headers },
      });
    },
  };
}
