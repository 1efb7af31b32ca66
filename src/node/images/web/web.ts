import { header } from "../../runtime/http-text.ts";
import type { SimulatedImage } from "../../runtime/image.ts";
import type { Peer } from "../../runtime/machine/net.ts";
import type { HttpReply, HttpRequest } from "../../runtime/machine/outside.ts";
import type { Process, Program, Run } from "../../runtime/machine/process.ts";
import { formatDate } from "../../shell/applets/date.ts";
import { alpine, debian, scratch } from "../bases.ts";
import { goReply, httpDate, say, serveHttp, untilSignal } from "../server.ts";

/** What a small demonstration server answers. */
type Answer = (process: Process, request: HttpRequest, peer: Peer) => HttpReply | string;

/** A server of one answer, with what it says at its start and for each request. */
export function server(
  port: number | ((process: Process) => number),
  answer: Answer,
  texts: {
    start?: (process: Process, port: number) => string;
    request?: (request: HttpRequest, peer: Peer, process: Process) => string;
    quick?: boolean;
  } = {},
): Program {
  return function* (process): Run {
    const at = typeof port === "number" ? port : port(process);
    if (texts.start !== undefined) yield* process.write(1, `${texts.start(process, at)}\n`);
    process.memory = 12 << 20;
    const handle = (request: HttpRequest, peer: Peer): HttpReply => {
      if (texts.request !== undefined) say(process, 1, texts.request(request, peer, process));
      const reply = answer(process, request, peer);
      return typeof reply === "string" ? goReply(process, 200, reply) : reply;
    };
    return yield* serveHttp(process, at, handle);
  };
}

/** A reply as Node.js sends it. */
export function nodeReply(process: Process, body: string, type?: string): HttpReply {
  return {
    status: 200,
    statusText: "OK",
    headers: [
      ...(type === undefined ? [] : ([["Content-Type", type]] as const)),
      ["Date", httpDate(process.time)],
      ["Connection", "keep-alive"],
      ["Content-Length", String(body.length)],
    ],
    body,
  };
}

const version = (process: Process): string => /:v?(\d+)/.exec(process.container.spec.image)?.[1] ?? "1";
/** The pod's host name. */
export const hostOf = (process: Process): string => process.container.spec.hostname;

/** Node programs do not handle SIGTERM as pid 1: they take the whole grace period. */
export const deaf = (program: Program): Program =>
  function* (process) {
    const run = program(process);
    for (let step = run.next(); ; step = run.next()) {
      process.handlers.delete("TERM");
      process.handlers.delete("INT");
      if (step.done) return step.value;
      yield step.value;
    }
  };

/** gcr.io/google-samples/kubernetes-bootcamp */
export const bootcamp: SimulatedImage = debian({
  programs: {
    node: deaf(
      server(
        8080,
        (p) => nodeReply(p, `Hello Kubernetes bootcamp! | Running on: ${hostOf(p)} | v=${version(p)}\n`, "text/plain"),
        {
          start: (p) =>
            `Kubernetes Bootcamp App Started At: ${formatDate(p.time, "%Y-%m-%dT%H:%M:%S.%3NZ")} | Running On:  ${hostOf(p)} \n`,
          request: (_request, _peer, p) =>
            `Running On: ${hostOf(p)} | Total Requests: ${countRequest(p)} | App Uptime: ${((p.time - p.startedAt) / 1000).toFixed(3)} seconds | Log Time: ${formatDate(p.time, "%Y-%m-%dT%H:%M:%S.%3NZ")}`,
        },
      ),
    ),
  },
  files: { "/server.js": "var http = require('http');\n" },
  extra: ["curl", "ps", "wget"],
});

const requests = new WeakMap<Process, number>();

/** How many requests a server has had; a replay counts the same. */
export function countRequest(process: Process): number {
  const count = (requests.get(process) ?? 0) + 1;
  requests.set(process, count);
  return count;
}

/** hello-app of Google's samples. */
export const helloApp: SimulatedImage = alpine({
  programs: {
    "hello-app": server(
      (p) => Number(p.env.get("PORT") ?? 8080),
      (p) => `Hello, world!\nVersion: ${version(p)}.0.0\nHostname: ${hostOf(p)}\n`,
      {
        start: (p, port) => `${formatDate(p.time, "%Y/%m/%d %H:%M:%S")} Server listening on port ${port}`,
        request: (request, _, p) =>
          `${formatDate(p.time, "%Y/%m/%d %H:%M:%S")} Serving request: ${request.url.split("?")[0]}`,
      },
    ),
  },
  paths: { "hello-app": "/hello-app" },
});

/** sysnet4admin/chk-hn: the host name on port 80. */
export const hostName: SimulatedImage = debian({
  programs: { "chk-hn": server(80, (p) => `${hostOf(p)}\n`) },
  extra: ["curl"],
});

/** sysnet4admin/echo-hname: the same, as nginx would. */
export const echoHostName: SimulatedImage = alpine({
  programs: { "echo-hname": server(80, (p) => `${hostOf(p)}\n`) },
  extra: ["curl", "bash"],
});

/** sysnet4admin/echo-ip */
export const echoIp: SimulatedImage = alpine({
  programs: {
    "echo-ip": server(80, (p, request) => `request_method : ${request.method} | ip_dest: ${p.machine.podIP}\n`),
  },
  extra: ["curl", "bash"],
});

/** traefik/whoami */
export const whoami: SimulatedImage = scratch({
  programs: {
    whoami: server(
      (p) => Number(argument(p, "--port") ?? p.env.get("WHOAMI_PORT_NUMBER") ?? 80),
      (p, request, peer) => {
        const headers = Object.entries(request.headers)
          .filter(([name]) => name.toLowerCase() !== "host")
          .map(([name, value]) => `${name}: ${value}\n`)
          .sort();
        return `Hostname: ${hostOf(p)}\nIP: 127.0.0.1\nIP: ::1\nIP: ${p.machine.podIP}\nRemoteAddr: ${peer.ip}:${peer.port}\n${request.method} ${request.url} HTTP/1.1\nHost: ${header(request.headers, "host") ?? ""}\n${headers.join("")}\n`;
      },
      { start: (p, port) => `${formatDate(p.time, "%Y/%m/%d %H:%M:%S")} Starting up on port ${port}` },
    ),
  },
  paths: { whoami: "/whoami" },
});

function argument(process: Process, name: string): string | undefined {
  for (const [i, arg] of process.argv.entries()) {
    const bare = arg.replace(/^-+/, "");
    const wanted = name.replace(/^-+/, "");
    if (arg.startsWith("-") && bare.startsWith(`${wanted}=`)) return bare.slice(wanted.length + 1);
    if (arg.startsWith("-") && bare === wanted) return process.argv[i + 1];
  }
  return undefined;
}

/** hashicorp/http-echo */
export const httpEcho: SimulatedImage = scratch({
  programs: {
    "http-echo": function* (process): Run {
      const text = argument(process, "-text") ?? process.env.get("ECHO_TEXT");
      if (text === undefined || text === "") {
        yield* process.write(2, "Missing -text option!\n");
        return 127;
      }
      const listen = argument(process, "-listen") ?? ":5678";
      const status = Number(argument(process, "-status-code") ?? 200);
      yield* process.write(
        1,
        `${formatDate(process.time, "%Y/%m/%d %H:%M:%S")} [INFO] server is listening on ${listen}\n`,
      );
      const handle = (request: HttpRequest, peer: Peer): HttpReply => {
        const health = request.url === "/health";
        const body = health ? '{"status":"ok"}\n' : `${text}\n`;
        if (!health)
          say(
            process,
            1,
            `${formatDate(process.time, "%Y/%m/%d %H:%M:%S")} ${header(request.headers, "host") ?? ""} ${peer.ip}:${peer.port} "${request.method} ${request.url} HTTP/1.1" ${status} ${body.length} "${header(request.headers, "user-agent") ?? ""}" 21.1µs`.replace(
              "µ",
              "\xc2\xb5",
            ),
          );
        const reply = goReply(process, health ? 200 : status, body);
        return { ...reply, headers: [["X-App-Name", "http-echo"], ["X-App-Version", "1.0.0"], ...reply.headers] };
      };
      process.machine.network.listen(process, Number(/:(\d+)$/.exec(listen)?.[1] ?? 5678), { kind: "http", handle });
      const signal = yield* untilSignal(process);
      yield* process.write(
        1,
        `${formatDate(process.time, "%Y/%m/%d %H:%M:%S")} [INFO] received ${signal === "INT" ? "interrupt" : "terminated"}, shutting down...\n`,
      );
      return 0;
    },
  },
  paths: { "http-echo": "/http-echo" },
});

/** nginxdemos/hello, as plain text: what `curl` shows of it. */
export const nginxHello: SimulatedImage = alpine({
  programs: {
    hello: server(80, (p, request, peer) => {
      const text = `Server address: ${p.machine.podIP}:80\nServer name: ${hostOf(p)}\nDate: ${formatDate(p.time, "%d/%b/%Y:%H:%M:%S +0000")}\nURI: ${request.url}\nRequest ID: ${"0123456789abcdef".repeat(2)}\n`;
      void peer;
      return p.container.spec.image.includes("plain-text")
        ? goReply(p, 200, text, "text/plain")
        : goReply(
            p,
            200,
            `<!DOCTYPE html>\n<html>\n<head>\n<title>Hello World</title>\n</head>\n<body>\n<pre>\n${text}</pre>\n</body>\n</html>\n`,
            "text/html",
          );
    }),
  },
  extra: ["curl"],
});

/** registry.k8s.io/echoserver and ealen/echo-server's plain kin. */
export const echoServer: SimulatedImage = alpine({
  programs: {
    echoserver: server(8080, (p, request, peer) => {
      const headers = Object.entries(request.headers)
        .map(([name, value]) => `\t${name.toLowerCase()}=${value}\n`)
        .sort();
      return `\n\nHostname: ${hostOf(p)}\n\nPod Information:\n\tnode name:\t${p.env.get("NODE_NAME") ?? "-no node information available-"}\n\tpod name:\t${p.env.get("POD_NAME") ?? "-no pod information available-"}\n\nServer values:\n\tserver_version=nginx: 1.14.2 - lua: 10015\n\nRequest Information:\n\tclient_address=${peer.ip}\n\tmethod=${request.method}\n\treal path=${request.url}\n\tquery=${request.url.split("?")[1] ?? ""}\n\trequest_version=1.1\n\trequest_scheme=http\n\trequest_uri=http://${header(request.headers, "host") ?? ""}:8080${request.url}\n\nRequest Headers:\n${headers.join("")}\nRequest Body:\n${request.body === "" ? "\t-no body in request-\n" : request.body}\n`;
    }),
  },
  extra: ["curl", "bash"],
});

/** registry.k8s.io/pause */
export const pause: SimulatedImage = scratch({
  programs: {
    pause: function* (process): Run {
      process.memory = 300 << 10;
      const signal = yield* untilSignal(process, ["TERM", "INT"]);
      yield* process.write(2, `Shutting down, got signal: ${signal === "TERM" ? "Terminated" : "Interrupt"}\n`);
      return 0;
    },
  },
  paths: { pause: "/pause" },
});

/** hello-world: says hello and ends. */
export const helloWorld: SimulatedImage = scratch({
  programs: {
    hello: function* (process): Run {
      yield* process.write(
        1,
        "\nHello from Docker!\nThis message shows that your installation appears to be working correctly.\n\nFor more examples and ideas, visit:\n https://docs.docker.com/get-started/\n\n",
      );
      return 0;
    },
  },
  paths: { hello: "/hello" },
});
