import type { SimulatedImage } from "../../runtime/image.ts";
import type { Peer } from "../../runtime/machine/net.ts";
import type { HttpReply, HttpRequest } from "../../runtime/machine/outside.ts";
import type { Process, Program, Run } from "../../runtime/machine/process.ts";
import { alpine, debian, type Layer } from "../bases.ts";
import { httpDate, logDate, say, statusText, untilSignal } from "../server.ts";
import { runPython } from "./interpreter.ts";

/** python of a tag. */
export function pythonImage(tag: string): SimulatedImage {
  const version = /^3(\.\d+)?(\.\d+)?/.exec(tag)?.[0] ?? "3.13";
  const program = python(version.split(".").length === 3 ? version : `${version.includes(".") ? version : "3.13"}.1`);
  const layer: Layer = {
    programs: { python: program, python3: program, pip: pip, pip3: pip },
    ...(tag.includes("slim") || tag.includes("alpine") ? {} : { extra: ["curl", "wget", "ps"] }),
  };
  return tag.includes("alpine") ? alpine(layer) : debian(layer);
}

function* pip(process: Process): Run {
  yield* process.write(
    2,
    "WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after connection broken by 'NewConnectionError': Temporary failure in name resolution\nERROR: No matching distribution found\n",
  );
  return 1;
}

function python(version: string): Program {
  return function* (process): Run {
    const argv = process.argv.slice(1).filter((arg) => arg !== "-u" && arg !== "-B");
    if (argv[0] === "--version" || argv[0] === "-V") {
      yield* process.write(1, `Python ${version}\n`);
      return 0;
    }
    if (argv[0] === "-c") return yield* runPython(process, argv[1] ?? "", "<string>");
    if (argv[0] === "-m" && argv[1] === "http.server") return yield* httpServer(process, argv.slice(2));
    if (argv[0] === "-m") {
      yield* process.write(2, `/usr/local/bin/python: No module named ${argv[1]}\n`);
      return 1;
    }
    if (argv[0] !== undefined) return yield* script(process, argv[0]);
    if (process.files.get(0)?.kind === "tty") {
      yield* process.write(
        2,
        `Python ${version} on linux\ndrykube's simulated Python has no prompt: use -c or a script\n`,
      );
      return 1;
    }
    return yield* runPython(process, yield* process.readAll(0), "<stdin>");
  };
}

function* script(process: Process, file: string): Run {
  const node = process.container.fs.peek(file, process.cwd, process.who);
  if (node?.type !== "file") {
    yield* process.write(
      2,
      `python: can't open file '${file.startsWith("/") ? file : `${process.cwd.replace(/\/$/, "")}/${file}`}': [Errno 2] No such file or directory\n`,
    );
    return 2;
  }
  return yield* runPython(process, node.content, file);
}

/** python -m http.server [PORT] [--directory DIR] */
function* httpServer(process: Process, args: readonly string[]): Run {
  const at = args.findIndex((arg) => arg === "-d" || arg === "--directory");
  const root = at < 0 ? process.cwd : (args[at + 1] ?? process.cwd);
  const port = Number(args.find((arg, i) => /^\d+$/.test(arg) && (at < 0 || i !== at + 1)) ?? 8000);
  const handle = (request: HttpRequest, peer: Peer): HttpReply => {
    const { fs } = process.container;
    const path = request.url.split("?")[0]!;
    let node = fs.peek(`${root}${path}`);
    let body: string | undefined;
    let type = "text/html";
    if (node?.type === "dir") {
      const index = fs.peek(`${root}${path}/index.html`);
      const names = fs.list(node).map((name) => `<li><a href="${name}">${name}</a></li>\n`);
      if (index?.type === "file") node = index;
      else
        body = `<!DOCTYPE HTML>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Directory listing for ${path}</title>\n</head>\n<body>\n<h1>Directory listing for ${path}</h1>\n<hr>\n<ul>\n${names.join("")}</ul>\n<hr>\n</body>\n</html>\n`;
    }
    if (node?.type === "file") {
      body = node.content;
      type = /\.html?$/.test(path) || path.endsWith("/") ? "text/html" : "text/plain";
    }
    const status = body === undefined ? 404 : 200;
    if (status === 404)
      say(
        process,
        2,
        `${peer.ip} - - [${logDate(process.time).replace(" +0000", "").replace(/:/, " ")}] code 404, message File not found`,
      );
    say(
      process,
      2,
      `${peer.ip} - - [${logDate(process.time).replace(" +0000", "").replace(/:/, " ")}] "${request.method} ${request.url} HTTP/1.1" ${status} -`,
    );
    const text =
      body ??
      '<!DOCTYPE HTML>\n<html lang="en">\n    <head>\n        <title>Error response</title>\n    </head>\n    <body>\n        <h1>Error response</h1>\n        <p>Error code: 404</p>\n        <p>Message: File not found.</p>\n    </body>\n</html>\n';
    return {
      status,
      statusText: status === 200 ? "OK" : statusText(404),
      headers: [
        ["Server", "SimpleHTTP/0.6 Python/3.13.1"],
        ["Date", httpDate(process.time)],
        ["Content-type", type],
        ["Content-Length", String(text.length)],
      ],
      body: request.method === "HEAD" ? "" : text,
    };
  };
  if (!process.machine.network.listen(process, port, { kind: "http", handle })) {
    yield* process.write(2, "OSError: [Errno 98] Address already in use\n");
    return 1;
  }
  process.memory = 18 << 20;
  yield* process.write(1, `Serving HTTP on 0.0.0.0 port ${port} (http://0.0.0.0:${port}/) ...\n`);
  yield* untilSignal(process, ["INT"]);
  yield* process.write(1, "\nKeyboard interrupt received, exiting.\n");
  return 0;
}
