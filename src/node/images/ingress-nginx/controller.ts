import { header } from "../../runtime/http-text.ts";
import type { SimulatedImage } from "../../runtime/image.ts";
import type { Peer } from "../../runtime/machine/net.ts";
import type { HttpReply, HttpRequest } from "../../runtime/machine/outside.ts";
import type { Process, Run } from "../../runtime/machine/process.ts";
import { formatDate } from "../../shell/applets/date.ts";
import { alpine } from "../bases.ts";
import { goReply, httpDate, logDate, say, statusText, untilSignal } from "../server.ts";

function klog(process: Process, text: string): string {
  return `I${formatDate(process.time, "%m%d %H:%M:%S.%6N")} ${String(process.pid).padStart(7)} main.go:205] ${text}\n`;
}

/** The ingress-nginx controller: the network finds the backend, this logs it and answers where there is none. */
function* controller(process: Process): Run {
  yield* process.write(
    1,
    "-------------------------------------------------------------------------------\nNGINX Ingress controller\n  Release:       v1.12.1\n  Build:         51c2b819690bbf1709b844dbf321a9acf6eda5a7\n  Repository:    https://github.com/kubernetes/ingress-nginx\n  nginx version: nginx/1.25.5\n\n-------------------------------------------------------------------------------\n\n",
  );
  yield* process.write(2, klog(process, 'Creating API client host="https://10.96.0.1:443"'));
  yield* process.sleep(300);
  yield* process.write(2, klog(process, "Starting NGINX Ingress controller"));
  const handle = (request: HttpRequest, peer: Peer): HttpReply => answer(process, request, peer);
  process.machine.network.listen(process, 80, { kind: "http", handle });
  process.machine.network.listen(process, 443, { kind: "http", tls: true, handle });
  process.machine.network.listen(process, 10_254, { kind: "http", handle: () => goReply(process, 200, "ok") });
  process.machine.network.listen(process, 8443, { kind: "http", tls: true, handle: () => goReply(process, 200, "") });
  process.memory = 90 << 20;
  process.milliCpu = 3;
  yield* untilSignal(process);
  yield* process.write(2, klog(process, "Received SIGTERM, shutting down"));
  yield* process.sleep(1000);
  return 0;
}

function answer(process: Process, request: HttpRequest, peer: Peer): HttpReply {
  const [code = "404", upstream = "-"] = (header(request.headers, "x-drykube-upstream") ?? "404 -").split(" ");
  const status = Number(code);
  const title = `${status} ${status === 503 ? "Service Temporarily Unavailable" : status === 504 ? "Gateway Time-out" : statusText(status)}`;
  const body =
    status < 400
      ? ""
      : `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;
  say(
    process,
    1,
    `${peer.ip} - - [${logDate(process.time)}] "${request.method} ${request.url} HTTP/1.1" ${status} ${body.length} "-" "${header(request.headers, "user-agent") ?? "-"}" 78 0.001 [${upstream}] [] - ${body.length} 0.001 ${status} -`,
  );
  return {
    status,
    statusText: title.slice(4),
    headers: [
      ["Date", httpDate(process.time)],
      ["Content-Type", "text/html"],
      ["Content-Length", String(body.length)],
      ["Connection", "keep-alive"],
    ],
    body,
  };
}

/** kube-webhook-certgen: creates or patches, and ends. */
function* certgen(process: Process): Run {
  yield* process.write(
    2,
    `{"level":"info","msg":"${process.argv[1] === "patch" ? "patching webhook configurations 'ingress-nginx-admission' mutating=false, validating=true" : "getting secret 'ingress-nginx-admission'"}","time":"${formatDate(process.time, "%Y-%m-%dT%H:%M:%SZ")}"}\n`,
  );
  yield* process.sleep(300);
  return 0;
}

export const image: SimulatedImage = alpine({
  programs: { "nginx-ingress-controller": controller, "kube-webhook-certgen": certgen },
  paths: { "nginx-ingress-controller": "/nginx-ingress-controller", "kube-webhook-certgen": "/kube-webhook-certgen" },
  extra: ["curl"],
});
