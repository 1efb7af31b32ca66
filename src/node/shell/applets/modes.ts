import { type Errno, strerror } from "../../runtime/machine/errno.ts";
import { type Node, sizeOf } from "../../runtime/machine/file-nodes.ts";
import type { Process, Run } from "../../runtime/machine/process.ts";
import { formatDate } from "./date.ts";
import {
  type Applet,
  attempt,
  complain,
  groupName,
  isGnu,
  parseOptions,
  print,
  tryStat,
  usage,
  userName,
} from "./lib.ts";
import { modeText } from "./ls.ts";

const fsOf = (process: Process) => process.container.fs;

/** The bits that a chmod mode such as 644, u+x or a=r asks for; undefined where it is none. */
function parseMode(text: string, old: number, isDir: boolean): number | undefined {
  if (/^[0-7]{1,4}$/.test(text)) return Number.parseInt(text, 8);
  let mode = old;
  for (const clause of text.split(",")) {
    const match = /^([ugoa]*)((?:[-+=][rwxXst]*)+)$/.exec(clause);
    if (match === null) return undefined;
    const who = match[1] === "" || match[1]!.includes("a") ? "ugo" : match[1]!;
    for (const [, operator, letters] of match[2]!.matchAll(/([-+=])([rwxXst]*)/g)) {
      const bits =
        (letters!.includes("r") ? 4 : 0) |
        (letters!.includes("w") ? 2 : 0) |
        (letters!.includes("x") || (letters!.includes("X") && (isDir || (old & 0o111) !== 0)) ? 1 : 0);
      for (const c of who) {
        const shift = { u: 6, g: 3, o: 0 }[c as "u"];
        if (operator === "=") mode &= ~(7 << shift);
        mode = operator === "-" ? mode & ~(bits << shift) : mode | (bits << shift);
      }
      if (letters!.includes("t")) mode = operator === "-" ? mode & ~0o1000 : mode | 0o1000;
      if (letters!.includes("s"))
        mode =
          operator === "-"
            ? mode & ~0o6000
            : mode | (who.includes("u") ? 0o4000 : 0) | (who.includes("g") ? 0o2000 : 0);
    }
  }
  return mode;
}

function* walk(process: Process, path: string, recursive: boolean): Run<string[]> {
  const node = fsOf(process).peek(path, process.cwd, process.who, false);
  const out = [path];
  if (!recursive || node?.type !== "dir") return out;
  for (const name of fsOf(process).list(node)) {
    if (process.tick()) yield* process.pause();
    out.push(...(yield* walk(process, `${path.replace(/\/$/, "")}/${name}`, true)));
  }
  return out;
}

/** chmod, chown and chgrp share their way through the tree. */
function* changeAll(
  process: Process,
  name: string,
  args: string[],
  change: (path: string, how: string) => Errno | undefined | "bad",
): Run {
  const recursive = args.some((arg) => /^-[a-zA-Z]*R/.test(arg) || arg === "--recursive");
  const rest = args.filter((arg, i) => !(/^-[RvfchH]+$/.test(arg) || (arg.startsWith("--") && i < args.length)));
  const [how, ...paths] = rest;
  if (how === undefined || paths.length === 0)
    return yield* usage(
      process,
      name,
      how === undefined ? "missing operand" : `missing operand after '${how}'`,
      `${name} [-Rvf] FILE...`,
    );
  let status = 0;
  for (const top of paths)
    for (const path of yield* walk(process, top, recursive)) {
      const errno = change(path, how);
      if (errno === undefined) continue;
      status = 1;
      if (errno === "bad") {
        yield* complain(
          process,
          name,
          name === "chmod"
            ? `invalid mode: '${how}'`
            : isGnu(process)
              ? `invalid user: '${how}'`
              : `unknown user ${how}`,
        );
        return 1;
      }
      const what =
        errno === "ENOENT" ? "cannot access" : name === "chmod" ? "changing permissions of" : "changing ownership of";
      yield* complain(
        process,
        name,
        isGnu(process) ? `${what} '${path}': ${strerror(errno)}` : `${path}: ${strerror(errno)}`,
      );
    }
  return status;
}

export const chmod: Applet = (process, args) =>
  changeAll(
    process,
    "chmod",
    args.map((arg) => (/^-[rwxXst]+$/.test(arg) && arg !== "-R" ? `a${arg}` : arg)),
    (path, how) => {
      const node = tryStat(process, path);
      if (typeof node === "string") return node;
      const mode = parseMode(how, node.mode, node.type === "dir");
      return mode === undefined
        ? "bad"
        : attempt(() => fsOf(process).setMeta(path, process.cwd, process.who, { mode }));
    },
  );

function lookUp(process: Process, file: string, text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  const node = fsOf(process).peek(file);
  const line = node?.type === "file" ? node.content.split("\n").find((l) => l.startsWith(`${text}:`)) : undefined;
  return line === undefined ? undefined : Number(line.split(":")[2]);
}

export const chown: Applet = (process, args) =>
  changeAll(process, "chown", args, (path, how) => {
    const [user = "", group] = how.split(/[:.]/);
    const uid = user === "" ? undefined : lookUp(process, "/etc/passwd", user);
    const gid = group === undefined || group === "" ? undefined : lookUp(process, "/etc/group", group);
    if ((user !== "" && uid === undefined) || (group !== undefined && group !== "" && gid === undefined)) return "bad";
    const node = tryStat(process, path);
    if (typeof node === "string") return node;
    if (process.who.uid !== 0) return "EPERM";
    return attempt(() =>
      fsOf(process).setMeta(path, process.cwd, process.who, {
        ...(uid !== undefined && { uid }),
        ...(gid !== undefined && { gid }),
      }),
    );
  });

export const chgrp: Applet = (process, args) =>
  changeAll(process, "chgrp", args, (path, how) => {
    const gid = lookUp(process, "/etc/group", how);
    if (gid === undefined) return "bad";
    return attempt(() => fsOf(process).setMeta(path, process.cwd, process.who, { gid }));
  });

const KIND = {
  file: "regular file",
  dir: "directory",
  link: "symbolic link",
  device: "character special file",
} as const;

export const stat: Applet = function* (process, args) {
  const options = parseOptions(args, "c:ftL", { "format=": "c", "printf=": "p", dereference: "L" });
  if (options.rest.length === 0) return yield* usage(process, "stat", "missing operand", "stat [-ltf] FILE...");
  let status = 0;
  for (const path of options.rest) {
    const node = tryStat(process, path, options.has("L"));
    if (typeof node === "string") {
      yield* complain(
        process,
        "stat",
        isGnu(process) ? `cannot statx '${path}': ${strerror(node)}` : `can't stat '${path}': ${strerror(node)}`,
      );
      status = 1;
      continue;
    }
    const format = options.value("c") ?? options.value("p");
    const text = format === undefined ? fullStat(process, path, node) : formatStat(process, format, path, node);
    yield* print(process, options.has("p") ? text : `${text}\n`);
  }
  return status;
};

function kindOf(node: Node): string {
  return node.type === "file" && sizeOf(node) === 0 ? "regular empty file" : KIND[node.type];
}

function formatStat(process: Process, format: string, path: string, node: Node): string {
  const time = formatDate(node.mtime, "%Y-%m-%d %H:%M:%S.%N +0000");
  const values: Readonly<Record<string, string>> = {
    n: path,
    N: `'${path}'`,
    s: String(sizeOf(node)),
    a: (node.mode & 0o7777).toString(8),
    A: modeText(node),
    f: node.mode.toString(16),
    F: kindOf(node),
    u: String(node.uid),
    g: String(node.gid),
    U: userName(process, node.uid),
    G: groupName(process, node.gid),
    y: time,
    x: time,
    z: time,
    Y: String(Math.floor(node.mtime / 1000)),
    X: String(Math.floor(node.mtime / 1000)),
    Z: String(Math.floor(node.mtime / 1000)),
    h: "1",
    i: "1",
    b: String(Math.ceil(sizeOf(node) / 512)),
    B: "512",
    o: "4096",
    d: "0",
    m: "/",
    "%": "%",
  };
  return format
    .replace(/%([a-zA-Z%])/g, (whole, c: string) => (Object.hasOwn(values, c) ? values[c]! : whole))
    .replace(/\\n/g, "\n");
}

function fullStat(process: Process, path: string, node: Node): string {
  const time = formatDate(node.mtime, "%Y-%m-%d %H:%M:%S.%N +0000");
  const size = sizeOf(node);
  const mode = `(0${(node.mode & 0o7777).toString(8).padStart(3, "0")}/${modeText(node)})`;
  const owner = `Uid: (${String(node.uid).padStart(5)}/${userName(process, node.uid).padStart(8)})   Gid: (${String(node.gid).padStart(5)}/${groupName(process, node.gid).padStart(8)})`;
  const name = node.type === "link" ? `${path} -> ${node.target}` : path;
  return `  File: ${name}\n  Size: ${String(size).padEnd(10)}\tBlocks: ${String(Math.ceil(size / 4096) * 8).padEnd(10)} IO Block: 4096   ${kindOf(node)}\nDevice: 100h/256d\tInode: 1048577     Links: 1\nAccess: ${mode}  ${owner}\nAccess: ${time}\nModify: ${time}\nChange: ${time}`;
}
