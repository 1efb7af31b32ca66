import type { ChannelSet, PortConnection } from "../client/transport.ts";
import type { JsonObject, KubeObject } from "../machinery/object.ts";
import type { KubeletAnswer, KubeletRequest } from "../node/kubelet/http-server.ts";
import type { HttpAnswer, HttpExchange, LogOptions } from "../node/runtime/runtime.ts";

/** What the apiserver asks of the nodes for pods/log, exec, attach, portforward and proxy. cluster/ injects it; a refusal is thrown as StatusError. */
export interface NodeBackend {
  logs(
    pod: KubeObject,
    container: string,
    options: LogOptions & { previous?: boolean },
  ): Promise<AsyncIterable<string>>;
  /** Resolves with the v1.Status of the run. */
  exec(
    pod: KubeObject,
    container: string,
    command: readonly string[],
    options: { tty: boolean; stdin: boolean },
    channels: ChannelSet,
  ): Promise<JsonObject>;
  attach(
    pod: KubeObject,
    container: string,
    options: { tty: boolean; stdin: boolean },
    channels: ChannelSet,
  ): Promise<JsonObject>;
  portForward(pod: KubeObject, connection: PortConnection): Promise<void>;
  /** undefined: nothing listens there. */
  http(pod: KubeObject, port: number, request: HttpExchange): Promise<HttpAnswer | undefined>;
  /** What a kubelet answers at its own port; undefined: its machine does not answer. */
  kubelet(request: KubeletRequest): Promise<KubeletAnswer | undefined>;
}
