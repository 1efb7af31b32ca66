import type { Instant } from "../../machinery/time.ts";
import type { SimulatedImage } from "./image.ts";
import { toBytes } from "./machine/bytes.ts";
import { Container } from "./machine/container.ts";
import { strerror } from "./machine/errno.ts";
import { type Credentials, contentOf } from "./machine/file-nodes.ts";
import { launch } from "./machine/launch.ts";
import type { Machine } from "./machine/machine.ts";
import { nullFile, Pipe } from "./machine/open-file.ts";
import { procFs } from "./machine/proc-fs.ts";
import { Process } from "./machine/process.ts";
import { Tty } from "./machine/tty.ts";
import type { FileSystem } from "./machine/vfs.ts";
import { buildRootfs, type RootfsSources } from "./rootfs.ts";
import type { ContainerSpec, ImageConfig } from "./runtime.ts";

/** The bytes that attached clients send to a container. */
export interface StdinPort {
  write(data: string, at: Instant): void;
  close(at: Instant): void;
}

/** A container with what exec and attach need to know of it. */
export interface Booted {
  readonly container: Container;
  readonly config: ImageConfig;
  readonly stdin: StdinPort | undefined;
}

/** Starts a container in a machine; one that cannot start has ended with StartError. */
export function boot(
  machine: Machine,
  spec: ContainerSpec,
  image: SimulatedImage,
  config: ImageConfig,
  sources: RootfsSources,
  at: Instant,
): Booted {
  machine.clock = Math.max(machine.clock, at);
  const fs = buildRootfs(spec, image, sources, at);
  const sibling = spec.shareProcessNamespace
    ? [...machine.containers.values()].find((c) => c.spec.shareProcessNamespace)
    : [...machine.containers.values()].find((c) => c.spec.name === spec.targetContainer && c.exit === undefined);
  const container = new Container(machine, spec, fs, image, at, sibling);
  if (spec.shareProcessNamespace && sibling === undefined) pause(machine, container);
  machine.containers.set(spec.id, container);
  fs.onChange = (change, mount) => machine.fileChanged(container, change, mount);
  fs.mount(procFs(container), { path: "/proc", source: "proc", fstype: "proc", readOnly: false });
  const environment = environmentOf(spec, config);
  const argv = commandOf(spec, config);
  const who = credentials(spec, config, fs);
  const cwd = spec.workingDir ?? config.workingDir ?? "/";
  fs.ensureDir(cwd);
  const found = launch(container, argv, { cwd, who, path: environment.get("PATH") ?? DEFAULT_PATH });
  if (!("program" in found)) {
    const why = argv.length === 0 ? "no command specified" : startFailure(argv[0]!, found.errno);
    container.exit = { at, exitCode: 128, reason: "StartError", message: why };
    return { container, config, stdin: undefined };
  }
  const process = machine.spawn(container, undefined, found.argv, found.program);
  process.time = at;
  process.wakeAt = at;
  process.env = environment;
  process.who = who;
  process.cwd = fs.find(cwd).path;
  container.main = process;
  return { container, config, stdin: connect(container, process) };
}

/** With a shared process namespace the sandbox's pause is pid 1; it never runs, and no signal reaches it. */
function pause(machine: Machine, container: Container): void {
  const process = new Process(machine, container, undefined, ["/pause"], container.takePid());
  container.processes.set(process.pid, process);
}

const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

function startFailure(name: string, errno: Parameters<typeof strerror>[0]): string {
  const lookup = errno === "ENOENT" && !name.includes("/");
  const why = lookup
    ? `exec: "${name}": executable file not found in $PATH`
    : errno === "ENOEXEC"
      ? `exec ${name}: exec format error`
      : `exec: "${name}": ${errno === "ENOENT" ? `stat ${name}: ` : ""}${strerror(errno).toLowerCase()}`;
  return `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: ${why}: unknown`;
}

/** The environment of a container's processes: the image's, then the pod's. */
export function environmentOf(spec: ContainerSpec, config: ImageConfig): Map<string, string> {
  const environment = new Map<string, string>([["PATH", config.env?.["PATH"] ?? DEFAULT_PATH]]);
  environment.set("HOSTNAME", toBytes(spec.hostname));
  if (spec.tty) environment.set("TERM", "xterm");
  for (const [name, value] of Object.entries(config.env ?? {})) environment.set(name, toBytes(value));
  for (const { name, value } of spec.env) environment.set(toBytes(name), toBytes(value));
  if (!environment.has("HOME"))
    environment.set("HOME", homeOf(Number(spec.securityContext["runAsUser"] ?? config.user ?? 0)));
  return environment;
}

function homeOf(uid: number): string {
  return uid === 0 ? "/root" : "/";
}

function commandOf(spec: ContainerSpec, config: ImageConfig): string[] {
  const command = spec.command !== undefined && spec.command.length > 0 ? spec.command : undefined;
  const args = spec.args !== undefined && spec.args.length > 0 ? spec.args : undefined;
  // An entrypoint of the pod's own also discards the image's arguments.
  const words = [
    ...(command ?? config.entrypoint ?? []),
    ...(args ?? (command === undefined ? (config.cmd ?? []) : [])),
  ];
  return words.map(toBytes);
}

/** Who the container's processes are; groups in the order in which a kernel keeps them. Mirrors containerd's WithUser, WithAdditionalGIDs and WithSupplementalGroups. */
export function credentials(spec: ContainerSpec, config: ImageConfig, fs: FileSystem): Credentials {
  const security = spec.securityContext;
  const uid = Number(security["runAsUser"] ?? config.user ?? 0);
  const account = rows(fs, "/etc/passwd").find((row) => row[2] === String(uid));
  const gid = Number(security["runAsGroup"] ?? account?.[3] ?? (security["runAsUser"] === undefined ? uid : 0));
  const ofImage = rows(fs, "/etc/group")
    .filter((row) => account !== undefined && (row[3] ?? "").split(",").includes(account[0]!))
    .map((row) => Number(row[2]));
  const extra = [
    gid,
    ...(security["supplementalGroupsPolicy"] === "Strict" ? [] : ofImage),
    ...(Array.isArray(security["supplementalGroups"]) ? security["supplementalGroups"] : []),
    security["fsGroup"],
  ];
  const groups = new Set(extra.filter((g): g is number => typeof g === "number" && !Number.isNaN(g)));
  return { uid, gid, groups: [...groups].sort((a, b) => a - b) };
}

/** The rows of an account file, split at the colons. */
function rows(fs: FileSystem, path: string): string[][] {
  const node = fs.peek(path);
  return node?.type === "file"
    ? contentOf(node)
        .split("\n")
        .map((line) => line.split(":"))
    : [];
}

/** Gives a main process its stdin, stdout and stderr. */
function connect(container: Container, process: Process): StdinPort | undefined {
  const { spec, machine } = container;
  if (spec.tty) {
    const tty = new Tty(machine, (data, at) => container.log.append(at, "stdout", data));
    tty.foreground = process.group;
    machine.terminals.push(tty);
    container.tty = tty;
    for (const fd of [0, 1, 2]) process.attach(fd, tty.file());
    return spec.stdin ? { write: (data, at) => tty.type(data, at), close: (at) => tty.hangUp(at) } : undefined;
  }
  process.attach(1, container.logFile("stdout"));
  process.attach(2, container.logFile("stderr"));
  if (!spec.stdin) {
    process.attach(0, nullFile("null"));
    return undefined;
  }
  const pipe = new Pipe();
  const [reader] = pipe.ends();
  process.attach(0, reader);
  return {
    write: (data, at) => {
      pipe.buffer += data;
      pipe.readable.wake(at);
    },
    close: (at) => {
      pipe.writers = 0;
      pipe.readable.wake(at);
    },
  };
}
