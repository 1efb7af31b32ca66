import { gunzipSync, gzipSync } from "node:zlib";
import { errnoOf, strerror } from "../../runtime/machine/errno.ts";
import { contentOf, type Node } from "../../runtime/machine/file-nodes.ts";
import type { Process, Run } from "../../runtime/machine/process.ts";
import { type Applet, complain, isGnu, print, tryStat, userName } from "./lib.ts";
import { modeText } from "./ls.ts";

const BLOCK = 512;

interface Options {
  mode: "c" | "x" | "t" | "r" | undefined;
  file: string;
  directory: string;
  verbose: boolean;
  gzip: boolean;
  /** j and J, which are not simulated. */
  other: boolean;
  stdout: boolean;
  strip: number;
  excludes: string[];
  names: string[];
}

/** tar's many spellings: `cf - .`, `-xmf -`, `-C dir`, `--strip-components=1`. */
function readOptions(args: readonly string[]): Options | string {
  const options: Options = {
    mode: undefined,
    file: "-",
    directory: ".",
    verbose: false,
    gzip: false,
    other: false,
    stdout: false,
    strip: 0,
    excludes: [],
    names: [],
  };
  const rest = [...args];
  if (rest[0] !== undefined && !rest[0].startsWith("-")) rest[0] = `-${rest[0]}`;
  while (rest.length > 0) {
    const arg = rest.shift()!;
    if (arg.startsWith("--")) {
      const [name, value] = arg.slice(2).split("=");
      if (name === "strip-components") options.strip = Number(value ?? rest.shift()) || 0;
      else if (name === "exclude") options.excludes.push(value ?? rest.shift() ?? "");
      else if (name === "directory") options.directory = value ?? rest.shift() ?? ".";
      else if (name === "file") options.file = value ?? rest.shift() ?? "-";
      else if (name === "create" || name === "extract" || name === "list")
        options.mode = { create: "c", extract: "x", list: "t" }[name] as "c";
      else if (name === "gzip" || name === "gunzip") options.gzip = true;
      else if (!/^(no-same-owner|warning|no-same-permissions|numeric-owner|totals|touch|null|)$/.test(name!))
        return `unrecognized option '${arg}'`;
      if (arg === "--") options.names.push(...rest.splice(0));
    } else if (arg.startsWith("-") && arg !== "-") {
      for (const c of arg.slice(1)) {
        if (c === "c" || c === "x" || c === "t") options.mode = c;
        else if (c === "f") options.file = rest.shift() ?? "-";
        else if (c === "C") options.directory = rest.shift() ?? ".";
        else if (c === "v") options.verbose = true;
        else if (c === "z") options.gzip = true;
        else if (c === "j" || c === "J") options.other = true;
        else if (c === "O") options.stdout = true;
        else if (!"mpohkPS".includes(c)) return `invalid option -- '${c}'`;
      }
    } else options.names.push(arg);
  }
  return options;
}

/** tar: creates, lists and extracts ustar archives, plain or through gzip. */
export const tar: Applet = function* (process, args): Run {
  const options = readOptions(args);
  if (typeof options === "string") {
    yield* complain(process, "tar", options);
    return isGnu(process) ? 64 : 1;
  }
  if (options.other) {
    yield* complain(process, "tar", "drykube simulates no other compression than gzip: leave out j and J");
    return 2;
  }
  if (options.mode === undefined) {
    yield* complain(
      process,
      "tar",
      isGnu(process)
        ? "You must specify one of the '-Acdtrux', '--delete' or '--test-label' options"
        : "must specify one of -c, -x or -t",
    );
    return isGnu(process) ? 2 : 1;
  }
  const base = process.container.fs.peek(options.directory, process.cwd, process.who);
  if (base?.type !== "dir") {
    yield* complain(
      process,
      "tar",
      isGnu(process)
        ? `${options.directory}: Cannot open: No such file or directory\ntar: Error is not recoverable: exiting now`
        : `can't change directory to '${options.directory}': No such file or directory`,
    );
    return isGnu(process) ? 2 : 1;
  }
  const cwd = process.container.fs.find(options.directory, process.cwd, process.who).path;
  return yield* options.mode === "c" ? create(process, options, cwd) : unpack(process, options, cwd);
};

const octal = (n: number, width: number): string =>
  `${Math.floor(n)
    .toString(8)
    .padStart(width - 1, "0")}\0`;

function header(process: Process, name: string, node: Node, size: number): string {
  let prefix = "";
  let short = name;
  if (short.length > 100) {
    const cut = short.lastIndexOf("/", 154);
    prefix = short.slice(0, cut);
    short = short.slice(cut + 1);
  }
  const kind = node.type === "dir" ? "5" : node.type === "link" ? "2" : "0";
  const fields = [
    short.slice(0, 100).padEnd(100, "\0"),
    octal(node.mode & 0o7777, 8),
    octal(node.uid, 8),
    octal(node.gid, 8),
    octal(size, 12),
    octal(node.mtime / 1000, 12),
    "        ",
    kind,
    (node.type === "link" ? node.target : "").slice(0, 100).padEnd(100, "\0"),
    "ustar\x0000",
    userName(process, node.uid).slice(0, 31).padEnd(32, "\0"),
    "root".padEnd(32, "\0"),
    octal(0, 8),
    octal(0, 8),
    prefix.slice(0, 155).padEnd(155, "\0"),
  ];
  const text = fields.join("").padEnd(BLOCK, "\0");
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += text.charCodeAt(i);
  return `${text.slice(0, 148)}${sum.toString(8).padStart(6, "0")}\0 ${text.slice(156)}`;
}

function* create(process: Process, options: Options, cwd: string): Run {
  const { fs } = process.container;
  let status = 0;
  process.attach(3, options.file === "-" ? process.files.get(1)! : process.open(options.file, "w"));
  const parts: string[] = [];
  function* put(text: string): Run<void> {
    if (options.gzip) parts.push(text);
    else yield* process.write(3, text);
  }
  const note = (text: string): Run<void> => (options.file === "-" ? process.write(2, text) : print(process, text));
  function* add(name: string, node: Node): Run<void> {
    if (process.tick(5)) yield* process.pause();
    if (options.excludes.some((pattern) => name === pattern || name.endsWith(`/${pattern}`))) return;
    const stored = name.replace(/^\/+/, "") || "./";
    if (options.verbose) yield* note(`${stored}${node.type === "dir" ? "/" : ""}\n`);
    const content = node.type === "file" ? contentOf(node) : "";
    const label = node.type === "dir" && !stored.endsWith("/") ? `${stored}/` : stored;
    const padding = "\0".repeat((BLOCK - (content.length % BLOCK)) % BLOCK);
    if (node.type !== "device") yield* put(header(process, label, node, content.length) + content + padding);
    if (node.type === "dir")
      for (const child of fs.list(node)) yield* add(`${name.replace(/\/$/, "")}/${child}`, fs.child(node, child)!);
  }
  for (const name of options.names) {
    const found = tryStat(process, name.startsWith("/") ? name : `${cwd}/${name}`, false);
    if (typeof found === "string") {
      yield* complain(
        process,
        "tar",
        isGnu(process) ? `${name}: Cannot stat: ${strerror(found)}` : `${name}: ${strerror(found)}`,
      );
      status = isGnu(process) ? 2 : 1;
    } else {
      if (name.startsWith("/") && isGnu(process))
        yield* complain(process, "tar", "Removing leading `/' from member names");
      else if (name.startsWith("/")) yield* complain(process, "tar", "removing leading '/' from member names");
      yield* add(name, found);
    }
  }
  yield* put("\0".repeat(BLOCK * 2));
  if (options.gzip) yield* process.write(3, gzipSync(Buffer.from(parts.join(""), "latin1")).toString("latin1"));
  process.close(3);
  if (status !== 0)
    yield* complain(
      process,
      "tar",
      isGnu(process) ? "Exiting with failure status due to previous errors" : "error exit delayed from previous errors",
    );
  return status;
}

interface Member {
  readonly name: string;
  readonly mode: number;
  readonly size: number;
  readonly mtime: number;
  readonly kind: string;
  readonly target: string;
}

function parseHeader(block: string): Member | undefined {
  const text = (from: number, length: number): string => block.slice(from, from + length).split("\0")[0]!;
  const number = (from: number, length: number): number => Number.parseInt(text(from, length).trim() || "0", 8) || 0;
  if (block[0] === "\0" || block.length < BLOCK) return undefined;
  const prefix = block.slice(257, 262) === "ustar" ? text(345, 155) : "";
  return {
    name: prefix === "" ? text(0, 100) : `${prefix}/${text(0, 100)}`,
    mode: number(100, 8),
    size: number(124, 12),
    mtime: number(136, 12),
    kind: block[156] === "\0" ? "0" : block[156]!,
    target: text(157, 100),
  };
}

function* unpack(process: Process, options: Options, cwd: string): Run {
  try {
    process.attach(3, options.file === "-" ? process.files.get(0)! : process.open(options.file, "r"));
  } catch (caught) {
    const why = strerror(errnoOf(caught));
    yield* complain(
      process,
      "tar",
      isGnu(process)
        ? `${options.file}: Cannot open: ${why}\ntar: Error is not recoverable: exiting now`
        : `can't open '${options.file}': ${why}`,
    );
    return isGnu(process) ? 2 : 1;
  }
  let status = 0;
  let longName: string | undefined;
  const archive = yield* archiveOf(process, options);
  if (archive === undefined) {
    yield* complain(
      process,
      "tar",
      isGnu(process)
        ? "This does not look like a gzip archive\ntar: Error is not recoverable: exiting now"
        : "invalid magic",
    );
    return isGnu(process) ? 2 : 1;
  }
  for (;;) {
    const member = parseHeader(yield* archive(BLOCK));
    if (member === undefined) break;
    const content = yield* archive(member.size);
    yield* archive((BLOCK - (member.size % BLOCK)) % BLOCK);
    if (member.kind === "L") {
      longName = content.split("\0")[0]!;
      continue;
    }
    if (member.kind === "x" || member.kind === "g") {
      longName = /\d+ path=([^\n]*)\n/.exec(content)?.[1] ?? longName;
      continue;
    }
    const full = { ...member, name: longName ?? member.name };
    longName = undefined;
    const problem = yield* takeMember(process, options, cwd, full, content);
    if (problem === undefined) continue;
    yield* complain(process, "tar", problem);
    status = isGnu(process) ? 2 : 1;
  }
  // The rest is read too, so that the sender does not break its pipe.
  while ((yield* process.read(3)) !== "");
  return status;
}

/** More than this does not come out of an archive. */
const MOST_UNPACKED_BYTES = 256 * 1024 * 1024;

/** How the archive's bytes are taken, unzipped where it is zipped; undefined where it should be and is not. A file is looked at, as both tars do. */
function* archiveOf(process: Process, options: Options): Run<((size: number) => Run<string>) | undefined> {
  let start = options.file === "-" && !options.gzip ? "" : yield* exactly(process, 2);
  const zipped = start === "\x1f\x8b";
  if (options.gzip && !zipped) return undefined;
  if (zipped) {
    const text = start + (yield* exactly(process, MOST_UNPACKED_BYTES));
    try {
      start = gunzipSync(Buffer.from(text, "latin1"), { maxOutputLength: MOST_UNPACKED_BYTES }).toString("latin1");
    } catch {
      return undefined;
    }
  }
  return function* (size) {
    const head = start.slice(0, size);
    start = start.slice(size);
    return head.length === size || zipped ? head : head + (yield* exactly(process, size - head.length));
  };
}

function* exactly(process: Process, size: number): Run<string> {
  let text = "";
  while (text.length < size) {
    const piece = yield* process.read(3, size - text.length);
    if (piece === "") break;
    text += piece;
  }
  return text;
}

function* takeMember(
  process: Process,
  options: Options,
  cwd: string,
  member: Member,
  content: string,
): Run<string | undefined> {
  const wanted =
    options.names.length === 0 ||
    options.names.some((name) => member.name === name || member.name.startsWith(`${name.replace(/\/$/, "")}/`));
  if (!wanted) return undefined;
  if (options.mode === "t" || options.verbose) {
    const type = member.kind === "5" ? "dir" : member.kind === "2" ? "link" : "file";
    const long = options.mode === "t" && options.verbose;
    yield* print(
      process,
      `${long ? `${modeText({ type, mode: member.mode } as Node)} root/root ${String(member.size).padStart(9)} ` : ""}${member.name}\n`,
    );
  }
  if (options.mode === "t") return undefined;
  if (options.stdout) {
    yield* print(process, content);
    return undefined;
  }
  const parts = member.name.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) return `${member.name}: Member name contains '..'`;
  const path = parts.slice(options.strip).join("/");
  if (path === "") return undefined;
  try {
    writeMember(process, `${cwd}/${path}`, member, content);
    return undefined;
  } catch (caught) {
    return isGnu(process)
      ? `${member.name}: Cannot open: ${strerror(errnoOf(caught))}`
      : `can't open '${path}': ${strerror(errnoOf(caught))}`;
  }
}

function writeMember(process: Process, path: string, member: Member, content: string): void {
  const { fs } = process.container;
  const parent = path.slice(0, path.lastIndexOf("/"));
  let walked = "";
  for (const part of parent.split("/").filter((p) => p !== "")) {
    walked += `/${part}`;
    if (fs.peek(walked, "/", process.who) === undefined) fs.mkdir(walked, "/", process.who, 0o755);
  }
  if (member.kind === "5") {
    if (fs.peek(path, "/", process.who) === undefined) fs.mkdir(path, "/", process.who, member.mode & ~process.umask);
  } else if (member.kind === "2") {
    if (fs.peek(path, "/", process.who, false) !== undefined) fs.remove(path, "/", process.who, "file");
    fs.symlink(member.target, path, "/", process.who);
  } else fs.write(path, content, "/", process.who, member.mode & ~process.umask);
}
