import { strerror } from "../../runtime/machine/errno.ts";
import { allowed, type DirNode, dirNode, type Node, sizeOf } from "../../runtime/machine/file-nodes.ts";
import type { Process, Run } from "../../runtime/machine/process.ts";
import { formatDate } from "./date.ts";
import {
  type Applet,
  badOption,
  complain,
  groupName,
  humanSize,
  isGnu,
  parseOptions,
  print,
  tryStat,
  userName,
} from "./lib.ts";

type Options = ReturnType<typeof parseOptions>;

interface Entry {
  readonly name: string;
  readonly node: Node;
}

/** "drwxr-xr-x" */
export function modeText(node: Node): string {
  const kind = { file: "-", dir: "d", link: "l", device: "c" }[node.type];
  let out = kind;
  for (const shift of [6, 3, 0]) {
    const bits = node.mode >> shift;
    const special = node.mode & { 6: 0o4000, 3: 0o2000, 0: 0o1000 }[shift as 6];
    const x = (bits & 1) !== 0;
    const mark = shift === 0 ? "t" : "s";
    out +=
      (bits & 4 ? "r" : "-") + (bits & 2 ? "w" : "-") + (special ? (x ? mark : mark.toUpperCase()) : x ? "x" : "-");
  }
  return out;
}

/** ls */
export const ls: Applet = function* (process, args): Run {
  const options = parseOptions(args, "alhAR1drtSnFiCxLpgosTXw:cuk", {
    all: "a",
    "almost-all": "A",
    recursive: "R",
    directory: "d",
    "human-readable": "h",
    reverse: "r",
    "color=": "color",
    color: "color",
    "full-time": "full",
    "group-directories-first": "G",
  });
  if (options.bad !== undefined) return yield* badOption(process, "ls", options.bad, isGnu(process) ? 2 : 1);
  const files: Entry[] = [];
  const dirs: Entry[] = [];
  let status = 0;
  for (const path of options.rest.length === 0 ? ["."] : options.rest) {
    const follow = options.has("L") || (!options.has("l") && !options.has("d"));
    const node = tryStat(process, path, follow || path.endsWith("/"));
    if (typeof node === "string") {
      yield* complain(
        process,
        "ls",
        isGnu(process) ? `cannot access '${path}': ${strerror(node)}` : `${path}: ${strerror(node)}`,
      );
      status = isGnu(process) ? 2 : 1;
    } else if (node.type === "dir" && !options.has("d")) dirs.push({ name: path, node });
    else files.push({ name: path, node });
  }
  yield* print(process, listing(process, options, sortEntries(files, options), false));
  const headed = dirs.length + files.length > 1 || status !== 0 || options.has("R");
  let first = files.length === 0;
  for (const dir of dirs) {
    status = Math.max(
      status,
      yield* listDir(
        process,
        options,
        dir.name,
        dir.node as DirNode,
        headed && (options.rest.length > 1 || options.has("R")),
        first,
      ),
    );
    first = false;
  }
  return status;
};

function* listDir(
  process: Process,
  options: Options,
  path: string,
  dir: DirNode,
  header: boolean,
  first: boolean,
): Run {
  const { fs } = process.container;
  if (!allowed(dir, 4, process.who)) {
    yield* complain(
      process,
      "ls",
      isGnu(process)
        ? `cannot open directory '${path}': ${strerror("EACCES")}`
        : `can't open '${path}': ${strerror("EACCES")}`,
    );
    return isGnu(process) ? 2 : 1;
  }
  let names = fs.list(dir);
  if (!options.has("a") && !options.has("A")) names = names.filter((name) => !name.startsWith("."));
  const entries: Entry[] = names.map((name) => {
    const node = fs.child(dir, name)!;
    return { name, node: options.has("L") ? (fs.peek(`${path}/${name}`, process.cwd, process.who) ?? node) : node };
  });
  const sorted = sortEntries(entries, options);
  if (options.has("a"))
    sorted.unshift({ name: ".", node: dir }, { name: "..", node: fs.peek(`${path}/..`, process.cwd) ?? dirNode() });
  if (header) yield* print(process, `${first ? "" : "\n"}${path}:\n`);
  yield* print(process, listing(process, options, sorted, true));
  if (!options.has("R")) return 0;
  let status = 0;
  for (const { name, node } of sorted)
    if (node.type === "dir" && name !== "." && name !== "..") {
      if (process.tick()) yield* process.pause();
      status = Math.max(
        status,
        yield* listDir(process, options, `${path === "/" ? "" : path}/${name}`, node, true, false),
      );
    }
  return status;
}

function sortEntries(entries: Entry[], options: Options): Entry[] {
  if (options.has("t")) entries.sort((a, b) => b.node.mtime - a.node.mtime);
  else if (options.has("S")) entries.sort((a, b) => sizeOf(b.node) - sizeOf(a.node));
  return options.has("r") ? entries.reverse() : entries;
}

function mark(options: Options, node: Node): string {
  if (!options.has("F") && !options.has("p")) return "";
  if (node.type === "dir") return "/";
  if (options.has("p")) return "";
  return node.type === "link" ? "@" : node.type === "file" && (node.mode & 0o111) !== 0 ? "*" : "";
}

function listing(process: Process, options: Options, entries: readonly Entry[], total: boolean): string {
  if (options.has("l") || options.has("n") || options.has("g") || options.has("o"))
    return longListing(process, options, entries, total);
  const names = entries.map(({ name, node }) => name + mark(options, node));
  if (process.files.get(1)?.kind !== "tty" || options.has("1")) return names.map((name) => `${name}\n`).join("");
  return columns(names, 80);
}

/** As many columns as fit, filled downwards. */
function columns(names: readonly string[], width: number): string {
  if (names.length === 0) return "";
  for (let rows = 1; ; rows++) {
    const widths: number[] = [];
    for (let i = 0; i < names.length; i += rows)
      widths.push(Math.max(...names.slice(i, i + rows).map((name) => name.length)) + 2);
    if (widths.reduce((sum, w) => sum + w, 0) - 2 > width && rows < names.length) continue;
    let out = "";
    for (let row = 0; row < rows; row++) {
      const cells = widths.map((w, column) => (names[column * rows + row] ?? "").padEnd(w));
      out += `${cells.join("").trimEnd()}\n`;
    }
    return out;
  }
}

function longListing(process: Process, options: Options, entries: readonly Entry[], total: boolean): string {
  const gnu = isGnu(process);
  const rows = entries.map(({ name, node }) => {
    const size =
      node.type === "device"
        ? "1,   3"
        : options.has("h")
          ? humanSize(sizeOf(node), isGnu(process))
          : String(sizeOf(node));
    const links =
      node.type === "dir"
        ? 2 + (node.populate || node.lookup ? 0 : [...node.entries.values()].filter((n) => n.type === "dir").length)
        : 1;
    return {
      mode: modeText(node),
      links: String(links),
      user: options.has("n") ? String(node.uid) : userName(process, node.uid),
      group: options.has("n") ? String(node.gid) : groupName(process, node.gid),
      size,
      time: timeText(process, node.mtime, options.has("full")),
      name: node.type === "link" ? `${name} -> ${node.target}` : name + mark(options, node),
    };
  });
  const width = (key: "links" | "user" | "group" | "size", least = 0): number =>
    Math.max(least, ...rows.map((row) => row[key].length));
  const [l, u, g, s] = gnu
    ? [width("links"), width("user"), width("group"), width("size")]
    : [width("links", 5), width("user", 8), width("group", 8), width("size", 9)];
  const lines = rows.map(
    (row) =>
      `${row.mode} ${row.links.padStart(l)} ${row.user.padEnd(u)} ${row.group.padEnd(g)} ${row.size.padStart(s)} ${row.time} ${row.name}\n`,
  );
  const blocks = entries.reduce(
    (sum, { node }) => sum + (node.type === "link" ? 0 : Math.ceil(sizeOf(node) / 4096) * 4),
    0,
  );
  return (
    (total ? `total ${options.has("h") ? humanSize(blocks * 1024, isGnu(process)) : blocks}\n` : "") + lines.join("")
  );
}

function timeText(process: Process, at: number, full: boolean): string {
  if (full) return formatDate(at, "%Y-%m-%d %H:%M:%S.%N +0000");
  const recent = Math.abs(process.time - at) < 15_552_000_000;
  return formatDate(at, recent ? "%b %e %H:%M" : "%b %e  %Y");
}
