import type { SimulatedImage } from "../../runtime/image.ts";
import { launchFor } from "../../runtime/machine/launch.ts";
import type { Conversation } from "../../runtime/machine/net.ts";
import type { Process, Run } from "../../runtime/machine/process.ts";
import { formatDate } from "../../shell/applets/date.ts";
import { exchange, resolve } from "../../shell/applets/net-lib.ts";
import { alpine, debian, type Layer } from "../bases.ts";
import { untilSignal } from "../server.ts";
import { RedisStore, splitWords, takeCommands } from "./store.ts";

/** redis of a tag. */
export function redisImage(tag: string): SimulatedImage {
  const layer: Layer = {
    programs: { "redis-server": redisServer, "redis-cli": redisCli, "docker-entrypoint.sh": entrypoint },
    users: { redis: [999, 999, "/home/redis", "/bin/sh"] },
    setup: (fs) => void fs.ensureDir("/data"),
  };
  return tag.includes("alpine") ? alpine(layer) : debian(layer);
}

function* entrypoint(process: Process): Run {
  let argv = process.argv.slice(1);
  if (argv[0]?.startsWith("-") || argv[0]?.endsWith(".conf")) argv = ["redis-server", ...argv];
  const found = launchFor(process, argv);
  if (!("program" in found)) {
    yield* process.write(2, `/usr/local/bin/docker-entrypoint.sh: 23: exec: ${argv[0]}: not found\n`);
    return 127;
  }
  process.argv = found.argv;
  process.comm = argv[0]!.split("/").pop()!.slice(0, 15);
  return yield* found.program(process);
}

function settings(process: Process): Map<string, string> {
  const values = new Map<string, string>();
  const argv = process.argv.slice(1);
  const file = argv[0] !== undefined && !argv[0].startsWith("-") ? process.container.fs.peek(argv[0]) : undefined;
  if (file?.type === "file")
    for (const line of file.content.split("\n")) {
      const [name, ...rest] = splitWords(line);
      if (name !== undefined && !name.startsWith("#")) values.set(name.toLowerCase(), rest.join(" "));
    }
  argv.forEach((arg, i) => {
    if (arg.startsWith("--")) values.set(arg.slice(2), argv[i + 1] ?? "");
  });
  return values;
}

function* redisServer(process: Process): Run {
  if (process.argv.includes("--version") || process.argv.includes("-v")) {
    yield* process.write(
      1,
      "Redis server v=7.4.1 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=c7a3f1cd3a8a1a1\n",
    );
    return 0;
  }
  const config = settings(process);
  const first = process.argv[1];
  if (first !== undefined && !first.startsWith("-") && process.container.fs.peek(first) === undefined) {
    yield* process.write(
      1,
      `${process.pid}:C ${stamp(process)} # Fatal error, can't open config file '${first}': No such file or directory\n`,
    );
    return 1;
  }
  const port = Number(config.get("port") ?? 6379);
  const log = (mark: string, text: string, role = "M"): Run<void> =>
    process.write(1, `${process.pid}:${role} ${stamp(process)} ${mark} ${text}\n`);
  yield* log("*", "oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo", "C");
  yield* log("*", `Redis version=7.4.1, bits=64, commit=00000000, modified=0, pid=${process.pid}, just started`, "C");
  yield* log(
    first === undefined ? "#" : "*",
    first === undefined
      ? "Warning: no config file specified, using the default config. In order to specify a config file use redis-server /path/to/redis.conf"
      : "Configuration loaded",
    "C",
  );
  yield* log("*", "monotonic clock: POSIX clock_gettime");
  yield* process.sleep(4);
  yield* log("*", `Running mode=standalone, port=${port}.`);
  const store = new RedisStore(() => process.time, config);
  const open = (): Conversation => {
    const session = { authenticated: false };
    let buffer = "";
    return {
      data: (bytes) => {
        buffer += bytes;
        const { commands, rest } = takeCommands(buffer);
        buffer = rest;
        if (commands.some(([name = ""]) => !/^(ping|echo|auth|info)$/i.test(name))) process.machine.turns++;
        return { reply: commands.map((command) => store.run(command, session)).join("") };
      },
    };
  };
  if (!process.machine.network.listen(process, port, { kind: "stream", open })) {
    yield* log("#", `Warning: Could not create server TCP listening socket *:${port}: bind: Address already in use`);
    yield* log("#", `Failed listening on port ${port} (tcp), aborting.`);
    return 1;
  }
  process.memory = 9 << 20;
  process.milliCpu = 3;
  yield* log("*", "Server initialized");
  yield* log("*", "Ready to accept connections tcp");
  const signal = yield* untilSignal(process, ["TERM", "INT"]);
  yield* process.write(
    1,
    `${process.pid}:signal-handler (${Math.floor(process.time / 1000)}) Received SIG${signal} scheduling shutdown...\n`,
  );
  yield* process.sleep(60);
  yield* log("*", "User requested shutdown...");
  yield* log("*", "Saving the final RDB snapshot before exiting.");
  yield* log("*", "DB saved on disk");
  yield* log("#", "Redis is now ready to exit, bye bye...");
  return 0;
}

function stamp(process: Process): string {
  return formatDate(process.time, "%d %b %Y %H:%M:%S.%3N");
}

/** redis-cli: one command from its arguments, or one a line from stdin. */
function* redisCli(process: Process): Run {
  const argv = process.argv.slice(1);
  let host = "127.0.0.1";
  let port = 6379;
  let password = process.env.get("REDISCLI_AUTH");
  let at = 0;
  for (; at < argv.length && argv[at]!.startsWith("-"); at++) {
    const flag = argv[at]!;
    if (flag === "-h") host = argv[++at] ?? host;
    else if (flag === "-p") port = Number(argv[++at]) || port;
    else if (flag === "-a" || flag === "--pass") password = argv[++at];
    else if (flag === "-n") at++;
    else if (flag === "--version" || flag === "-v") {
      yield* process.write(1, "redis-cli 7.4.1\n");
      return 0;
    }
  }
  const where = yield* resolve(process, host);
  if (!("ip" in where)) {
    yield* process.write(2, `Could not connect to Redis at ${host}:${port}: Name or service not known\n`);
    return 1;
  }
  const login = password === undefined ? [] : [["AUTH", password]];
  const words = argv.slice(at);
  if (words.length > 0) return yield* sendAll(process, where.ip, port, host, [...login, words], login.length);
  const terminal = process.files.get(0)?.kind === "tty";
  for (;;) {
    if (terminal) yield* process.write(1, `${host}:${port}> `);
    const line = yield* process.readLine(0);
    if (line === "") return 0;
    const command = splitWords(line);
    if (command.length === 0) continue;
    if (/^(quit|exit)$/i.test(command[0]!)) return 0;
    const status = yield* sendAll(process, where.ip, port, host, [...login, command], login.length, terminal);
    if (status !== 0 && !terminal) return status;
  }
}

function* sendAll(
  process: Process,
  ip: string,
  port: number,
  host: string,
  commands: string[][],
  skip: number,
  terminal = process.files.get(1)?.kind === "tty",
): Run {
  const wire = commands
    .map((command) => `*${command.length}\r\n${command.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`)
    .join("");
  const result = yield* exchange(process, ip, port, wire);
  if ("failed" in result) {
    const why = { refused: "Connection refused", timeout: "Connection timed out", unreachable: "No route to host" }[
      result.failed
    ];
    yield* process.write(2, `Could not connect to Redis at ${host}:${port}: ${why}\n`);
    return 1;
  }
  let rest = result.data;
  for (let i = 0; i < commands.length; i++) {
    const shown = showReply(rest, terminal, "");
    rest = shown.rest;
    if (i >= skip || shown.text.startsWith("(error)") || shown.text.startsWith("WRONGPASS"))
      yield* process.write(1, `${shown.text}\n`);
  }
  return 0;
}

/** A reply as redis-cli prints it: with types on a terminal, raw otherwise. */
function showReply(data: string, pretty: boolean, indent: string): { text: string; rest: string } {
  const end = data.indexOf("\r\n");
  const head = data.slice(1, end);
  const after = data.slice(end + 2);
  if (data.startsWith("+")) return { text: head, rest: after };
  if (data.startsWith("-")) return { text: pretty ? `(error) ${head}` : head, rest: after };
  if (data.startsWith(":")) return { text: pretty ? `(integer) ${head}` : head, rest: after };
  if (data.startsWith("$")) {
    if (head === "-1") return { text: pretty ? "(nil)" : "", rest: after };
    const text = after.slice(0, Number(head));
    return {
      text: pretty ? `"${text.replace(/["\\]/g, "\\$&").replace(/\r/g, "\\r").replace(/\n/g, "\\n")}"` : text,
      rest: after.slice(Number(head) + 2),
    };
  }
  const count = Number(head) || 0;
  if (count === 0) return { text: pretty ? "(empty array)" : "", rest: after };
  let rest = after;
  const lines: string[] = [];
  for (let i = 0; i < count; i++) {
    const item = showReply(rest, pretty, `${indent}   `);
    rest = item.rest;
    lines.push(pretty ? `${i > 0 ? indent : ""}${i + 1}) ${item.text}` : item.text);
  }
  return { text: lines.join("\n"), rest };
}
