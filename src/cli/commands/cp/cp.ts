import fs from "node:fs";
import path from "node:path";
import type { KubeObject } from "../../../machinery/object.ts";
import { readTar, type TarEntry, writeTar } from "../../archive/tar.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";
import { defaultContainer, hasContainer } from "../../pods/containers.ts";
import { runInPod } from "../../pods/run-in-pod.ts";
import { throwFailure } from "../../pods/terminal.ts";
import type { Session } from "../../session.ts";

/** [[NAMESPACE/]POD:]FILE. */
interface FileSpec {
  readonly namespace: string;
  readonly pod: string;
  readonly file: string;
}

interface CpOptions {
  readonly source: FileSpec;
  readonly target: FileSpec;
  readonly container: string;
  readonly noPreserve: boolean;
  readonly retries: number;
}

/** Reads a file specification. Throws for a wrong one. Mirrors cp.go extractFileSpec. */
export function parseFileSpec(text: string): FileSpec {
  const colon = text.indexOf(":");
  if (colon < 0) return { namespace: "", pod: "", file: text };
  const pieces = text.slice(0, colon).split("/");
  if (colon === 0 || pieces.length > 2)
    throw new Error("filespec must match the canonical format: [[namespace/]pod:]file/path");
  const [namespace, pod] = pieces.length === 2 ? pieces : ["", pieces[0]];
  return { namespace: namespace!, pod: pod!, file: text.slice(colon + 1) };
}

interface Target {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

async function targetOf(session: Session, o: CpOptions, spec: FileSpec): Promise<Target> {
  const client = await session.client();
  const namespace = spec.namespace || (await session.namespace()).name;
  const pod = await client.get<KubeObject>({ group: "", version: "v1", resource: "pods", namespace }, spec.pod);
  const phase = pod["status"]?.phase;
  if (phase === "Succeeded" || phase === "Failed")
    throw new Error(`cannot exec into a container in a completed pod; current phase is ${phase}`);
  const container = o.container === "" ? defaultContainer(session, pod) : o.container;
  if (!hasContainer(pod, container)) throw new Error(`container ${container} not found in pod ${spec.pod}`);
  return { namespace, pod: spec.pod, container };
}

/** A local file or directory as archive entries under `name`. */
function entriesOf(file: string, name: string): TarEntry[] {
  const stat = fs.lstatSync(file);
  const base = { name, mode: stat.mode & 0o7777, content: new Uint8Array(), link: "" };
  if (stat.isSymbolicLink()) return [{ ...base, type: "symlink", link: fs.readlinkSync(file) }];
  if (!stat.isDirectory()) return [{ ...base, type: "file", content: fs.readFileSync(file) }];
  const below = fs
    .readdirSync(file)
    .sort()
    .flatMap((child) => entriesOf(path.join(file, child), `${name}/${child}`));
  return [{ ...base, type: "directory" }, ...below];
}

async function copyToPod(session: Session, o: CpOptions): Promise<void> {
  const local = path.resolve(session.cwd, o.source.file);
  if (!fs.existsSync(local)) throw new Error(`${o.source.file} doesn't exist in local filesystem`);
  const target = await targetOf(session, o, o.target);
  const { status } = await runInPod(session, target, ["test", "-d", o.target.file]);
  const into = status["status"] === "Failure" ? o.target.file : path.posix.join(o.target.file, path.basename(local));
  const directory = path.posix.dirname(into);
  const command = [
    "tar",
    ...(o.noPreserve ? ["--no-same-permissions", "--no-same-owner"] : []),
    "-xmf",
    "-",
    ...(directory === "" ? [] : ["-C", directory]),
  ];
  const run = await runInPod(session, target, command, writeTar(entriesOf(local, path.posix.basename(into))));
  session.streams.stdout.write(run.stdout);
  session.streams.stderr.write(run.stderr);
  throwFailure(run.status);
}

/** Writes one entry below `root`; what would land outside is refused with a warning. */
function extract(session: Session, entry: TarEntry, root: string, relative: string): void {
  const to = relative === "" ? root : path.join(root, relative);
  if (relative.split("/").includes("..")) {
    session.streams.stderr.write(
      `warning: file ${JSON.stringify(entry.name)} is outside target destination, skipping\n`,
    );
    return;
  }
  if (entry.type === "directory") {
    fs.mkdirSync(to, { recursive: true });
    return;
  }
  if (entry.type === "symlink") {
    session.streams.stderr.write(`warning: skipping symlink: ${JSON.stringify(to)} -> ${JSON.stringify(entry.link)}\n`);
    return;
  }
  fs.mkdirSync(path.dirname(to), { recursive: true });
  // A link that is in the way could lead anywhere.
  if (fs.lstatSync(to, { throwIfNoEntry: false })?.isSymbolicLink() === true) fs.unlinkSync(to);
  fs.writeFileSync(to, entry.content);
}

async function readArchive(session: Session, o: CpOptions, target: Target) {
  for (let attempt = 0; ; attempt++) {
    const run = await runInPod(session, target, ["tar", "cf", "-", o.source.file]);
    session.streams.stderr.write(run.stderr);
    try {
      throwFailure(run.status);
      return readTar(run.stdout);
    } catch (error) {
      if (o.retries >= 0 && attempt >= o.retries) throw error;
    }
  }
}

async function copyFromPod(session: Session, o: CpOptions): Promise<void> {
  const target = await targetOf(session, o, o.source);
  const entries = await readArchive(session, o, target);
  const local = path.resolve(session.cwd, o.target.file);
  const isDirectory = fs.statSync(local, { throwIfNoEntry: false })?.isDirectory() === true;
  const prefix = path.posix.normalize(o.source.file).replace(/^\/+|\/+$/g, "");
  const root = isDirectory ? path.join(local, path.posix.basename(prefix)) : local;
  for (const entry of entries) {
    const name = entry.name.replace(/^\.?\/+|\/+$/g, "");
    if (prefix !== "." && prefix !== "" && name !== prefix && !name.startsWith(`${prefix}/`))
      throw new Error(`tar contents corrupted`);
    extract(session, entry, root, prefix === "." ? name : name.slice(prefix.length).replace(/^\/+/, ""));
  }
}

/** `kubectl cp`: an archive through exec. Mirrors kubectl/pkg/cmd/cp. */
export const command: CommandDefinition<CpOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "<file-spec-src> <file-spec-dest>",
      long: "Copy files and directories to and from containers. The container must have tar.",
      examples: `
# To a pod
kubectl cp /tmp/foo_dir <some-pod>:/tmp/bar_dir

# To a container
kubectl cp /tmp/foo <some-pod>:/tmp/bar -c <specific-container>

# From a pod of another namespace
kubectl cp <some-namespace>/<some-pod>:/tmp/foo /tmp/bar`,
    });
    declareFlags(
      c,
      flag.string("container", "The container; the pod's first by default.", { short: "c" }),
      flag.bool("no-preserve", "Do not keep permissions and owners in the container."),
      flag.int("retries", "How often to try again to copy from a container; negative: for ever."),
    );
  },
  complete: (_session, flags, args) => {
    if (args.length !== 2) throw new Error("source and destination are required");
    const source = parseFileSpec(args[0]!);
    const target = parseFileSpec(args[1]!);
    if (source.pod !== "" && target.pod !== "")
      throw new Error("one of src or dest must be a local file specification");
    if (source.pod === "" && target.pod === "")
      throw new Error("one of src or dest must be a remote file specification");
    if (source.file === "" || target.file === "") throw new Error("filepath can not be empty");
    return {
      source,
      target,
      container: flags["container"],
      noPreserve: flags["noPreserve"],
      retries: flags["retries"],
    };
  },
  run: (session, o) => (o.source.pod === "" ? copyToPod : copyFromPod)(session, o),
};
