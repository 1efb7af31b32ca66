import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { ApiRequest, ApiResponse } from "../../client/transport.ts";

/** The channels that a client wants of exec and attach. */
export interface WantedStreams {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

const valuesOf = (request: ApiRequest, name: string): readonly string[] => {
  const value = request.query?.[name];
  return value === undefined ? [] : typeof value === "string" ? [value] : value;
};
const isTrue = (request: ApiRequest, name: string): boolean => ["true", "1"].includes(valuesOf(request, name)[0] ?? "");

/** The channels that exec and attach ask for. */
export const wantsOf = (request: ApiRequest): WantedStreams => ({
  stdin: isTrue(request, "stdin"),
  stdout: isTrue(request, "stdout"),
  stderr: isTrue(request, "stderr"),
  tty: isTrue(request, "tty"),
});

/** The ports that port-forward names in its query. */
export const portsOf = (request: ApiRequest): number[] =>
  valuesOf(request, "ports")
    .flatMap((list) => list.split(","))
    .map(Number)
    .filter((port) => Number.isInteger(port) && port > 0 && port < 65536);

/** Answers without upgrading; a body that goes on makes no sense here. */
export function refuse(socket: Duplex, answer: ApiResponse): void {
  const code = "code" in answer ? answer.code : 400;
  const body =
    answer.kind === "object" ? JSON.stringify(answer.body) : answer.kind === "text" ? Buffer.from(answer.body) : "";
  const type = answer.kind === "text" ? answer.contentType : "application/json";
  socket.write(
    `HTTP/1.1 ${code} ${STATUS_CODES[code] ?? ""}\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n`,
  );
  socket.end(body);
}
