import { strerror } from "../../runtime/machine/errno.ts";
import { type Node, sizeOf } from "../../runtime/machine/file-nodes.ts";
import type { Process, Run } from "../../runtime/machine/process.ts";
import { readEscapes } from "../format.ts";
import { matches } from "../lang/pattern.ts";
import { type Applet, attempt, complain, isGnu, print, tryStat, userName } from "./lib.ts";
import { modeText } from "./ls.ts";
import { runCommand } from "./system.ts";

interface Visit {
  readonly path: string;
  readonly node: Node;
  readonly depth: number;
  prune: boolean;
}

type Test = (visit: Visit) => Run<boolean>;

interface Parser {
  readonly process: Process;
  readonly args: readonly string[];
  at: number;
  acts: boolean;
  maxDepth: number;
  minDepth: number;
  depthFirst: boolean;
  readonly collected: { argv: string[]; paths: string[] }[];
}

/** find */
export const find: Applet = function* (process, args): Run {
  const roots: string[] = [];
  let at = 0;
  while (at < args.length && !/^[-(!]/.test(args[at]!)) roots.push(args[at++]!);
  const parser: Parser = {
    process,
    args,
    at,
    acts: false,
    maxDepth: 1000,
    minDepth: 0,
    depthFirst: false,
    collected: [],
  };
  let test: Test;
  try {
    test = at < args.length ? or(parser) : always;
    if (parser.at < args.length) throw `unexpected extra predicate '${args[parser.at]}'`;
  } catch (caught) {
    if (typeof caught !== "string") throw caught;
    yield* complain(
      process,
      "find",
      isGnu(process) ? caught : caught.replace("unknown predicate `", "unrecognized: ").replace(/'$/, ""),
    );
    return 1;
  }
  const whole: Test = parser.acts
    ? test
    : function* (visit) {
        if (yield* test(visit)) yield* print(process, `${visit.path}\n`);
        return true;
      };
  let status = 0;
  for (const root of roots.length === 0 ? ["."] : roots) {
    const node = tryStat(process, root, false);
    if (typeof node === "string") {
      yield* complain(
        process,
        "find",
        isGnu(process) ? `‘${root}’: ${strerror(node)}`.replace(/‘|’/g, "'") : `${root}: ${strerror(node)}`,
      );
      status = 1;
    } else yield* walk(parser, whole, { path: root, node, depth: 0, prune: false });
  }
  for (const { argv, paths } of parser.collected)
    if (paths.length > 0)
      yield* runCommand(
        process,
        argv.flatMap((arg) => (arg === "{}" ? paths : [arg])),
        "find",
      );
  return status;
};

const always: Test = function* () {
  yield* none();
  return true;
};

function* none(): Run<void> {}

function* walk(parser: Parser, test: Test, visit: Visit): Run<void> {
  const { process } = parser;
  if (process.tick()) yield* process.pause();
  const due = visit.depth >= parser.minDepth;
  if (due && !parser.depthFirst) yield* test(visit);
  if (visit.node.type === "dir" && visit.depth < parser.maxDepth && !visit.prune) {
    const { fs } = process.container;
    for (const name of fs.list(visit.node)) {
      const node = fs.child(visit.node, name);
      const path = `${visit.path === "/" ? "" : visit.path}/${name}`;
      if (node !== undefined) yield* walk(parser, test, { path, node, depth: visit.depth + 1, prune: false });
    }
  }
  if (due && parser.depthFirst) yield* test(visit);
}

function or(p: Parser): Test {
  let left = and(p);
  while (p.args[p.at] === "-o" || p.args[p.at] === "-or") {
    p.at++;
    const [a, b] = [left, and(p)];
    left = function* (visit) {
      return (yield* a(visit)) || (yield* b(visit));
    };
  }
  return left;
}

function and(p: Parser): Test {
  let left = not(p);
  for (;;) {
    const next = p.args[p.at];
    if (next === undefined || next === "-o" || next === "-or" || next === ")") return left;
    if (next === "-a" || next === "-and") p.at++;
    const [a, b] = [left, not(p)];
    left = function* (visit) {
      return (yield* a(visit)) && (yield* b(visit));
    };
  }
}

function not(p: Parser): Test {
  const token = p.args[p.at];
  if (token === "!" || token === "-not") {
    p.at++;
    const inner = not(p);
    return function* (visit) {
      return !(yield* inner(visit));
    };
  }
  if (token === "(") {
    p.at++;
    const inner = or(p);
    if (p.args[p.at++] !== ")") throw "missing closing parenthesis";
    return inner;
  }
  return primary(p);
}

const pure = (test: (visit: Visit) => boolean): Test =>
  function* (visit) {
    yield* none();
    return test(visit);
  };

/** n, +n or -n */
function compare(text: string): (value: number) => boolean {
  const number = Number(/\d+/.exec(text)?.[0] ?? 0);
  if (text.startsWith("+")) return (value) => value > number;
  return text.startsWith("-") ? (value) => value < number : (value) => value === number;
}

function primary(p: Parser): Test {
  const name = p.args[p.at++]!;
  const value = (): string => {
    const text = p.args[p.at++];
    if (text === undefined) throw `missing argument to \`${name}'`;
    return text;
  };
  const base = (path: string): string => path.split("/").pop() || path;
  switch (name) {
    case "-name":
    case "-iname": {
      const pattern = name === "-iname" ? value().toLowerCase() : value();
      return pure(({ path }) => matches(pattern, name === "-iname" ? base(path).toLowerCase() : base(path)));
    }
    case "-path":
    case "-wholename": {
      const pattern = value();
      return pure(({ path }) => matches(pattern, path));
    }
    case "-type": {
      const kind = { f: "file", d: "dir", l: "link", c: "device" }[value()];
      return pure(({ node }) => node.type === kind);
    }
    case "-maxdepth":
      p.maxDepth = Number(value());
      return always;
    case "-mindepth":
      p.minDepth = Number(value());
      return always;
    case "-depth":
      p.depthFirst = true;
      return always;
    case "-xdev":
    case "-mount":
      return always;
    case "-true":
      return always;
    case "-false":
      return pure(() => false);
    default:
      return metaTest(p, name, value) ?? action(p, name, value);
  }
}

/** The tests of what stat(2) shows. */
function metaTest(p: Parser, name: string, value: () => string): Test | undefined {
  const { process } = p;
  switch (name) {
    case "-empty":
      return pure(({ node }) =>
        node.type === "dir" ? process.container.fs.list(node).length === 0 : sizeOf(node) === 0,
      );
    case "-size":
      return sizeTest(value());
    case "-mtime":
    case "-mmin": {
      const fits = compare(value());
      const unit = name === "-mmin" ? 60_000 : 86_400_000;
      return pure(({ node }) => fits(Math.floor((process.time - node.mtime) / unit)));
    }
    case "-newer": {
      const other = tryStat(process, value());
      return pure(({ node }) => typeof other !== "string" && node.mtime > other.mtime);
    }
    case "-user": {
      const user = value();
      return pure(({ node }) => userName(process, node.uid) === user || String(node.uid) === user);
    }
    case "-perm": {
      const text = value();
      const bits = Number.parseInt(text.replace(/^[-/]/, ""), 8);
      return pure(({ node }) =>
        text.startsWith("-")
          ? (node.mode & bits) === bits
          : text.startsWith("/")
            ? (node.mode & bits) !== 0
            : (node.mode & 0o7777) === bits,
      );
    }
    default:
      return undefined;
  }
}

function sizeTest(text: string): Test {
  const match = /^([-+]?\d+)([ckMGb]?)$/.exec(text);
  if (match === null) throw `Invalid argument \`${text}' to -size`;
  const unit = { "": 512, b: 512, c: 1, k: 1024, M: 1 << 20, G: 1 << 30 }[match[2]!]!;
  const fits = compare(match[1]!);
  return pure(({ node }) => fits(Math.ceil(sizeOf(node) / unit)));
}

function action(p: Parser, name: string, value: () => string): Test {
  const { process } = p;
  if (name === "-prune") return pure((visit) => (visit.prune = true));
  p.acts = true;
  if (name === "-print" || name === "-print0" || name === "-ls")
    return function* (visit) {
      yield* print(
        process,
        name === "-ls"
          ? `${modeText(visit.node)} ${sizeOf(visit.node)} ${visit.path}\n`
          : visit.path + (name === "-print" ? "\n" : "\0"),
      );
      return true;
    };
  if (name === "-printf") {
    const format = readEscapes(value(), false).text;
    return function* ({ path, node }) {
      const values: Readonly<Record<string, string>> = {
        p: path,
        f: path.split("/").pop()!,
        s: String(sizeOf(node)),
        m: (node.mode & 0o7777).toString(8),
        y: node.type[0]!,
        u: userName(process, node.uid),
        "%": "%",
      };
      yield* print(
        process,
        format.replace(/%(.)/g, (whole, c: string) => (Object.hasOwn(values, c) ? values[c]! : whole)),
      );
      return true;
    };
  }
  if (name === "-delete") {
    p.depthFirst = true;
    return function* ({ path, node }) {
      const errno = attempt(() =>
        process.container.fs.remove(path, process.cwd, process.who, node.type === "dir" ? "dir" : "file"),
      );
      if (errno !== undefined) yield* complain(process, "find", `cannot delete '${path}': ${strerror(errno)}`);
      return errno === undefined;
    };
  }
  if (name !== "-exec" && name !== "-execdir" && name !== "-ok") throw `unknown predicate \`${name}'`;
  const argv: string[] = [];
  let end = value();
  for (; end !== ";" && !(end === "+" && argv[argv.length - 1] === "{}"); end = value()) argv.push(end);
  if (end === "+") {
    const batch = { argv, paths: [] as string[] };
    p.collected.push(batch);
    return pure(({ path }) => batch.paths.push(path) > 0);
  }
  return function* ({ path }) {
    return (
      (yield* runCommand(
        process,
        argv.map((arg) => arg.replaceAll("{}", path)),
        "find",
      )) === 0
    );
  };
}
