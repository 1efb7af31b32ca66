import { header } from "../../runtime/http-text.ts";
import { errnoOf, strerror } from "../../runtime/machine/errno.ts";
import type { HttpReply } from "../../runtime/machine/outside.ts";
import type { Process, Run } from "../../runtime/machine/process.ts";
import { type Applet, badOption, complain, isGnu, parseOptions, splitOnce, usage } from "./lib.ts";
import { CONNECT_TIMEOUT_MS, fetchHttp, parseUrl, resolve, type Url } from "./net-lib.ts";
import { parseDuration } from "./system.ts";

type Options = ReturnType<typeof parseOptions>;

/** wget, in busybox's wording, or GNU's where that userland is installed. */
export const wget: Applet = function* (process, args): Run {
  // -qO- is one word for -q -O -.
  const options = parseOptions(args, "qO:T:ScsP:U:t:Y:nvd", {
    quiet: "q",
    spider: "s",
    "timeout=": "T",
    "header=": "H",
    "post-data=": "post",
    "tries=": "t",
    "no-check-certificate": "k",
    "server-response": "S",
    "output-document=": "O",
    "user-agent=": "U",
    continue: "c",
    "no-verbose": "q",
    "body-data=": "post",
    "method=": "m",
  });
  if (options.bad !== undefined) return yield* badOption(process, "wget", options.bad, isGnu(process) ? 2 : 1);
  if (options.rest.length === 0)
    return yield* usage(
      process,
      "wget",
      "missing URL",
      "wget [-cqS] [--spider] [-O FILE] [-o LOGFILE] [-P DIR] [-T SEC] URL...",
    );
  let status = 0;
  for (const text of options.rest) status = Math.max(status, yield* fetchOne(process, options, text));
  return status;
};

function* log(process: Process, options: Options, text: string): Run<void> {
  if (!options.has("q")) yield* process.write(2, text);
}

function* fetchOne(process: Process, options: Options, text: string): Run {
  let url = parseUrl(text);
  if (url === undefined || !["http", "https"].includes(url.scheme)) {
    yield* complain(
      process,
      "wget",
      isGnu(process) ? `${text}: Unsupported scheme` : `not an http or ftp url: ${text}`,
    );
    return 1;
  }
  for (let hops = 0; ; hops++) {
    const reply: HttpReply | number = yield* request(process, options, url);
    if (typeof reply === "number") return reply;
    const location = header(reply.headers, "location");
    if (location !== undefined && reply.status >= 300 && reply.status < 400 && hops < 5) {
      const next = parseUrl(
        /^https?:/.test(location) ? location : `${url.scheme}://${url.host}:${url.port}${location}`,
      );
      if (next !== undefined) {
        url = next;
        continue;
      }
    }
    return yield* save(process, options, url, reply);
  }
}

function* request(process: Process, options: Options, url: Url): Run<HttpReply | number> {
  const gnu = isGnu(process);
  const limit = parseDuration(options.value("T") ?? "") ?? CONNECT_TIMEOUT_MS;
  const where = yield* resolve(process, url.host);
  if ("failed" in where) {
    if (where.failed === "timeout") yield* process.sleep(Math.min(limit, 10_000));
    yield* complain(
      process,
      "wget",
      gnu
        ? `unable to resolve host address '${url.host}'`
        : `bad address '${url.host}${url.port === 80 ? "" : `:${url.port}`}'`,
    );
    return gnu ? 4 : 1;
  }
  yield* log(
    process,
    options,
    gnu
      ? `--${""}  ${url.scheme}://${url.host}${url.path}\nResolving ${url.host} (${url.host})... ${where.ip}\nConnecting to ${url.host} (${url.host})|${where.ip}|:${url.port}... `
      : `Connecting to ${url.host}${url.port === 80 ? "" : `:${url.port}`} (${where.ip}:${url.port})\n`,
  );
  const body = options.value("post");
  const headers: Record<string, string> = {
    Host: url.port === 80 ? url.host : `${url.host}:${url.port}`,
    "User-Agent": options.value("U") ?? (gnu ? "Wget/1.21.3" : "Wget"),
    Connection: "close",
  };
  for (const line of options.values("H")) {
    const [name, value = ""] = splitOnce(line, ":");
    if (/^[A-Za-z0-9-]+$/.test(name)) headers[name] = value.trim();
  }
  const message = {
    method: body === undefined ? (options.has("s") && gnu ? "HEAD" : "GET") : "POST",
    url: url.path,
    headers,
    body: body ?? "",
  };
  const started = process.time;
  const result = yield* fetchHttp(process, where.ip, url.port, url.scheme === "https", message, headers["Host"]!);
  if ("reply" in result) return result.reply;
  if (result.failed === "timeout") {
    yield* process.sleep(Math.max(0, limit - (process.time - started)));
    yield* complain(
      process,
      "wget",
      options.has("T") ? "download timed out" : `can't connect to remote host (${where.ip}): Operation timed out`,
    );
    return gnu ? 4 : 1;
  }
  if (result.failed === "tls" || result.failed === "empty")
    yield* complain(
      process,
      "wget",
      result.failed === "tls" ? "error getting response: Connection reset by peer" : "error getting response",
    );
  else {
    const why = result.failed === "refused" ? "Connection refused" : "Host is unreachable";
    if (gnu) yield* process.write(2, options.has("q") ? "" : `failed: ${why}.\n`);
    else yield* complain(process, "wget", `can't connect to remote host (${where.ip}): ${why}`);
  }
  return gnu ? 4 : 1;
}

function* save(process: Process, options: Options, url: Url, reply: HttpReply): Run {
  const gnu = isGnu(process);
  if (options.has("S"))
    yield* process.write(
      2,
      `  HTTP/1.1 ${reply.status} ${reply.statusText}\n${reply.headers.map(([k, v]) => `  ${k}: ${v}\n`).join("")}`,
    );
  if (reply.status >= 400) {
    if (gnu)
      yield* log(
        process,
        options,
        `HTTP request sent, awaiting response... ${reply.status} ${reply.statusText}\nERROR ${reply.status}: ${reply.statusText}.\n`,
      );
    else yield* complain(process, "wget", `server returned error: HTTP/1.1 ${reply.status} ${reply.statusText}`);
    return gnu ? 8 : 1;
  }
  if (options.has("s")) {
    yield* log(process, options, "remote file exists\n");
    return 0;
  }
  const base = url.path.split("?")[0]!.split("/").pop() || "index.html";
  const name = options.value("O") ?? `${options.value("P") === undefined ? "" : `${options.value("P")}/`}${base}`;
  if (name === "-") {
    if (!gnu) yield* log(process, options, "writing to stdout\n");
    yield* process.write(1, reply.body);
    if (!gnu)
      yield* log(
        process,
        options,
        `-                    100% |********************************| ${String(reply.body.length).padStart(5)}  0:00:00 ETA\nwritten to stdout\n`,
      );
    return 0;
  }
  try {
    if (!gnu && options.value("O") === undefined && process.container.fs.peek(name, process.cwd) !== undefined) {
      yield* complain(process, "wget", `can't open '${name}': File exists`);
      return 1;
    }
    process.attach(5, process.open(name, "w"));
    yield* process.write(5, reply.body);
    process.close(5);
  } catch (caught) {
    yield* complain(
      process,
      "wget",
      gnu ? `${name}: ${strerror(errnoOf(caught))}` : `can't open '${name}': ${strerror(errnoOf(caught))}`,
    );
    return gnu ? 3 : 1;
  }
  yield* log(
    process,
    options,
    gnu
      ? `HTTP request sent, awaiting response... 200 OK\nLength: ${reply.body.length}\nSaving to: '${name}'\n\n'${name}' saved [${reply.body.length}/${reply.body.length}]\n`
      : `saving to '${name}'\n${name.slice(0, 20).padEnd(20)} 100% |********************************| ${String(reply.body.length).padStart(5)}  0:00:00 ETA\n'${name}' saved\n`,
  );
  return 0;
}
