import { strerror } from "../../runtime/machine/errno.ts";
import { launchFor } from "../../runtime/machine/launch.ts";
import { ended, type Process, type Run, SIGNALS, statusCode } from "../../runtime/machine/process.ts";
import { killCommand, signalName } from "../builtins/jobs.ts";
import { testExpression } from "../builtins/test.ts";
import { echoText, printfText } from "../format.ts";
import {
  type Applet,
  badOption,
  complain,
  groupName,
  isGnu,
  parseOptions,
  print,
  splitOnce,
  usage,
  userName,
} from "./lib.ts";

export const trueApplet: Applet = (): Run => ended(0);

export const falseApplet: Applet = (): Run => ended(1);

export const echo: Applet = function* (process, args) {
  yield* print(process, echoText(args, isGnu(process) ? "gnu" : "ash"));
  return 0;
};

export const printf: Applet = function* (process, args) {
  if (args.length === 0) return yield* usage(process, "printf", "missing operand", "printf FORMAT [ARG]...");
  const { text, problems } = printfText(args[0]!, args.slice(1));
  yield* print(process, text);
  for (const problem of problems)
    yield* complain(
      process,
      "printf",
      problem.replace(
        /(.*): invalid number/,
        isGnu(process) ? "'$1': expected a numeric value" : "invalid number '$1'",
      ),
    );
  return problems.length > 0 ? 1 : 0;
};

/** test and [. */
export function testApplet(name: string): Applet {
  return function* (process, args) {
    if (name === "[" && args[args.length - 1] !== "]") {
      yield* complain(process, "[", isGnu(process) ? "missing ']'" : "missing ]");
      return 2;
    }
    const result = testExpression(process, name === "[" ? args.slice(0, -1) : args);
    if (typeof result === "boolean") return result ? 0 : 1;
    yield* complain(
      process,
      name,
      result.startsWith("\0")
        ? `invalid number '${result.slice(1)}'`
        : result.startsWith("\x01")
          ? "extra argument"
          : result,
    );
    return 2;
  };
}

/** A duration such as 5, 1.5, 2m, 1d or infinity in milliseconds; undefined where it is none. */
export function parseDuration(text: string): number | undefined {
  if (text === "infinity" || text === "inf") return 1e14;
  const match = /^(\d+\.?\d*|\.\d+)([smhd]?)$/.exec(text);
  if (match === null) return undefined;
  return Math.min(1e14, Number(match[1]) * { "": 1000, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[match[2]!]!);
}

export const sleep: Applet = function* (process, args) {
  if (args.length === 0) return yield* usage(process, "sleep", "missing operand", "sleep [N]...");
  let total = 0;
  for (const arg of args) {
    const ms = parseDuration(arg);
    if (ms === undefined) {
      if (isGnu(process))
        yield* complain(process, "sleep", `invalid time interval '${arg}'\nTry 'sleep --help' for more information.`);
      else yield* complain(process, "sleep", `invalid number '${arg}'`);
      return 1;
    }
    total += ms;
  }
  yield* process.sleep(total);
  return 0;
};

export const whoami: Applet = function* (process) {
  const name = userName(process, process.who.uid);
  if (/^\d+$/.test(name)) {
    yield* complain(process, "whoami", isGnu(process) ? `cannot find name for user ID ${name}` : `unknown uid ${name}`);
    return 1;
  }
  yield* print(process, `${name}\n`);
  return 0;
};

export const id: Applet = function* (process, args) {
  const options = parseOptions(args, "ugGnr");
  if (options.bad !== undefined) return yield* badOption(process, "id", options.bad);
  const { uid, gid, groups } = process.who;
  const all = isGnu(process) ? [...new Set([gid, ...groups])] : [...new Set(groups.length === 0 ? [gid] : groups)];
  const show = (n: number, name: string): string => (options.has("n") ? name : String(n));
  if (options.has("u")) yield* print(process, `${show(uid, userName(process, uid))}\n`);
  else if (options.has("g")) yield* print(process, `${show(gid, groupName(process, gid))}\n`);
  else if (options.has("G")) yield* print(process, `${all.map((g) => show(g, groupName(process, g))).join(" ")}\n`);
  else {
    const named = (n: number, name: string): string => (name === String(n) ? name : `${n}(${name})`);
    yield* print(
      process,
      `uid=${named(uid, userName(process, uid))} gid=${named(gid, groupName(process, gid))} groups=${all.map((g) => named(g, groupName(process, g))).join(",")}\n`,
    );
  }
  return 0;
};

export const hostname: Applet = function* (process, args) {
  const { spec } = process.container;
  if (args.some((arg) => arg === "-i" || arg === "-I" || arg === "--ip-address" || arg === "--all-ip-addresses"))
    yield* print(process, `${spec.podIP}${args.includes("-I") ? " " : ""}\n`);
  else if (args[0] !== undefined && !args[0].startsWith("-")) {
    yield* complain(
      process,
      "hostname",
      isGnu(process) ? "you must be root to change the host name" : "sethostname: Operation not permitted",
    );
    return 1;
  } else if (args.includes("-f")) yield* print(process, `${fullName(process)}\n`);
  else yield* print(process, `${args.includes("-s") ? spec.hostname.split(".")[0] : spec.hostname}\n`);
  return 0;
};

function fullName(process: Process): string {
  const { spec, fs } = process.container;
  const hosts = fs.peek("/etc/hosts");
  const line =
    hosts?.type === "file" ? hosts.content.split("\n").find((l) => l.startsWith(`${spec.podIP}\t`)) : undefined;
  return line?.split(/\s+/)[1] ?? spec.hostname;
}

export const uname: Applet = function* (process, args) {
  const { spec } = process.container;
  const values: Readonly<Record<string, string>> = {
    s: "Linux",
    n: spec.hostname,
    r: "6.8.0-45-generic",
    v: "#45-Ubuntu SMP PREEMPT_DYNAMIC Fri Aug 30 12:02:04 UTC 2024",
    m: "x86_64",
    ...(isGnu(process) ? { p: "x86_64", i: "x86_64" } : {}),
    o: isGnu(process) ? "GNU/Linux" : "Linux",
  };
  const options = parseOptions(args, "asnrvmpio", {
    all: "a",
    "kernel-name": "s",
    nodename: "n",
    "kernel-release": "r",
    machine: "m",
  });
  if (options.bad !== undefined) return yield* badOption(process, "uname", options.bad);
  let letters = options.has("a")
    ? Object.keys(values).filter((c) => c !== "p" && c !== "i")
    : Object.keys(values).filter((c) => options.has(c));
  if (letters.length === 0) letters = ["s"];
  yield* print(process, `${letters.map((c) => values[c]).join(" ")}\n`);
  return 0;
};

/** Runs a command in this process's place: env, nohup, timeout's child, xargs. Answers its exit code. */
export function* runCommand(process: Process, argv: string[], caller: string): Run {
  const found = launchFor(process, argv);
  if ("program" in found) {
    const child = process.fork(found.program, found.argv);
    const exit = yield* process.wait(child);
    return statusCode(exit!);
  }
  const missing = found.errno === "ENOENT" || found.errno === "ENOTDIR";
  const gnu =
    caller === "nohup" || caller === "timeout"
      ? `failed to run command '${argv[0]}': `
      : caller === "env"
        ? `'${argv[0]}': `
        : `${argv[0]}: `;
  yield* complain(
    process,
    caller,
    isGnu(process) ? `${gnu}${strerror(found.errno)}` : `can't execute '${argv[0]}': ${strerror(found.errno)}`,
  );
  return missing ? 127 : 126;
}

export const env: Applet = function* (process, args) {
  const options = parseOptions(args, "iu:0", { "ignore-environment": "i", "unset=": "u" }, true);
  if (options.bad !== undefined) return yield* badOption(process, "env", options.bad, 125);
  const variables = options.has("i") || args[0] === "-" ? new Map<string, string>() : new Map(process.env);
  for (const name of options.values("u")) variables.delete(name);
  const rest = options.rest.filter((arg, i) => i > 0 || arg !== "-");
  while (rest[0]?.includes("=")) {
    const [name, value] = splitOnce(rest.shift()!, "=");
    variables.set(name, value!);
  }
  if (rest.length === 0) {
    yield* print(
      process,
      [...variables].map(([name, value]) => `${name}=${value}${options.has("0") ? "\0" : "\n"}`).join(""),
    );
    return 0;
  }
  process.env = variables;
  return yield* runCommand(process, rest, "env");
};

export const printenv: Applet = function* (process, args) {
  if (args.length === 0) {
    yield* print(process, [...process.env].map(([name, value]) => `${name}=${value}\n`).join(""));
    return 0;
  }
  let status = 0;
  for (const name of args) {
    const value = process.env.get(name);
    if (value === undefined) status = 1;
    else yield* print(process, `${value}\n`);
  }
  return status;
};

export const kill: Applet = function* (process, args) {
  const problems: string[] = [];
  const { text, status } = killCommand(process, args, problems);
  if (text !== "") yield* print(process, text);
  for (const problem of problems)
    yield* complain(
      process,
      "kill",
      isGnu(process) ? problem : problem.replace(/^\((\d+)\) - (.*)$/, "can't kill pid $1: $2"),
    );
  yield* process.pause();
  return status;
};

/** killall and pkill. */
export function killAll(name: string): Applet {
  return function* (process, args) {
    const signal = args[0]?.startsWith("-") && args[0] !== "-f" ? signalName(args[0].slice(1)) : "TERM";
    const pattern = args.filter((arg) => !arg.startsWith("-"))[0] ?? "";
    let hit = false;
    for (const target of [...process.container.processes.values()]) {
      const match =
        name === "killall"
          ? target.comm === pattern
          : (args.includes("-f") ? target.argv.join(" ") : target.comm).includes(pattern);
      if (!match || target === process || signal === undefined || signal === "EXIT") continue;
      hit = true;
      if (process.session !== undefined && target.session !== process.session)
        process.machine.onSessionSignal?.(target, signal, process.time);
      process.machine.signal(target, signal, process.time);
    }
    if (!hit && name === "killall")
      yield* complain(process, name, `${pattern}: no process ${isGnu(process) ? "found" : "killed"}`);
    yield* process.pause();
    return hit ? 0 : 1;
  };
}

export const nohup: Applet = function* (process, args) {
  if (args.length === 0) return yield* usage(process, "nohup", "missing operand", "nohup PROG ARGS");
  process.handlers.set("HUP", "ignore");
  return yield* runCommand(process, args, "nohup");
};

export const timeout: Applet = function* (process, args) {
  const options = parseOptions(
    args,
    "s:k:v",
    { "signal=": "s", "kill-after=": "k", "preserve-status": "p", foreground: "f" },
    true,
  );
  const [limit, ...argv] = options.rest;
  const ms = parseDuration(limit ?? "");
  if (ms === undefined || argv.length === 0) {
    if (limit !== undefined && ms === undefined)
      yield* complain(
        process,
        "timeout",
        isGnu(process) ? `invalid time interval '${limit}'` : `invalid number '${limit}'`,
      );
    else yield* usage(process, "timeout", "missing operand", "timeout [-s SIG] [-k KILL_SECS] SECS PROG ARGS");
    return isGnu(process) ? 125 : 1;
  }
  const found = launchFor(process, argv);
  if (!("program" in found)) return yield* runCommand(process, argv, "timeout");
  const child = process.fork(found.program, found.argv);
  const deadline = process.time + ms;
  while (child.exit === undefined && process.time < deadline) yield { until: deadline, queues: [child.ended] };
  if (child.exit !== undefined) return statusCode(child.exit);
  const named = signalName(options.value("s") ?? "TERM");
  const signal = named === undefined || named === "EXIT" ? "TERM" : named;
  process.machine.signal(child, signal, process.time);
  const kill = parseDuration(options.value("k") ?? "");
  const end = kill === undefined ? undefined : process.time + kill;
  while (child.exit === undefined) {
    if (end !== undefined && process.time >= end) process.machine.signal(child, "KILL", process.time);
    yield { queues: [child.ended], ...(end !== undefined && process.time < end ? { until: end } : {}) };
  }
  if (signal === "KILL") return 137;
  return isGnu(process) && !options.has("p") ? 124 : 128 + SIGNALS[signal];
};

export const which: Applet = function* (process, args) {
  let status = 0;
  for (const name of args.filter((arg) => !arg.startsWith("-"))) {
    const found = launchFor(process, [name]);
    if ("program" in found || found.errno === "ENOEXEC") yield* print(process, `${found.path}\n`);
    else status = 1;
  }
  return status;
};

export const nproc: Applet = function* (process) {
  yield* print(process, "4\n");
  return 0;
};

export const tty: Applet = function* (process) {
  const terminal = process.files.get(0)?.kind === "tty";
  yield* print(process, terminal ? "/dev/pts/0\n" : "not a tty\n");
  return terminal ? 0 : 1;
};

export const clear: Applet = function* (process) {
  yield* print(process, "\x1b[H\x1b[J");
  return 0;
};

export const arch: Applet = function* (process) {
  yield* print(process, "x86_64\n");
  return 0;
};

/** vi, vim, nano: an editor needs a real terminal of its own. */
export const editor: Applet = function* (process) {
  yield* complain(
    process,
    process.comm,
    "drykube simulates no full-screen editor: write the file with cat > FILE or sed -i",
  );
  return 1;
};

/** time: runs a command and says how long it took. */
export const time: Applet = function* (process, args) {
  const started = process.time;
  const status =
    args.length === 0
      ? 0
      : yield* runCommand(
          process,
          args.filter((arg, i) => i > 0 || arg !== "-p"),
          "time",
        );
  const spent = (process.time - started) / 1000;
  yield* process.write(
    2,
    `real\t${Math.floor(spent / 60)}m ${(spent % 60).toFixed(2)}s\nuser\t0m 0.00s\nsys\t0m 0.00s\n`,
  );
  return status;
};

export const watch: Applet = function* (process, args) {
  const options = parseOptions(args, "n:t", { "interval=": "n" }, true);
  const ms = parseDuration(options.value("n") ?? "2") ?? 2000;
  for (;;) {
    yield* print(process, `\x1b[H\x1b[JEvery ${(ms / 1000).toFixed(1)}s: ${options.rest.join(" ")}\n\n`);
    yield* runCommand(process, ["sh", "-c", options.rest.join(" ")], "watch");
    yield* process.sleep(ms);
  }
};
