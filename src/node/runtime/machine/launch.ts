import type { Container } from "./container.ts";
import { type Errno, errnoOf } from "./errno.ts";
import { allowed, type Credentials, contentOf, type FileNode, fileNode } from "./file-nodes.ts";
import type { Process, Program } from "./process.ts";

/** How executables begin; the name of the simulated program follows, so that a copy runs as the original does. */
const MAGIC = "\x7fELF\x02\x01\x01";

/** An executable file behind which a simulated program stands. */
export function executable(program: string, size = 35_480): FileNode {
  return { ...fileNode(`${MAGIC}${program}`, 0o755), program, size };
}

/** Why a command cannot be run: not in PATH, or found but not executable. */
export type LaunchFailure = { readonly errno: Errno; readonly path?: string };

export type Launch = { readonly program: Program; readonly argv: readonly string[]; readonly path: string };

/** Finds a command as execvp(3) does, follows #! lines, and answers the program behind it. */
export function launch(
  container: Container,
  argv: readonly string[],
  env: { readonly cwd: string; readonly who: Credentials; readonly path: string },
  depth = 0,
): Launch | LaunchFailure {
  const name = argv[0] ?? "";
  const candidates = name.includes("/")
    ? [name]
    : env.path.split(":").map((dir) => `${dir === "" ? "." : dir}/${name}`);
  let problem: LaunchFailure = { errno: "ENOENT" };
  if (name === "") return problem;
  const known = remembered(container, name, env);
  if (known !== undefined) return { ...known, argv };
  for (const path of candidates) {
    const found = launchFile(container, path, argv, env, depth);
    if ("program" in found) {
      if (found.argv === argv) remember(container, name, env, found);
      return found;
    }
    if (found.errno === "EACCES" || (found.errno !== "ENOENT" && found.errno !== "ENOTDIR")) problem = found;
    else if (name.includes("/")) problem = found;
  }
  return problem;
}

type Place = { readonly who: Credentials; readonly path: string };

/** Commands found before: a loop looks the same names up again and again. */
function remembered(container: Container, name: string, env: Place): Launch | undefined {
  const { launches, fs } = container;
  if (launches.generation === fs.generation) return launches.found.get(`${name}\0${env.path}\0${env.who.uid}`);
  launches.generation = fs.generation;
  launches.found.clear();
  return undefined;
}

function remember(container: Container, name: string, env: Place, launch: Launch): void {
  if (!name.includes("/") && env.path.startsWith("/") && container.launches.found.size < 500)
    container.launches.found.set(`${name}\0${env.path}\0${env.who.uid}`, launch);
}

function launchFile(
  container: Container,
  path: string,
  argv: readonly string[],
  env: { readonly cwd: string; readonly who: Credentials; readonly path: string },
  depth: number,
): Launch | LaunchFailure {
  try {
    const node = container.fs.get(path, env.cwd, env.who);
    if (node.type !== "file" || !allowed(node, 1, env.who)) return { errno: "EACCES", path };
    const text = contentOf(node);
    const name = node.program ?? (text.startsWith(MAGIC) ? text.slice(MAGIC.length) : undefined);
    if (name !== undefined) {
      const program = container.programs(name);
      return program === undefined ? { errno: "ENOEXEC", path } : { program, argv, path };
    }
    const hash = /^#![ \t]*(\S+)(?:[ \t]+([^\n]*\S))?[ \t]*(?:\n|$)/.exec(text.slice(0, 256));
    if (hash === null) return { errno: "ENOEXEC", path };
    if (depth > 4) return { errno: "ELOOP", path };
    const next = [hash[1]!, ...(hash[2] === undefined ? [] : [hash[2]]), path, ...argv.slice(1)];
    return launch(container, next, env, depth + 1);
  } catch (caught) {
    return { errno: errnoOf(caught), path };
  }
}

/** {@link launch} with the directory, user and PATH of a process. */
export function launchFor(process: Process, argv: readonly string[], path?: string): Launch | LaunchFailure {
  return launch(process.container, argv, {
    cwd: process.cwd,
    who: process.who,
    path: path ?? process.env.get("PATH") ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  });
}
