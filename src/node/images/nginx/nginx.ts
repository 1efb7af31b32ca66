import { header } from "../../runtime/http-text.ts";
import type { SimulatedImage } from "../../runtime/image.ts";
import { errnoOf, strerror } from "../../runtime/machine/errno.ts";
import { dirNode, fileNode, linkNode } from "../../runtime/machine/file-nodes.ts";
import { launchFor } from "../../runtime/machine/launch.ts";
import type { Peer } from "../../runtime/machine/net.ts";
import type { HttpReply, HttpRequest } from "../../runtime/machine/outside.ts";
import type { Process, Run } from "../../runtime/machine/process.ts";
import { formatDate } from "../../shell/applets/date.ts";
import { alpine, debian, type Layer } from "../bases.ts";
import { httpDate, logDate, say, statusText, untilSignal } from "../server.ts";
import { type NginxConfig, type NginxServer, parseNginxConfig } from "./config.ts";
import { CONF_D, ERROR_50X, NGINX_CONF, WELCOME } from "./files.ts";

/** nginx of a tag: Debian unless the tag says alpine. */
export function nginxImage(tag: string): SimulatedImage {
  const version = versionOf(tag);
  const layer: Layer = {
    programs: {
      nginx: (process) => nginx(process, version),
      "docker-entrypoint.sh": entrypoint,
    },
    paths: { nginx: "/usr/sbin/nginx", "docker-entrypoint.sh": "/docker-entrypoint.sh" },
    extra: ["curl"],
    users: { nginx: [101, 101, "/nonexistent", "/bin/false"] },
    files: {
      "/usr/share/nginx/html/index.html": WELCOME,
      "/usr/share/nginx/html/50x.html": ERROR_50X,
      "/etc/nginx/nginx.conf": NGINX_CONF,
      "/etc/nginx/conf.d/default.conf": CONF_D,
      "/etc/nginx/mime.types":
        "types {\n    text/html html htm shtml;\n    text/css css;\n    application/javascript js;\n    application/json json;\n    text/plain txt;\n    image/png png;\n    image/svg+xml svg svgz;\n}\n",
    },
    setup: (fs) => {
      fs.plant("/var/log/nginx", dirNode());
      fs.plant("/var/log/nginx/access.log", linkNode("/dev/stdout"));
      fs.plant("/var/log/nginx/error.log", linkNode("/dev/stderr"));
      fs.plant("/var/cache/nginx", dirNode());
      fs.plant("/docker-entrypoint.d", dirNode());
    },
  };
  return tag.includes("alpine") ? alpine(layer) : debian(layer);
}

/** nginxinc/nginx-unprivileged: nginx as user 101 on port 8080. */
export function unprivilegedImage(tag: string): SimulatedImage {
  const base = nginxImage(tag);
  return {
    ...base,
    files: (fs, spec) => {
      base.files(fs, spec);
      fs.plant("/etc/nginx/conf.d/default.conf", fileNode(CONF_D.replace("listen       80;", "listen       8080;")));
      fs.plant("/etc/nginx/nginx.conf", fileNode(NGINX_CONF.replace("user  nginx;\n", "")));
      fs.plant("/var/cache/nginx", dirNode(0o777));
      fs.plant("/run", dirNode(0o777));
    },
  };
}

function versionOf(tag: string): string {
  const match = /^(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(tag);
  if (match === null) return tag.startsWith("stable") ? "1.28.0" : "1.29.3";
  const [, major, minor = "29", patch] = match;
  const latest: Readonly<Record<string, string>> = {
    "29": "3",
    "28": "0",
    "27": "5",
    "26": "3",
    "25": "5",
    "24": "0",
    "23": "4",
    "22": "1",
    "21": "6",
    "20": "2",
    "19": "10",
    "18": "0",
    "17": "10",
    "16": "1",
    "14": "2",
  };
  return `${major}.${minor}.${patch ?? latest[minor] ?? "0"}`;
}

/** /docker-entrypoint.sh: tunes the configuration, then becomes the command. */
function* entrypoint(process: Process): Run {
  const argv = process.argv.slice(1);
  const log = (line: string): Run<void> => process.write(1, `${line}\n`);
  if (argv[0] === "nginx" || argv[0] === "nginx-debug") {
    yield* log("/docker-entrypoint.sh: /docker-entrypoint.d/ is not empty, will attempt to perform configuration");
    yield* log("/docker-entrypoint.sh: Looking for shell scripts in /docker-entrypoint.d/");
    yield* log("/docker-entrypoint.sh: Launching /docker-entrypoint.d/10-listen-on-ipv6-by-default.sh");
    yield* process.sleep(12);
    yield* log(listenOnIpv6(process));
    yield* log("/docker-entrypoint.sh: Sourcing /docker-entrypoint.d/15-local-resolvers.envsh");
    yield* log("/docker-entrypoint.sh: Launching /docker-entrypoint.d/20-envsubst-on-templates.sh");
    yield* log("/docker-entrypoint.sh: Launching /docker-entrypoint.d/30-tune-worker-processes.sh");
    yield* process.sleep(6);
    yield* log("/docker-entrypoint.sh: Configuration complete; ready for start up");
  }
  const found = launchFor(process, argv);
  if (!("program" in found)) {
    const missing = found.errno === "ENOENT";
    yield* process.write(
      2,
      `/docker-entrypoint.sh: 47: exec: ${argv[0]}: ${missing ? "not found" : strerror(found.errno)}\n`,
    );
    return missing ? 127 : 126;
  }
  process.argv = found.argv;
  process.comm = argv[0]!.split("/").pop()!.slice(0, 15);
  return yield* found.program(process);
}

function listenOnIpv6(process: Process): string {
  const path = "/etc/nginx/conf.d/default.conf";
  const name = "10-listen-on-ipv6-by-default.sh: info:";
  const node = process.container.fs.peek(path);
  if (node?.type !== "file") return `${name} ${path} is not a file or does not exist`;
  if (node.content !== CONF_D) return `${name} ${path} differs from the packaged version`;
  try {
    process.container.fs.write(
      path,
      CONF_D.replace("listen       80;", "listen       80;\n    listen  [::]:80;"),
      "/",
      process.who,
    );
  } catch {
    return `${name} can not modify /etc/nginx/conf.d/default.conf (read-only file system?)`;
  }
  return `${name} Getting the checksum of ${path}\n${name} Enabled listen on IPv6 in ${path}`;
}

function notice(process: Process, level: string, text: string): string {
  return `${formatDate(process.time, "%Y/%m/%d %H:%M:%S")} [${level}] ${process.pid}#${process.pid}: ${text}\n`;
}

/** The nginx binary: -v, -V, -t, -s SIGNAL, -g DIRECTIVES, -c FILE; without "daemon off;" it goes into the background. */
function* nginx(process: Process, version: string): Run {
  const argv = process.argv.slice(1);
  if (argv.includes("-v")) {
    yield* process.write(2, `nginx version: nginx/${version}\n`);
    return 0;
  }
  if (argv.includes("-V")) {
    yield* process.write(
      2,
      `nginx version: nginx/${version}\nbuilt by gcc 12.2.0 (Debian 12.2.0-14)\nbuilt with OpenSSL 3.0.15 3 Sep 2024\nTLS SNI support enabled\n`,
    );
    return 0;
  }
  const after = (flag: string): string | undefined =>
    argv.includes(flag) ? (argv[argv.indexOf(flag) + 1] ?? "") : undefined;
  const file = after("-c") ?? "/etc/nginx/nginx.conf";
  const signal = after("-s");
  if (signal !== undefined) return yield* command(process, signal);
  const config = parseNginxConfig(process.container.fs, file, after("-g") ?? "");
  if (typeof config === "string") {
    yield* process.write(2, notice(process, "emerg", config));
    yield* process.write(
      2,
      argv.includes("-t")
        ? `nginx: [emerg] ${config}\nnginx: configuration file ${file} test failed\n`
        : `nginx: [emerg] ${config}\n`,
    );
    return 1;
  }
  if (argv.includes("-t")) {
    yield* process.write(
      2,
      `nginx: the configuration file ${file} syntax is ok\nnginx: configuration file ${file} test is successful\n`,
    );
    return 0;
  }
  const unwritable = unwritableCache(process);
  if (unwritable !== undefined) {
    yield* process.write(2, notice(process, "emerg", unwritable) + `nginx: [emerg] ${unwritable}\n`);
    return 1;
  }
  const master = (p: Process): Run => run(p, config, version, file);
  if (config.daemon) {
    process.fork(master);
    yield* process.sleep(5);
    return 0;
  }
  return yield* master(process);
}

/** nginx -s stop, quit, reload, reopen. */
function* command(process: Process, signal: string): Run {
  const signals = { stop: "TERM", quit: "QUIT", reload: "HUP", reopen: "USR1" } as const;
  if (!Object.hasOwn(signals, signal)) {
    yield* process.write(2, `nginx: invalid option: "-s ${signal}"\n`);
    return 1;
  }
  const node = process.container.fs.peek("/run/nginx.pid");
  const master = node?.type === "file" ? process.container.processes.get(Number(node.content)) : undefined;
  if (master === undefined) {
    yield* process.write(2, `nginx: [error] open() "/run/nginx.pid" failed (2: No such file or directory)\n`);
    return 1;
  }
  const name = signals[signal as keyof typeof signals];
  yield* process.write(2, notice(process, "notice", "signal process started"));
  if (process.session !== undefined) process.machine.onSessionSignal?.(master, name, process.time);
  process.machine.signal(master, name, process.time);
  return 0;
}

/** A user without rights, or a read-only root file system, cannot make the cache folders. */
function unwritableCache(process: Process): string | undefined {
  try {
    process.container.fs.mkdir("/var/cache/nginx/client_temp", "/", process.who, 0o700);
    process.container.fs.write("/run/nginx.pid", `${process.pid}\n`, "/", process.who);
  } catch (caught) {
    const errno = errnoOf(caught);
    if (errno === "EEXIST") return undefined;
    const code = { EACCES: 13, EROFS: 30 }[errno as "EACCES"] ?? 2;
    const cache = process.container.fs.peek("/var/cache/nginx/client_temp") === undefined;
    return cache
      ? `mkdir() "/var/cache/nginx/client_temp" failed (${code}: ${strerror(errno)})`
      : `open() "/run/nginx.pid" failed (${code}: ${strerror(errno)})`;
  }
  return undefined;
}

function* run(process: Process, first: NginxConfig, version: string, file: string): Run {
  let config = first;
  const say2 = (text: string): Run<void> => process.write(2, notice(process, "notice", text));
  const taken = bind(process, config, version);
  if (taken !== undefined) {
    for (let i = 0; i < 5; i++) {
      yield* process.write(2, `nginx: [emerg] ${taken}\n`);
      yield* process.sleep(500);
    }
    yield* process.write(2, "nginx: [emerg] still could not bind()\n");
    return 1;
  }
  for (const text of [
    'using the "epoll" event method',
    `nginx/${version}`,
    "built by gcc 12.2.0 (Debian 12.2.0-14)",
    "OS: Linux 6.8.0-45-generic",
    "getrlimit(RLIMIT_NOFILE): 1048576:1048576",
    "start worker processes",
  ])
    yield* say2(text);
  const workers = startWorkers(process);
  for (const worker of workers) yield* say2(`start worker process ${worker.pid}`);
  process.memory = 9 << 20;
  for (;;) {
    const signal = yield* untilSignal(process, ["TERM", "INT", "QUIT", "HUP"]);
    if (signal === "HUP") {
      yield* say2(`signal 1 (SIGHUP) received from ${process.pid + 40}, reconfiguring`);
      const next = parseNginxConfig(process.container.fs, file, config.daemon ? "" : "daemon off;");
      if (typeof next === "string") yield* process.write(2, notice(process, "emerg", next));
      else {
        process.machine.network.release(process);
        config = next;
        bind(process, config, version);
      }
      continue;
    }
    const number = { TERM: 15, INT: 2, QUIT: 3 }[signal as "TERM"];
    yield* say2(`signal ${number} (SIG${signal}) received, ${signal === "QUIT" ? "shutting down" : "exiting"}`);
    yield* process.sleep(20);
    for (const worker of workers) process.machine.signal(worker, "KILL", process.time);
    yield* say2("exit");
    return 0;
  }
}

/** The master's title and its two workers, as ps shows them; the pids before theirs went to the entrypoint's commands. */
function startWorkers(process: Process): Process[] {
  const { container } = process;
  process.argv = [`nginx: master process ${process.argv.join(" ")}`];
  while (process.pid === 1 && container.nextPid < 29) container.takePid();
  const { uid, gid } = process.who;
  return [0, 1].map(() => {
    const worker = process.fork(idle, ["nginx: worker process"]);
    worker.comm = "nginx";
    worker.memory = 0; // The master carries it for all three.
    worker.who = uid === 0 ? { uid: 101, gid: 101, groups: [101] } : { uid, gid, groups: process.who.groups };
    return worker;
  });
}

function* idle(process: Process): Run {
  yield* untilSignal(process);
  return 0;
}

/** Listens on all ports; answers what is wrong where one is taken or not allowed. */
function bind(process: Process, config: NginxConfig, version: string): string | undefined {
  for (const port of new Set(config.servers.flatMap((server) => server.ports))) {
    if (port < 1024 && process.who.uid !== 0 && config.needsRoot)
      return `bind() to 0.0.0.0:${port} failed (13: Permission denied)`;
    const servers = config.servers.filter((server) => server.ports.includes(port));
    const handle = (request: HttpRequest, peer: Peer): HttpReply => answer(process, servers, request, peer, version);
    if (!process.machine.network.listen(process, port, { kind: "http", handle }))
      return `bind() to 0.0.0.0:${port} failed (98: Address already in use)`;
  }
  return undefined;
}

function answer(
  process: Process,
  servers: readonly NginxServer[],
  request: HttpRequest,
  peer: Peer,
  version: string,
): HttpReply {
  const host = (header(request.headers, "host") ?? "").replace(/:\d+$/, "");
  const server = servers.find((s) => s.names.includes(host)) ?? servers[0]!;
  const result = serve(process, server, request, peer);
  const extra = result.headers ?? [];
  const page = result.body.replace("nginx/VERSION", `nginx/${version}`);
  const body = request.method === "HEAD" ? "" : page;
  const agent = header(request.headers, "user-agent") ?? "-";
  const line = `${peer.ip} - - [${logDate(process.time)}] "${request.method} ${request.url} HTTP/1.1" ${result.status} ${body.length} "${header(request.headers, "referer") ?? "-"}" "${agent}" "${header(request.headers, "x-forwarded-for") ?? "-"}"`;
  if (server.accessLog !== undefined) writeLog(process, server.accessLog, line, 1);
  return {
    status: result.status,
    statusText: statusText(result.status),
    headers: [
      ["Server", `nginx/${version}`],
      ["Date", httpDate(process.time)],
      ["Content-Type", result.type],
      ["Content-Length", String(page.length)],
      ["Connection", "keep-alive"],
      ...extra,
    ],
    body,
  };
}

/** /var/log/nginx/access.log is a link to /dev/stdout unless something is mounted there. */
function writeLog(process: Process, path: string, line: string, fd: 1 | 2): void {
  const { fs } = process.container;
  const node = fs.peek(path);
  if (node?.type === "device") {
    say(process, fd, line);
    return;
  }
  try {
    const at = fs.find(path);
    const file = fs.create(path, "/", process.who, 0o644);
    fs.setContent(file, `${file.content}${line}\n`, at, `${line}\n`);
  } catch {
    // nginx goes on when its log cannot be written.
  }
}

interface Result {
  readonly status: number;
  readonly body: string;
  readonly type: string;
  readonly headers?: readonly (readonly [string, string])[];
}

function errorPage(status: number): Result {
  const title = `${status} ${statusText(status)}`;
  return {
    status,
    type: "text/html",
    body: `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx/VERSION</center>\r\n</body>\r\n</html>\r\n`,
  };
}

function serve(process: Process, server: NginxServer, request: HttpRequest, peer: Peer): Result {
  const path = decodePath(request.url.split("?")[0]!);
  const location = server.match(path);
  if (location?.returns !== undefined) {
    const { status, text } = location.returns;
    if (status >= 300 && status < 400) return { ...errorPage(status), headers: [["Location", text]] };
    return { status, body: text, type: location.defaultType ?? "application/octet-stream" };
  }
  if (location?.stubStatus)
    return {
      status: 200,
      type: "text/plain",
      body: "Active connections: 1 \nserver accepts handled requests\n 1 1 1 \nReading: 0 Writing: 1 Waiting: 0 \n",
    };
  if (location?.proxyPass !== undefined) return errorPage(502);
  if (request.method !== "GET" && request.method !== "HEAD") return errorPage(405);
  return staticFile(process, server, location, path, request, peer);
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function staticFile(
  process: Process,
  server: NginxServer,
  location: ReturnType<NginxServer["match"]>,
  path: string,
  request: HttpRequest,
  peer: Peer,
): Result {
  const { fs } = process.container;
  const root = location?.root ?? server.root;
  const full = location?.alias !== undefined ? location.alias + path.slice(location.path.length) : `${root}${path}`;
  const candidates = path.endsWith("/") ? (location?.index ?? server.index).map((name) => `${full}${name}`) : [full];
  for (const tried of location?.tryFiles ?? [])
    candidates.push(tried.startsWith("=") ? tried : `${root}${tried.replace("$uri", path)}`);
  for (const candidate of candidates) {
    if (/^=\d{3}$/.test(candidate)) return errorPage(Number(candidate.slice(1)));
    const node = fs.peek(candidate, "/", process.who);
    if (node?.type === "dir" && !path.endsWith("/"))
      return { ...errorPage(301), headers: [["Location", `http://${header(request.headers, "host") ?? ""}${path}/`]] };
    if (node?.type !== "file") continue;
    if ((node.mode & 0o004) === 0 && node.uid !== 101 && process.who.uid !== 0) return errorPage(403);
    const body = fs.read(candidate);
    return {
      status: 200,
      type: typeOf(candidate),
      body,
      headers: [
        ["Last-Modified", httpDate(node.mtime)],
        ["ETag", `"${Math.floor(node.mtime / 1000).toString(16)}-${body.length.toString(16)}"`],
        ["Accept-Ranges", "bytes"],
      ],
    };
  }
  const directory = path.endsWith("/") && fs.peek(full)?.type === "dir";
  const where = `client: ${peer.ip}, server: ${server.names[0] ?? ""}, request: "${request.method} ${request.url} HTTP/1.1", host: "${header(request.headers, "host") ?? ""}"`;
  const what = directory
    ? `directory index of "${full}" is forbidden`
    : `open() "${full}" failed (2: No such file or directory)`;
  const worker = process.pid + 28;
  writeLog(
    process,
    "/var/log/nginx/error.log",
    `${formatDate(process.time, "%Y/%m/%d %H:%M:%S")} [error] ${worker}#${worker}: *1 ${what}, ${where}`,
    2,
  );
  return errorPage(directory ? 403 : 404);
}

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html",
  htm: "text/html",
  css: "text/css",
  js: "application/javascript",
  json: "application/json",
  txt: "text/plain",
  png: "image/png",
  svg: "image/svg+xml",
  xml: "text/xml",
  ico: "image/x-icon",
  jpg: "image/jpeg",
};

function typeOf(path: string): string {
  const extension = path.slice(path.lastIndexOf(".") + 1);
  return Object.hasOwn(TYPES, extension) ? TYPES[extension]! : "application/octet-stream";
}
