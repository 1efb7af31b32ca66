import { type Errno, errnoOf, failure, strerror } from "../../runtime/machine/errno.ts";
import type { Process, Run } from "../../runtime/machine/process.ts";
import { contentOf, type FileNode, type Node, sizeOf } from "../../runtime/machine/vfs.ts";
import { formatDate, parseDate } from "./date.ts";
import {
  type Applet,
  attempt,
  badOption,
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

/** PATH/NAME, where PATH is a folder. */
function into(process: Process, target: string, source: string): string {
  const node = fsOf(process).peek(target, process.cwd, process.who);
  if (node?.type !== "dir") return target;
  const name = source.replace(/\/+$/, "").split("/").pop()!;
  return `${target.replace(/\/+$/, "")}/${name}`;
}

export const mkdir: Applet = function* (process, args) {
  const options = parseOptions(args, "pm:v", { parents: "p", "mode=": "m", verbose: "v" });
  if (options.bad !== undefined) return yield* badOption(process, "mkdir", options.bad);
  if (options.rest.length === 0)
    return yield* usage(process, "mkdir", "missing operand", "mkdir [-m MODE] [-p] DIRECTORY...");
  let status = 0;
  for (const path of options.rest) {
    const errno = attempt(() =>
      makeDirs(process, path, options.has("p"), Number.parseInt(options.value("m") ?? "777", 8)),
    );
    if (errno === undefined) continue;
    yield* complain(
      process,
      "mkdir",
      isGnu(process)
        ? `cannot create directory '${path}': ${strerror(errno)}`
        : `can't create directory '${path}': ${strerror(errno)}`,
    );
    status = 1;
  }
  return status;
};

function makeDirs(process: Process, path: string, parents: boolean, mode: number): void {
  const fs = fsOf(process);
  const bits = mode & ~process.umask;
  if (!parents) {
    fs.mkdir(path, process.cwd, process.who, bits);
    return;
  }
  let walked = path.startsWith("/") ? "/" : "";
  for (const part of path.split("/")) {
    if (part === "") continue;
    walked += `${walked === "" || walked.endsWith("/") ? "" : "/"}${part}`;
    const node = fs.peek(walked, process.cwd, process.who);
    if (node === undefined) fs.mkdir(walked, process.cwd, process.who, bits);
    else if (node.type !== "dir") throw failure("ENOTDIR");
  }
}

export const rmdir: Applet = function* (process, args) {
  const options = parseOptions(args, "pv", { "ignore-fail-on-non-empty": "i" });
  let status = 0;
  for (const path of options.rest) {
    const errno = attempt(() => fsOf(process).remove(path, process.cwd, process.who, "dir"));
    if (errno === undefined) continue;
    yield* complain(
      process,
      "rmdir",
      isGnu(process) ? `failed to remove '${path}': ${strerror(errno)}` : `'${path}': ${strerror(errno)}`,
    );
    status = 1;
  }
  return status;
};

export const rm: Applet = function* (process, args) {
  const options = parseOptions(args, "rRfivd", { recursive: "r", force: "f", verbose: "v", "no-preserve-root": "n" });
  if (options.bad !== undefined) return yield* badOption(process, "rm", options.bad);
  const recursive = options.has("r") || options.has("R");
  if (options.rest.length === 0 && !options.has("f"))
    return yield* usage(process, "rm", "missing operand", "rm [-irf] FILE...");
  let status = 0;
  for (const path of options.rest) {
    const problem = removeOne(process, path, recursive, options.has("f"));
    if (problem === undefined) {
      if (options.has("v")) yield* print(process, `removed '${path}'\n`);
      continue;
    }
    yield* complain(process, "rm", problem);
    status = 1;
  }
  return status;
};

function removeOne(process: Process, path: string, recursive: boolean, force: boolean): string | undefined {
  const gnu = isGnu(process);
  if (recursive && /^\/+$/.test(path))
    return gnu
      ? "it is dangerous to operate recursively on '/'\nrm: use --no-preserve-root to override this failsafe"
      : "can't remove '/': Device or resource busy";
  const node = tryStat(process, path, false);
  if (typeof node === "string") {
    if (force && (node === "ENOENT" || node === "ENOTDIR")) return undefined;
    return gnu ? `cannot remove '${path}': ${strerror(node)}` : `can't remove '${path}': ${strerror(node)}`;
  }
  if (node.type === "dir" && !recursive)
    return gnu ? `cannot remove '${path}': Is a directory` : `'${path}' is a directory`;
  const errno = attempt(() =>
    fsOf(process).remove(path, process.cwd, process.who, node.type === "dir" ? "tree" : "file"),
  );
  if (errno === undefined) return undefined;
  return gnu ? `cannot remove '${path}': ${strerror(errno)}` : `can't remove '${path}': ${strerror(errno)}`;
}

function copyTree(process: Process, node: Node, target: string, recursive: boolean, keep: boolean): void {
  const fs = fsOf(process);
  if (process.tick(5) && process.container.steps > 5_000_000) throw failure("EIO");
  if (node.type === "dir") {
    if (!recursive) throw failure("EISDIR");
    if (fs.peek(target, process.cwd) === undefined) fs.mkdir(target, process.cwd, process.who, node.mode);
    for (const name of fs.list(node)) copyTree(process, fs.child(node, name)!, `${target}/${name}`, true, keep);
  } else if (node.type === "link" && recursive) fs.symlink(node.target, target, process.cwd, process.who);
  else if (node.type === "file") {
    const copy = fs.write(target, contentOf(node), process.cwd, process.who, node.mode & ~process.umask);
    copyProgram(node, copy);
    if (keep) copy.mtime = node.mtime;
  }
}

function copyProgram(from: FileNode, to: FileNode): void {
  if (from.program !== undefined) to.program = from.program;
  if (from.size !== undefined) to.size = from.size;
}

export const cp: Applet = function* (process, args) {
  const options = parseOptions(args, "rRafpviLPndTut:", {
    recursive: "r",
    archive: "a",
    force: "f",
    verbose: "v",
    "no-clobber": "n",
    "target-directory=": "t",
  });
  if (options.bad !== undefined) return yield* badOption(process, "cp", options.bad);
  const target = options.value("t") ?? options.rest.pop();
  if (target === undefined || options.rest.length === 0) {
    if (target !== undefined && isGnu(process))
      return yield* usage(process, "cp", `missing destination file operand after '${target}'`, "");
    return yield* usage(process, "cp", "missing file operand", "cp [-arPLHpfinlsTu] SOURCE DEST");
  }
  const recursive = ["r", "R", "a"].some((c) => options.has(c));
  let status = 0;
  for (const source of options.rest) {
    const node = tryStat(process, source, !recursive || options.has("L"));
    let problem: string | undefined;
    if (typeof node === "string")
      problem = isGnu(process)
        ? `cannot stat '${source}': ${strerror(node)}`
        : `can't stat '${source}': ${strerror(node)}`;
    else if (node.type === "dir" && !recursive)
      problem = isGnu(process) ? `-r not specified; omitting directory '${source}'` : `omitting directory '${source}'`;
    else {
      const to = options.has("T") ? target : into(process, target, source);
      const errno = attempt(() => copyTree(process, node, to, recursive, options.has("p") || options.has("a")));
      if (errno !== undefined)
        problem = isGnu(process)
          ? `cannot create regular file '${to}': ${strerror(errno)}`
          : `can't create '${to}': ${strerror(errno)}`;
      else if (options.has("v")) yield* print(process, `'${source}' -> '${to}'\n`);
    }
    if (problem === undefined) continue;
    yield* complain(process, "cp", problem);
    status = 1;
  }
  return status;
};

export const mv: Applet = function* (process, args) {
  const options = parseOptions(args, "finvTt:u", {
    force: "f",
    verbose: "v",
    "no-clobber": "n",
    "target-directory=": "t",
  });
  if (options.bad !== undefined) return yield* badOption(process, "mv", options.bad);
  const target = options.value("t") ?? options.rest.pop();
  if (target === undefined || options.rest.length === 0)
    return yield* usage(process, "mv", "missing file operand", "mv [-finT] SOURCE DEST");
  let status = 0;
  for (const source of options.rest) {
    const to = into(process, target, source);
    const errno = attempt(() => moveOne(process, source, to));
    if (errno === undefined) continue;
    const words =
      errno === "ENOENT" && typeof tryStat(process, source, false) === "string"
        ? isGnu(process)
          ? `cannot stat '${source}'`
          : `can't rename '${source}'`
        : isGnu(process)
          ? `cannot move '${source}' to '${to}'`
          : `can't rename '${source}'`;
    yield* complain(process, "mv", `${words}: ${strerror(errno)}`);
    status = 1;
  }
  return status;
};

function moveOne(process: Process, source: string, to: string): void {
  const fs = fsOf(process);
  try {
    fs.rename(source, to, process.cwd, process.who);
  } catch (caught) {
    if (errnoOf(caught) !== "EXDEV") throw caught;
    copyTree(process, fs.get(source, process.cwd, process.who, false), to, true, true);
    fs.remove(source, process.cwd, process.who, "tree");
  }
}

export const touch: Applet = function* (process, args) {
  const options = parseOptions(args, "acmd:t:r:", { "no-create": "c", "date=": "d", "reference=": "r" });
  if (options.bad !== undefined) return yield* badOption(process, "touch", options.bad);
  if (options.rest.length === 0)
    return yield* usage(process, "touch", "missing file operand", "touch [-cham] [-d DATE] FILE...");
  let status = 0;
  const at =
    options.value("d") === undefined ? process.time : (parseDate(options.value("d")!, process.time) ?? process.time);
  for (const path of options.rest) {
    const node = fsOf(process).peek(path, process.cwd, process.who);
    if (node !== undefined) node.mtime = at;
    if (node !== undefined || options.has("c")) continue;
    const errno = attempt(() => {
      fsOf(process).create(path, process.cwd, process.who, 0o666 & ~process.umask).mtime = at;
    });
    if (errno === undefined) continue;
    yield* complain(
      process,
      "touch",
      isGnu(process) ? `cannot touch '${path}': ${strerror(errno)}` : `${path}: ${strerror(errno)}`,
    );
    status = 1;
  }
  return status;
};

export const ln: Applet = function* (process, args) {
  const options = parseOptions(args, "sfnvT", { symbolic: "s", force: "f" });
  if (options.bad !== undefined) return yield* badOption(process, "ln", options.bad);
  const [source, target = source?.split("/").pop()] = options.rest;
  if (source === undefined)
    return yield* usage(process, "ln", "missing file operand", "ln [-sfnbtv] TARGET... LINK|DIR");
  const to = options.has("n") || options.has("T") ? target! : into(process, target!, source);
  const errno = attempt(() => {
    if (options.has("f")) attempt(() => fsOf(process).remove(to, process.cwd, process.who, "file"));
    if (options.has("s")) fsOf(process).symlink(source, to, process.cwd, process.who);
    else copyTree(process, fsOf(process).get(source, process.cwd, process.who), to, false, true);
  });
  if (errno === undefined) return 0;
  yield* complain(
    process,
    "ln",
    isGnu(process)
      ? `failed to create ${options.has("s") ? "symbolic " : "hard "}link '${to}': ${strerror(errno)}`
      : `${to}: ${strerror(errno)}`,
  );
  return 1;
};

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

export const basename: Applet = function* (process, args) {
  const options = parseOptions(args, "as:", { "suffix=": "s" });
  if (options.rest.length === 0)
    return yield* usage(process, "basename", "missing operand", "basename FILE [SUFFIX] | -a FILE...");
  const many = options.has("a") || options.has("s");
  const suffix = options.value("s") ?? (many ? "" : (options.rest[1] ?? ""));
  for (const path of many ? options.rest : options.rest.slice(0, 1)) {
    const name = path.replace(/\/+$/, "").split("/").pop() || (path.startsWith("/") ? "/" : "");
    yield* print(
      process,
      `${suffix !== "" && name.endsWith(suffix) && name !== suffix ? name.slice(0, -suffix.length) : name}\n`,
    );
  }
  return 0;
};

export const dirname: Applet = function* (process, args) {
  if (args.length === 0) return yield* usage(process, "dirname", "missing operand", "dirname FILENAME");
  for (const path of args) {
    const trimmed = path.replace(/\/+$/, "") || "/";
    const cut = trimmed.lastIndexOf("/");
    yield* print(process, `${cut < 0 ? "." : trimmed.slice(0, cut).replace(/\/+$/, "") || "/"}\n`);
  }
  return 0;
};

export const readlink: Applet = function* (process, args) {
  const options = parseOptions(args, "fnems");
  let status = 0;
  for (const path of options.rest) {
    try {
      if (options.has("f") || options.has("e")) {
        const found = fsOf(process).find(path, process.cwd, process.who);
        yield* print(process, `${found.path}${options.has("n") ? "" : "\n"}`);
        continue;
      }
      const node = process.stat(path, false);
      if (node.type === "link") yield* print(process, `${node.target}${options.has("n") ? "" : "\n"}`);
      else status = 1;
    } catch {
      status = 1;
    }
  }
  return status;
};

export const realpath: Applet = function* (process, args) {
  let status = 0;
  for (const path of args.filter((arg) => !arg.startsWith("-"))) {
    try {
      const found = fsOf(process).find(path, process.cwd, process.who);
      if (found.node === undefined && !isGnu(process)) throw failure("ENOENT");
      yield* print(process, `${found.path}\n`);
    } catch (caught) {
      yield* complain(process, "realpath", `${path}: ${strerror(errnoOf(caught))}`);
      status = 1;
    }
  }
  return status;
};

export const mktemp: Applet = function* (process, args) {
  const options = parseOptions(args, "dp:tuq");
  const template = options.rest[0] ?? "tmp.XXXXXXXXXX";
  const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  const { container, machine } = process;
  let n = 0;
  const name = template.replace(/X+$/, (xs) =>
    [...xs]
      .map(
        () =>
          letters[
            Math.floor(
              machine.chance(`mktemp/${container.spec.id}/${container.steps}/${process.pid}/${n++}`) * letters.length,
            )
          ],
      )
      .join(""),
  );
  const path = name.includes("/") ? name : `${options.value("p") ?? process.env.get("TMPDIR") ?? "/tmp"}/${name}`;
  const errno = attempt(() => {
    if (options.has("d")) fsOf(process).mkdir(path, process.cwd, process.who, 0o700);
    else fsOf(process).create(path, process.cwd, process.who, 0o600);
  });
  if (errno !== undefined) {
    yield* complain(
      process,
      "mktemp",
      `${isGnu(process) ? `failed to create file via template '${template}'` : `(null)`}: ${strerror(errno)}`,
    );
    return 1;
  }
  yield* print(process, `${path}\n`);
  return 0;
};

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

export const truncate: Applet = function* (process, args) {
  const options = parseOptions(args, "s:c", { "size=": "s" });
  const match = /^(\d+)([KMG]?)/.exec(options.value("s") ?? "");
  const size = match === null ? 0 : Number(match[1]) * { "": 1, K: 1024, M: 1 << 20, G: 1 << 30 }[match[2]!]!;
  for (const path of options.rest) {
    const errno = attempt(() => {
      const node = fsOf(process).create(path, process.cwd, process.who, 0o666 & ~process.umask);
      if (size > 16 << 20) throw failure("ENOSPC");
      fsOf(process).setContent(
        node,
        node.content.slice(0, size).padEnd(size, "\0"),
        fsOf(process).find(path, process.cwd),
      );
    });
    if (errno === undefined) continue;
    yield* complain(process, "truncate", `cannot open '${path}' for writing: ${strerror(errno)}`);
    return 1;
  }
  return 0;
};
