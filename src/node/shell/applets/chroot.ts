import { errnoOf, strerror } from "../../runtime/machine/errno.ts";
import { launchFor } from "../../runtime/machine/launch.ts";
import type { Process, Run } from "../../runtime/machine/process.ts";
import type { Found } from "../../runtime/machine/vfs.ts";
import { type Applet, complain, isGnu } from "./lib.ts";

/**
 * chroot: `kubectl debug node/…` and then `chroot /host`. While it runs, the whole container sees the other root; a
 * node's disk brings its own programs.
 */
export const chroot: Applet = function* (process, args): Run {
  const [dir, ...command] = args.filter((arg, i) => i > 0 || !arg.startsWith("--"));
  if (dir === undefined) {
    yield* complain(process, "chroot", isGnu(process) ? "missing operand" : "missing argument");
    return isGnu(process) ? 125 : 1;
  }
  const found = enterable(process, dir);
  if (typeof found === "string") {
    const cannot = isGnu(process) ? "cannot change root directory to" : "can't change root directory to";
    yield* complain(process, "chroot", `${cannot} '${dir}': ${found}`);
    return isGnu(process) ? 125 : 1;
  }
  const leave = enter(process, found);
  try {
    const argv = command.length > 0 ? command : [process.env.get("SHELL") ?? "/bin/sh", "-i"];
    const program = launchFor(process, argv);
    if (!("program" in program)) {
      const cannot = isGnu(process) ? `failed to run command '${argv[0]}'` : `can't execute '${argv[0]}'`;
      yield* complain(process, "chroot", `${cannot}: ${strerror(program.errno)}`);
      return program.errno === "ENOENT" ? 127 : 126;
    }
    process.argv = program.argv;
    process.comm = argv[0]!.split("/").pop()!.slice(0, 15);
    return yield* program.program(process);
  } finally {
    leave();
  }
};

function enterable(process: Process, dir: string): Found | string {
  try {
    const found = process.container.fs.find(dir, process.cwd, process.who);
    if (found.node === undefined) return strerror("ENOENT");
    if (found.node.type !== "dir") return strerror("ENOTDIR");
    return process.who.uid === 0 ? found : strerror("EPERM");
  } catch (caught) {
    return strerror(errnoOf(caught));
  }
}

/** Changes the root; answers how to change it back. */
function enter(process: Process, found: Found): () => void {
  const { container } = process;
  const { fs, system, launches } = container;
  const { cwd } = process;
  const inner = fs.within(found);
  for (const name of ["dev", "proc"]) {
    const node = fs.peek(`/${name}`);
    if (node !== undefined) inner.plant(`/${name}`, node);
  }
  container.fs = inner;
  container.launches = { generation: -1, found: new Map() };
  if (found.mount.sharedId?.startsWith("node/") && container.hostSystem) container.system = container.hostSystem;
  process.cwd = "/";
  return () => {
    Object.assign(container, { fs, system, launches });
    process.cwd = cwd;
  };
}
