import { header } from "../../runtime/http-text.ts";
import { errnoOf, strerror } from "../../runtime/machine/errno.ts";
import type { HttpReply } from "../../runtime/machine/outside.ts";
import type { Process, Run } from "../../runtime/machine/process.ts";
import { type Applet, parseOptions, splitOnce } from "./lib.ts";
import { CONNECT_TIMEOUT_MS, exchange, fetchHttp, parseUrl, resolve, type Url } from "./net-lib.ts";
import { parseDuration } from "./system.ts";

type Options = ReturnType<typeof parseOptions>;

const VERSION = "8.9.1";

const LONG: Readonly<Record<string, string>> = {
  silent: "s",
  "show-error": "S",
  include: "i",
  head: "I",
  insecure: "k",
  location: "L",
  verbose: "v",
  fail: "f",
  "max-time=": "m",
  "connect-timeout=": "ct",
  "output=": "o",
  "remote-name": "O",
  "header=": "H",
  "request=": "X",
  "data=": "d",
  "data-raw=": "d",
  "data-binary=": "d",
  "json=": "json",
  "user-agent=": "A",
  "user=": "u",
  "write-out=": "w",
  "retry=": "retry",
  "retry-delay=": "delay",
  "resolve=": "resolve",
  "host=": "host",
  "cacert=": "cacert",
  "cert=": "cert",
  "key=": "key",
  version: "V",
  "retry-connrefused": "rc",
  "retry-all-errors": "rc",
  "progress-bar": "#",
  compressed: "z",
  "http1.1": "h1",
  ipv4: "4",
  "no-progress-meter": "s",
  "fail-with-body": "f",
  "url=": "url",
  "proxy=": "x",
  "noproxy=": "np",
};

/** curl */
export const curl: Applet = function* (process, args): Run {
  const options = parseOptions(args, "sSiIkLvfm:o:OH:X:d:A:u:w:V4#zgNnTx:b:c:e:E:F:y:Y:j", LONG);
  if (options.bad !== undefined)
    return yield* fail(
      process,
      options,
      2,
      `option ${options.bad.startsWith("--") ? options.bad : `-${options.bad}`}: is unknown\ncurl: try 'curl --help' for more information`,
      true,
    );
  if (options.has("V")) {
    yield* process.write(
      1,
      `curl ${VERSION} (x86_64-pc-linux-gnu) libcurl/${VERSION} OpenSSL/3.0.15 zlib/1.2.13\nProtocols: http https telnet\n`,
    );
    return 0;
  }
  const urls = [...options.rest, ...options.values("url")];
  if (urls.length === 0)
    return yield* fail(
      process,
      options,
      2,
      "(2) no URL specified\ncurl: try 'curl --help' for more information".replace("(2) ", ""),
      true,
    );
  let status = 0;
  for (const url of urls) status = yield* transfer(process, options, url);
  return status;
};

function* fail(process: Process, options: Options, code: number, text: string, bare = false): Run {
  if (!options.has("s") || options.has("S")) yield* process.write(2, `curl: ${bare ? "" : `(${code}) `}${text}\n`);
  return code;
}

function* transfer(process: Process, options: Options, text: string): Run {
  const tries = 1 + (Number(options.value("retry") ?? 0) || 0);
  for (let attempt = 1; ; attempt++) {
    const status = yield* once(process, options, text, attempt < tries);
    if (status === 0 || attempt >= tries || !(status === 28 || (status === 7 && options.has("rc")))) return status;
    yield* process.sleep(parseDuration(options.value("delay") ?? "1") ?? 1000);
  }
}

function* once(process: Process, options: Options, text: string, quiet: boolean): Run {
  let url = parseUrl(text);
  if (url === undefined) return yield* fail(process, options, 3, "URL rejected: Malformed input to a URL function");
  const started = process.time;
  const limit = parseDuration(options.value("m") ?? options.value("ct") ?? "") ?? Number.POSITIVE_INFINITY;
  for (let hops = 0; ; hops++) {
    if (!["http", "https", "telnet"].includes(url.scheme))
      return yield* fail(process, options, 1, `Protocol "${url.scheme}" not supported`);
    const result: HttpReply | number = yield* request(process, options, url, started, limit, quiet);
    if (typeof result === "number") {
      yield* writeOut(process, options, url, undefined, started);
      return result;
    }
    const location = header(result.headers, "location");
    if (options.has("L") && location !== undefined && result.status >= 300 && result.status < 400 && hops < 10) {
      const next = parseUrl(
        /^https?:/.test(location) ? location : `${url.scheme}://${url.host}:${url.port}${location}`,
      );
      if (next !== undefined) {
        url = next;
        continue;
      }
    }
    return yield* finish(process, options, url, result, started);
  }
}

function overridden(options: Options, url: Url): string {
  for (const entry of options.values("resolve")) {
    const [host, port, ip] = entry.split(":");
    if (host === url.host && Number(port) === url.port && ip !== undefined) return ip;
  }
  return url.host;
}

function* request(
  process: Process,
  options: Options,
  url: Url,
  started: number,
  limit: number,
  quiet: boolean,
): Run<HttpReply | number> {
  const note = (line: string): Run<void> => (options.has("v") ? process.write(2, `${line}\n`) : process.write(2, ""));
  const say = (code: number, text: string): Run =>
    quiet ? fail(process, { ...options, has: (n) => n === "s" }, code, text) : fail(process, options, code, text);
  const where = yield* resolve(process, overridden(options, url));
  if ("failed" in where) {
    if (where.failed === "timeout") yield* process.sleep(Math.min(limit, 10_000));
    if (process.time - started >= limit)
      return yield* say(28, `Resolving timed out after ${Math.round(process.time - started)} milliseconds`);
    return yield* say(6, `Could not resolve host: ${url.host}`);
  }
  yield* note(
    `* Host ${url.host}:${url.port} was resolved.\n* IPv6: (none)\n* IPv4: ${where.ip}\n*   Trying ${where.ip}:${url.port}...`,
  );
  const sent = buildRequest(options, url);
  const host = url.port === (url.scheme === "https" ? 443 : 80) ? url.host : `${url.host}:${url.port}`;
  const message = { ...sent, headers: { Host: host, ...sent.headers } };
  if (url.scheme === "telnet") return yield* telnet(process, where.ip, url.port, say);
  const result = yield* fetchHttp(process, where.ip, url.port, url.scheme === "https", message, host);
  const elapsed = (): number => Math.round(process.time - started);
  if ("failed" in result) {
    if (result.failed === "timeout") {
      yield* process.sleep(Math.min(CONNECT_TIMEOUT_MS, Math.max(0, limit - (process.time - started))));
      const total = options.has("m") || options.has("ct");
      return yield* say(
        28,
        total
          ? `Connection timed out after ${elapsed()} milliseconds`
          : `Failed to connect to ${url.host} port ${url.port} after ${elapsed()} ms: Could not connect to server`,
      );
    }
    if (result.failed === "empty") return yield* say(52, "Empty reply from server");
    if (result.failed === "tls")
      return yield* say(35, "TLS connect error: error:0A00010B:SSL routines::wrong version number");
    return yield* say(
      7,
      `Failed to connect to ${url.host} port ${url.port} after ${Math.max(0, elapsed())} ms: Could not connect to server`,
    );
  }
  yield* note(`* Connected to ${url.host} (${where.ip}) port ${url.port}`);
  yield* note(
    [
      `> ${message.method} ${message.url} HTTP/1.1`,
      ...Object.entries(message.headers).map(([k, v]) => `> ${k}: ${v}`),
      "> ",
      "* Request completely sent off",
      `< HTTP/1.1 ${result.reply.status} ${result.reply.statusText}`,
      ...result.reply.headers.map(([k, v]) => `< ${k}: ${v}`),
      "< ",
    ].join("\n"),
  );
  return result.reply;
}

function* telnet(process: Process, ip: string, port: number, say: (code: number, text: string) => Run): Run {
  const stdin = process.files.get(0);
  const input = stdin === undefined || stdin.kind === "null" ? "" : yield* process.readAll(0);
  const result = yield* exchange(process, ip, port, input);
  if ("failed" in result)
    return yield* say(7, `Failed to connect to ${ip} port ${port} after 0 ms: Could not connect to server`);
  yield* process.write(1, result.data);
  return 0;
}

function buildRequest(
  options: Options,
  url: Url,
): { method: string; url: string; headers: Record<string, string>; body: string } {
  const data = options.values("d").join("&") + (options.value("json") ?? "");
  const hasData = options.has("d") || options.has("json");
  const method = options.value("X") ?? (options.has("I") ? "HEAD" : hasData ? "POST" : "GET");
  const headers: Record<string, string> = {};
  const user = options.value("u") ?? url.user;
  if (user !== undefined) headers["Authorization"] = `Basic ${Buffer.from(user, "latin1").toString("base64")}`;
  headers["User-Agent"] = options.value("A") ?? `curl/${VERSION}`;
  headers["Accept"] = options.has("json") ? "application/json" : "*/*";
  if (hasData) headers["Content-Type"] = options.has("json") ? "application/json" : "application/x-www-form-urlencoded";
  if (hasData) headers["Content-Length"] = String(data.length);
  for (const line of options.values("H")) {
    const [name, value] = splitOnce(line, ":");
    const old = Object.keys(headers).find((key) => key.toLowerCase() === name.toLowerCase());
    if (old !== undefined) delete headers[old];
    if (value !== undefined && value.trim() !== "" && /^[A-Za-z0-9-]+$/.test(name)) headers[name] = value.trim();
  }
  return { method, url: url.path, headers, body: data };
}

function* finish(process: Process, options: Options, url: Url, reply: HttpReply, started: number): Run {
  if (options.has("f") && reply.status >= 400) {
    const status = yield* fail(process, options, 22, `The requested URL returned error: ${reply.status}`);
    yield* writeOut(process, options, url, reply, started);
    return status;
  }
  let text = "";
  if (options.has("i") || options.has("I"))
    text = `HTTP/1.1 ${reply.status} ${reply.statusText}\r\n${reply.headers.map(([k, v]) => `${k}: ${v}\r\n`).join("")}\r\n`;
  if (!options.has("I")) text += reply.body;
  const file = options.has("O") ? url.path.split("?")[0]!.split("/").pop() : options.value("o");
  if (file === undefined || file === "-") yield* process.write(1, text);
  else {
    try {
      process.attach(5, process.open(file, "w"));
      yield* process.write(5, text);
      process.close(5);
    } catch (caught) {
      return yield* fail(process, options, 23, `Failure writing output to destination: ${strerror(errnoOf(caught))}`);
    }
    if (!options.has("s")) yield* progress(process, text.length);
  }
  yield* writeOut(process, options, url, reply, started);
  return 0;
}

function* progress(process: Process, size: number): Run<void> {
  const n = String(size).padStart(5);
  yield* process.write(
    2,
    `  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n                                 Dload  Upload   Total   Spent    Left  Speed\n\r100 ${n}  100 ${n}    0     0   300k      0 --:--:-- --:--:-- --:--:--  300k\n`,
  );
}

function* writeOut(
  process: Process,
  options: Options,
  url: Url,
  reply: HttpReply | undefined,
  started: number,
): Run<void> {
  const format = options.value("w");
  if (format === undefined) return;
  const seconds = ((process.time - started) / 1000).toFixed(6);
  const values: Readonly<Record<string, string>> = {
    http_code: reply === undefined ? "000" : String(reply.status),
    response_code: reply === undefined ? "000" : String(reply.status),
    time_total: seconds,
    time_connect: seconds,
    time_namelookup: seconds,
    time_starttransfer: seconds,
    size_download: String(reply?.body.length ?? 0),
    url_effective: `${url.scheme}://${url.host}${url.path}`,
    remote_ip: url.host,
    content_type: reply === undefined ? "" : (header(reply.headers, "content-type") ?? ""),
    num_redirects: "0",
    remote_port: String(url.port),
    exitcode: reply === undefined ? "7" : "0",
  };
  const text = format.replace(/%\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? values[name]! : whole,
  );
  yield* process.write(1, text.replace(/\\n/g, "\n").replace(/\\t/g, "\t").replace(/\\r/g, "\r"));
}
