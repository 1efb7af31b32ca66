import { strerror } from "../../runtime/machine/errno.ts";
import { type Node, sizeOf } from "../../runtime/machine/file-nodes.ts";
import type { Process, Run } from "../../runtime/machine/process.ts";
import { formatDate } from "./date.ts";
import {
  type Applet,
  attempt,
  badOption,
  complain,
  humanSize,
  isGnu,
  parseOptions,
  print,
  tryStat,
  userName,
} from "./lib.ts";
import { parseDuration } from "./system.ts";

function processes(process: Process): Process[] {
  return [...process.container.processes.values()].sort((a, b) => a.pid - b.pid);
}

const commandLine = (p: Process): string => p.argv.join(" ");

function clockText(process: Process, p: Process): string {
  const seconds = Math.floor(Math.max(0, p.milliCpu * (process.time - p.startedAt)) / 1e6);
  return `${String(Math.floor(seconds / 3600)).padStart(2, "0")}:${String(Math.floor(seconds / 60) % 60).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
}

function terminal(p: Process): string {
  for (const file of p.files.values()) if (file.kind === "tty") return "pts/0";
  return "?";
}

/** ps, in busybox's and procps' shapes. */
export const ps: Applet = function* (process, args) {
  const flags = args.join("").replace(/-/g, "");
  const all = processes(process);
  if (!isGnu(process)) {
    const custom = /-o\s*(\S+)/.exec(args.join(" "))?.[1];
    if (custom !== undefined) return yield* customPs(process, all, custom);
    const rows = all.map(
      (p) =>
        `${String(p.pid).padStart(5)} ${userName(process, p.who.uid).slice(0, 8).padEnd(8)} ${shortTime(process, p)} ${commandLine(p)}\n`,
    );
    yield* print(process, `PID   USER     TIME  COMMAND\n${rows.join("")}`);
    return 0;
  }
  const custom = /(?:^|\s)-[a-zA-Z]*o\s*(\S+)/.exec(args.join(" "))?.[1];
  if (custom !== undefined) return yield* customPs(process, all, custom);
  if (flags.includes("u") && flags.includes("x")) {
    const rows = all.map(
      (p) =>
        `${userName(process, p.who.uid).padEnd(8)} ${String(p.pid).padStart(7)}  0.0  0.1 ${String(4288 + (p.memory >> 10)).padStart(6)} ${String(p.memory >> 10).padStart(5)} ${terminal(p).padEnd(8)} ${p === process ? "R+" : "Ss"}   ${formatDate(p.startedAt, "%H:%M")}   0:00 ${commandLine(p)}\n`,
    );
    yield* print(
      process,
      `USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n${rows.join("")}`,
    );
  } else if (flags.includes("f")) {
    const rows = all.map(
      (p) =>
        `${userName(process, p.who.uid).padEnd(8)} ${String(p.pid).padStart(7)} ${String(p.parent?.pid ?? 0).padStart(7)}  0 ${formatDate(p.startedAt, "%H:%M")} ${terminal(p).padEnd(8)} ${clockText(process, p)} ${commandLine(p)}\n`,
    );
    yield* print(process, `UID          PID    PPID  C STIME TTY          TIME CMD\n${rows.join("")}`);
  } else {
    const mine = /[aAex]/.test(flags)
      ? all
      : all.filter((p) => p.session === process.session && terminal(p) === terminal(process));
    const rows = mine.map(
      (p) => `${String(p.pid).padStart(7)} ${terminal(p).padEnd(8)} ${clockText(process, p)} ${p.comm}\n`,
    );
    yield* print(process, `    PID TTY          TIME CMD\n${rows.join("")}`);
  }
  return 0;
};

function shortTime(process: Process, p: Process): string {
  const seconds = Math.floor(Math.max(0, p.milliCpu * (process.time - p.startedAt)) / 1e6);
  return `${String(Math.floor(seconds / 60)).padStart(3)}:${String(seconds % 60).padStart(2, "0")}`;
}

function* customPs(process: Process, all: readonly Process[], columns: string): Run {
  const names = columns.split(",").map((name) => name.split("=")[0]!);
  const value = (p: Process, name: string): string => {
    const values: Readonly<Record<string, () => string>> = {
      pid: () => String(p.pid),
      ppid: () => String(p.parent?.pid ?? 0),
      user: () => userName(process, p.who.uid),
      uid: () => String(p.who.uid),
      comm: () => p.comm,
      args: () => commandLine(p),
      cmd: () => commandLine(p),
      rss: () => String(p.memory >> 10),
      stat: () => "S",
      time: () => clockText(process, p),
      etime: () => "00:00",
    };
    return Object.hasOwn(values, name) ? values[name]!() : "-";
  };
  const rows = [
    names.map((name) => (name === "args" || name === "comm" ? "COMMAND" : name.toUpperCase())),
    ...all.map((p) => names.map((name) => value(p, name))),
  ];
  const widths = names.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  yield* print(
    process,
    rows
      .map(
        (row) =>
          `${row
            .map((cell, i) =>
              /^(pid|ppid|uid|rss)$/.test(names[i]!) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!),
            )
            .join(" ")
            .trimEnd()}\n`,
      )
      .join(""),
  );
  return 0;
}

/** top in batch mode; on a terminal it shows one screen. */
export const top: Applet = function* (process, args) {
  const options = parseOptions(args, "bn:d:Hp:i", {});
  if (options.bad !== undefined) return yield* badOption(process, "top", options.bad);
  const times = Number(options.value("n") ?? (options.has("b") ? Number.POSITIVE_INFINITY : 1)) || 1;
  const delay = parseDuration(options.value("d") ?? "") ?? (isGnu(process) ? 3000 : 5000);
  for (let i = 0; i < times; i++) {
    if (i > 0) yield* process.sleep(delay);
    yield* print(process, isGnu(process) ? gnuTop(process) : busyboxTop(process));
  }
  return 0;
};

function busyboxTop(process: Process): string {
  const rows = processes(process).map(
    (p) =>
      `${String(p.pid).padStart(5)} ${String(p.parent?.pid ?? 0).padStart(5)} ${userName(process, p.who.uid).padEnd(8)} ${p === process ? "R" : "S"}    ${String(4400).padStart(5)}   0%   ${p.pid % 4}  ${(p.milliCpu / 40).toFixed(0)}% ${commandLine(p)}\n`,
  );
  return `Mem: 4917664K used, 3219884K free, 3092K shrd, 218420K buff, 2614096K cached\nCPU:   1% usr   1% sys   0% nic  97% idle   0% io   0% irq   0% sirq\nLoad average: 0.12 0.08 0.05 1/${processes(process).length + 100} ${process.pid}\n  PID  PPID USER     STAT   VSZ %VSZ CPU %CPU COMMAND\n${rows.join("")}`;
}

function gnuTop(process: Process): string {
  const all = processes(process);
  const rows = all.map(
    (p) =>
      `${String(p.pid).padStart(7)} ${userName(process, p.who.uid).slice(0, 8).padEnd(8)}  20   0 ${String(4288 + (p.memory >> 10)).padStart(7)} ${String(p.memory >> 10).padStart(6)} ${String((p.memory >> 10) >> 1).padStart(6)} ${p === process ? "R" : "S"} ${(p.milliCpu / 10).toFixed(1).padStart(5)}   0.0   0:00.0${p.pid % 10} ${p.comm}\n`,
  );
  return `top - ${formatDate(process.time, "%H:%M:%S")} up 1 day,  0 users,  load average: 0.12, 0.08, 0.05\nTasks: ${String(all.length).padStart(3)} total,   1 running, ${String(all.length - 1).padStart(3)} sleeping,   0 stopped,   0 zombie\n%Cpu(s):  1.0 us,  1.0 sy,  0.0 ni, 98.0 id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st\nMiB Mem :   7946.8 total,   3144.4 free,   2032.1 used,   2770.3 buff/cache\nMiB Swap:      0.0 total,      0.0 free,      0.0 used.   5842.0 avail Mem\n\n    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND\n${rows.join("")}`;
}

export const free: Applet = function* (process, args) {
  const mega = args.includes("-m");
  const human = args.includes("-h");
  const show = (kb: number): string =>
    human ? `${(kb / (1 << 20)).toFixed(1)}${isGnu(process) ? "Gi" : "G"}` : String(mega ? kb >> 10 : kb);
  const cells = [8_137_548, 2_080_904, 3_219_884, 3092, 2_836_760, 5_982_144].map((kb) =>
    show(kb)
      .padStart(isGnu(process) ? 12 : 12)
      .slice(-12),
  );
  yield* print(
    process,
    `               total        used        free      shared  buff/cache   available\nMem:    ${cells.join("")}\nSwap:   ${["0", "0", "0"].map((n) => n.padStart(12)).join("")}\n`,
  );
  return 0;
};

export const uptime: Applet = function* (process) {
  yield* print(
    process,
    ` ${formatDate(process.time, "%H:%M:%S")} up 1 day,  0 users,  load average: 0.12, 0.08, 0.05\n`,
  );
  return 0;
};

export const mount: Applet = function* (process, args) {
  if (args.filter((arg) => !arg.startsWith("-")).length > 0) {
    yield* complain(
      process,
      "mount",
      isGnu(process) ? `${args[args.length - 1]}: permission denied.` : "permission denied (are you root?)",
    );
    return isGnu(process) ? 32 : 1;
  }
  yield* print(
    process,
    process.container.fs.mounts
      .map((m) => `${m.source} on ${m.path} type ${m.fstype} (${m.readOnly ? "ro" : "rw"},relatime)\n`)
      .join(""),
  );
  return 0;
};

export const df: Applet = function* (process, args) {
  const options = parseOptions(args, "hkmPTai", { "human-readable": "h" });
  if (options.bad !== undefined) return yield* badOption(process, "df", options.bad);
  const { fs } = process.container;
  const wanted = options.rest.map((path) => attemptMount(process, path));
  const missing = options.rest.find((_, i) => wanted[i] === undefined);
  if (missing !== undefined) {
    yield* complain(
      process,
      "df",
      `${missing}: ${isGnu(process) ? "No such file or directory" : "can't find mount point"}`,
    );
    return 1;
  }
  const total = 61_202_244;
  const human = options.has("h");
  const size = (kb: number): string => (human ? humanSize(kb * 1024, isGnu(process)) : String(kb));
  const mounts = (wanted.length > 0 ? wanted.map((m) => m!) : fs.mounts).filter((m) => m.fstype !== "proc");
  const rows = mounts.map((m) => {
    const used = m.fstype === "tmpfs" ? 0 : 18_874_368 + (fs.used >> 10);
    const all = m.fstype === "tmpfs" ? (m.path === "/dev" ? 65_536 : 4_068_772) : total;
    return [m.source, size(all), size(used), size(all - used), `${Math.ceil((used / all) * 100)}%`, m.path];
  });
  const head = [
    "Filesystem",
    human ? "Size" : "1K-blocks",
    "Used",
    human ? (isGnu(process) ? "Avail" : "Available") : "Available",
    "Use%",
    isGnu(process) ? "Mounted on" : "Mounted on",
  ];
  const table = [head, ...rows];
  const least = isGnu(process) ? [14, 5, 5, 5, 4, 0] : [20, 10, 9, 9, 4, 0];
  const widths = head.map((_, i) => Math.max(least[i]!, ...table.map((row) => row[i]!.length)));
  yield* print(
    process,
    table
      .map(
        (row) =>
          `${row
            .map((cell, i) => (i === 0 || i === 5 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
            .join(" ")
            .trimEnd()}\n`,
      )
      .join(""),
  );
  return 0;
};

function attemptMount(process: Process, path: string): { source: string; fstype: string; path: string } | undefined {
  try {
    const found = process.container.fs.find(path, process.cwd, process.who);
    return found.node === undefined ? undefined : found.mount;
  } catch {
    return undefined;
  }
}

export const du: Applet = function* (process, args) {
  const options = parseOptions(args, "shakcmd:x", {
    summarize: "s",
    "human-readable": "h",
    "max-depth=": "d",
    all: "a",
  });
  if (options.bad !== undefined) return yield* badOption(process, "du", options.bad);
  const deepest = options.has("s") ? 0 : Number(options.value("d") ?? Number.POSITIVE_INFINITY);
  const show = (kb: number): string =>
    options.has("h")
      ? humanSize(kb * 1024, isGnu(process))
      : options.has("m")
        ? String(Math.ceil(kb / 1024))
        : String(kb);
  let status = 0;
  function* measure(path: string, node: Node, depth: number): Run<number> {
    if (process.tick()) yield* process.pause();
    let sum = node.type === "dir" ? 4 : Math.ceil(sizeOf(node) / 4096) * 4;
    if (node.type === "dir" && node.lookup === undefined)
      for (const name of process.container.fs.list(node))
        sum += yield* measure(`${path.replace(/\/$/, "")}/${name}`, process.container.fs.child(node, name)!, depth + 1);
    if (depth <= deepest && (node.type === "dir" || options.has("a") || depth === 0))
      yield* print(process, `${show(sum)}\t${path}\n`);
    return sum;
  }
  for (const path of options.rest.length === 0 ? ["."] : options.rest) {
    const node = tryStat(process, path, false);
    if (typeof node === "string") {
      yield* complain(
        process,
        "du",
        isGnu(process) ? `cannot access '${path}': ${strerror(node)}` : `${path}: ${strerror(node)}`,
      );
      status = 1;
    } else yield* measure(path, node, 0);
  }
  return status;
};

/** dd: copies blocks; what a file system cannot hold ends it. */
export const dd: Applet = function* (process, args) {
  const values = new Map(args.map((arg) => [arg.split("=")[0]!, arg.slice(arg.indexOf("=") + 1)]));
  const size = (text: string | undefined, fallback: number): number => {
    const match = /^(\d+)([cwbkKMG]?)B?$/.exec(text ?? "");
    return match === null
      ? fallback
      : Number(match[1]) * { "": 1, c: 1, w: 2, b: 512, k: 1024, K: 1024, M: 1 << 20, G: 1 << 30 }[match[2]!]!;
  };
  const block = size(values.get("bs") ?? values.get("ibs"), 512);
  const count = size(values.get("count"), Number.POSITIVE_INFINITY);
  let copied = 0;
  let blocks = 0;
  let problem: string | undefined;
  const name = values.get("of") ?? "standard output";
  const opening = attempt(() => {
    if (values.has("if")) process.attach(3, process.open(values.get("if")!, "r"));
    else process.attach(3, process.files.get(0)!);
    if (values.has("of")) process.attach(4, process.open(values.get("of")!, "w"));
    else process.attach(4, process.files.get(1)!);
  });
  if (opening !== undefined) {
    const missing = values.has("if") && !process.files.has(3);
    const path = missing ? values.get("if")! : name;
    yield* complain(
      process,
      "dd",
      isGnu(process) ? `failed to open '${path}': ${strerror(opening)}` : `can't open '${path}': ${strerror(opening)}`,
    );
    return 1;
  }
  const started = process.time;
  while (blocks < count) {
    const data = yield* process.read(3, Math.min(block, 1 << 20));
    if (data === "") break;
    try {
      yield* process.write(4, data);
    } catch (caught) {
      const errno = (caught as { errno?: Parameters<typeof strerror>[0] }).errno;
      if (errno === undefined) throw caught;
      problem = strerror(errno);
      break;
    }
    copied += data.length;
    if (copied >= (blocks + 1) * block || data.length < Math.min(block, 1 << 20)) blocks++;
    process.time += data.length / 500_000;
    if (process.tick(2)) yield* process.pause();
  }
  if (problem !== undefined) yield* complain(process, "dd", `error writing '${name}': ${problem}`);
  const seconds = Math.max(0.000001, (process.time - started) / 1000);
  const rate = (copied / seconds / 1_000_000).toFixed(1);
  if (!values.get("status")?.startsWith("no"))
    yield* process.write(
      2,
      `${blocks}+0 records in\n${blocks}+0 records out\n${copied} bytes (${isGnu(process) ? `${(copied / 1_000_000).toFixed(1)} MB` : humanSize(copied, isGnu(process)) + "B"}) copied, ${seconds.toFixed(6)} ${isGnu(process) ? "s" : "seconds"}, ${rate}${isGnu(process) ? " " : ""}MB/s\n`,
    );
  return problem === undefined ? 0 : 1;
};
