import { header } from "../../runtime/http-text.ts";
import type { SimulatedImage } from "../../runtime/image.ts";
import type { Peer } from "../../runtime/machine/net.ts";
import type { HttpReply, HttpRequest } from "../../runtime/machine/outside.ts";
import type { Process, Run } from "../../runtime/machine/process.ts";
import { formatDate } from "../../shell/applets/date.ts";
import { alpine, debian, type Layer } from "../bases.ts";
import { httpDate, logDate, say, statusText, untilSignal } from "../server.ts";

const ROOT = "/usr/local/apache2";
const INDEX = "<html><body><h1>It works!</h1></body></html>\n";

/** httpd of a tag. */
export function httpdImage(tag: string): SimulatedImage {
  const layer: Layer = {
    programs: { httpd, "httpd-foreground": httpd, apachectl: httpd },
    paths: { httpd: `${ROOT}/bin/httpd`, apachectl: `${ROOT}/bin/apachectl` },
    files: {
      [`${ROOT}/htdocs/index.html`]: INDEX,
      [`${ROOT}/conf/httpd.conf`]: `ServerRoot "${ROOT}"\nListen 80\nUser www-data\nGroup www-data\nDocumentRoot "${ROOT}/htdocs"\nErrorLog /proc/self/fd/2\nCustomLog /proc/self/fd/1 common\n`,
    },
    setup: (fs) => void fs.ensureDir(`${ROOT}/logs`),
  };
  return tag.includes("alpine") ? alpine(layer) : debian(layer);
}

const VERSION = "2.4.62";

function errorLine(process: Process, module: string, level: string, text: string): string {
  return `[${formatDate(process.time, "%a %b %d %H:%M:%S.%6N %Y")}] [${module}:${level}] [pid ${process.pid}:tid ${process.pid}] ${text}`;
}

function* httpd(process: Process): Run {
  if (process.argv.includes("-v")) {
    yield* process.write(1, `Server version: Apache/${VERSION} (Unix)\nServer built:   Jul 17 2024 18:36:08\n`);
    return 0;
  }
  if (process.argv.includes("-t")) {
    yield* process.write(2, "Syntax OK\n");
    return 0;
  }
  const { fs, spec } = process.container;
  const conf = fs.peek(`${ROOT}/conf/httpd.conf`);
  const text = conf?.type === "file" ? conf.content : "";
  const port = Number(/^\s*Listen\s+(?:\S+:)?(\d+)/m.exec(text)?.[1] ?? 80);
  const root = /^\s*DocumentRoot\s+"?([^"\n]+)"?/m.exec(text)?.[1] ?? `${ROOT}/htdocs`;
  for (let i = 0; i < 2; i++)
    yield* process.write(
      2,
      `AH00558: httpd: Could not reliably determine the server's fully qualified domain name, using ${spec.podIP}. Set the 'ServerName' directive globally to suppress this message\n`,
    );
  const handle = (request: HttpRequest, peer: Peer): HttpReply => serve(process, root, request, peer);
  if (!process.machine.network.listen(process, port, { kind: "http", handle })) {
    yield* process.write(
      2,
      `(98)Address already in use: AH00072: make_sock: could not bind to address 0.0.0.0:${port}\nno listening sockets available, shutting down\nAH00015: Unable to open logs\n`,
    );
    return 1;
  }
  process.memory = 6 << 20;
  yield* process.write(
    2,
    `${errorLine(process, "mpm_event", "notice", `AH00489: Apache/${VERSION} (Unix) configured -- resuming normal operations`)}\n`,
  );
  yield* process.write(2, `${errorLine(process, "core", "notice", "AH00094: Command line: 'httpd -D FOREGROUND'")}\n`);
  for (;;) {
    const signal = yield* untilSignal(process, ["TERM", "INT", "WINCH", "HUP", "USR1"]);
    if (signal === "HUP" || signal === "USR1") continue;
    yield* process.write(
      2,
      `${errorLine(process, "mpm_event", "notice", signal === "WINCH" ? "AH00492: caught SIGWINCH, shutting down gracefully" : "AH00491: caught SIGTERM, shutting down")}\n`,
    );
    return 0;
  }
}

function page(status: number): string {
  const text =
    status === 404
      ? "The requested URL was not found on this server."
      : "You don't have permission to access this resource.";
  return `<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>${status} ${statusText(status)}</title>\n</head><body>\n<h1>${statusText(status)}</h1>\n<p>${text}</p>\n</body></html>\n`;
}

function serve(process: Process, root: string, request: HttpRequest, peer: Peer): HttpReply {
  const { fs } = process.container;
  const path = request.url.split("?")[0]!;
  let node = fs.peek(root + path);
  const name = path.endsWith("/") ? `${path}index.html` : path;
  let body: string | undefined;
  if (node?.type === "dir" && path.endsWith("/")) {
    const directory = node;
    node = fs.peek(root + name);
    if (node === undefined) {
      const items = fs.list(directory).map((entry) => `<li><a href="${entry}"> ${entry}</a></li>\n`);
      body = `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n<html>\n <head>\n  <title>Index of ${path}</title>\n </head>\n <body>\n<h1>Index of ${path}</h1>\n<ul>${items.join("")}</ul>\n</body></html>\n`;
    }
  }
  if (node?.type === "file") body = node.content;
  const status = body !== undefined ? 200 : node?.type === "dir" ? 301 : 404;
  const text = body ?? page(status);
  say(
    process,
    1,
    `${peer.ip} - - [${logDate(process.time)}] "${request.method} ${request.url} HTTP/1.1" ${status} ${text.length}`,
  );
  const headers: [string, string][] = [
    ["Date", httpDate(process.time)],
    ["Server", `Apache/${VERSION} (Unix)`],
  ];
  if (status === 200 && node?.type === "file")
    headers.push(
      ["Last-Modified", httpDate(node.mtime)],
      ["ETag", `"${text.length.toString(16)}-${Math.floor(node.mtime).toString(16)}"`],
      ["Accept-Ranges", "bytes"],
    );
  if (status === 301) headers.push(["Location", `http://${header(request.headers, "host") ?? ""}${path}/`]);
  headers.push(
    ["Content-Length", String(text.length)],
    [
      "Content-Type",
      status === 200 && !/\.html?$/.test(name)
        ? "text/plain"
        : status === 200
          ? "text/html"
          : "text/html; charset=iso-8859-1",
    ],
  );
  return { status, statusText: statusText(status), headers, body: request.method === "HEAD" ? "" : text };
}
