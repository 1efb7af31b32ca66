import type { Probe } from "../../types/core_v1.ts";
import { joinHostPort } from "../table/cells.ts";
import { goList } from "./go-values.ts";

/** A path as Go's URL.String() escapes it. */
const escapePath = (path: string): string =>
  encodeURIComponent(path)
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%(24|26|2B|2C|2F|3A|3B|3D|40)/g, (escaped) => decodeURIComponent(escaped));

function httpUrl({ scheme = "", host = "", port, path = "" }: NonNullable<Probe["httpGet"]>): string {
  const authority = port === undefined || port === "" ? host : joinHostPort(host, port);
  const slash = path !== "" && !path.startsWith("/") ? "/" : "";
  return `${scheme === "" ? "" : `${scheme.toLowerCase()}:`}//${authority}${slash}${escapePath(path)}`;
}

/** "http-get http://:80/ delay=0s timeout=1s period=10s #success=1 #failure=3". Mirrors describe.DescribeProbe. */
export function probeText(probe: Probe): string {
  const { initialDelaySeconds = 0, timeoutSeconds = 0, periodSeconds = 0 } = probe;
  const timing = `delay=${initialDelaySeconds}s timeout=${timeoutSeconds}s period=${periodSeconds}s`;
  const attributes = `${timing} #success=${probe.successThreshold ?? 0} #failure=${probe.failureThreshold ?? 0}`;
  const { exec, httpGet, tcpSocket, grpc } = probe;
  if (exec) return `exec ${goList(exec.command)} ${attributes}`;
  if (httpGet) return `http-get ${httpUrl(httpGet)} ${attributes}`;
  if (tcpSocket) return `tcp-socket ${tcpSocket.host ?? ""}:${tcpSocket.port} ${attributes}`;
  if (grpc) return `grpc <pod>:${grpc.port} ${grpc.service ?? ""} ${attributes}`;
  return `unknown ${attributes}`;
}
