import { errnoOf, failure, strerror } from "../../runtime/machine/errno.ts";
import { contentOf, type FileNode, lengthOf, type Node } from "../../runtime/machine/file-nodes.ts";
import type { Process } from "../../runtime/machine/process.ts";
import { parseDate } from "./date.ts";
import { type Applet, attempt, badOption, complain, isGnu, parseOptions, print, tryStat, usage } from "./lib.ts";

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

const UNITS: Readonly<Record<string, number>> = { "": 1, K: 1024, M: 1 << 20, G: 2 ** 30, T: 2 ** 40 };

/** "10M", "1GiB", "5GB" in bytes; undefined: no size. */
function byteSize(text: string | undefined): number | undefined {
  const match = /^(\d+)([kKMGT]?)(i?B)?$/.exec(text ?? "");
  if (match === null) return undefined;
  const unit = match[2]!.toUpperCase();
  const decimal = match[3] === "B" && unit !== "";
  return Number(match[1]) * (decimal ? 1000 ** " KMGT".indexOf(unit) : UNITS[unit]!);
}

/** Makes a file so long: what is new of it reads as zeros. */
function setLength(process: Process, path: string, size: number, shrink: boolean): void {
  const fs = fsOf(process);
  const node = fs.create(path, process.cwd, process.who, 0o666 & ~process.umask);
  const at = fs.find(path, process.cwd);
  const length = lengthOf(node);
  if (size > length) fs.grow(node, size - length, at);
  else if (shrink && size < length) {
    fs.setContent(node, node.content.slice(0, size), at);
    fs.grow(node, size - node.content.length, at);
  }
}

const sizing = (name: string, option: string, shrink: boolean): Applet =>
  function* (process, args) {
    const options = parseOptions(args, `${option}:cnzx`, { "size=": option, "length=": option });
    const size = byteSize(options.value(option));
    if (size === undefined) {
      yield* complain(process, name, `invalid size '${options.value(option) ?? ""}'`);
      return 1;
    }
    for (const path of options.rest) {
      const errno = attempt(() => setLength(process, path, size, shrink));
      if (errno === undefined) continue;
      const text =
        errno === "ENOSPC" && !shrink
          ? `fallocate '${path}'`
          : isGnu(process)
            ? `cannot open '${path}' for writing`
            : path;
      yield* complain(process, name, `${text}: ${strerror(errno)}`);
      return 1;
    }
    return 0;
  };

export const truncate: Applet = sizing("truncate", "s", true);
export const fallocate: Applet = sizing("fallocate", "l", false);
