import fs from "node:fs";
import path from "node:path";
import type { KubeObject } from "../../../machinery/object.ts";
import { readTar, type TarEntry, writeTar } from "../../archive/tar.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { fileReason } from "../../generate/data-sources.ts";
import { describeCommand } from "../../help/command-text.ts";
import { defaultContainer } from "../../pods/containers.ts";
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

function makeDirectory(session: Session, directory: string): void {
  try {
    fs.mkdirSync(path.resolve(session.cwd, directory), { recursive: true });
  } catch (error) {
    const isFile = (error as NodeJS.ErrnoException).code === "EEXIST";
    throw new Error(`mkdir ${directory}: ${isFile ? "not a directory" : fileReason(error)}`);
  }
}

/** Writes one entry to `to`, relative to the working directory. */
function extract(session: Session, entry: TarEntry, to: string): void {
  makeDirectory(session, path.dirname(to));
  if (entry.type === "directory") {
    makeDirectory(session, to);
    return;
  }
  const file = path.resolve(session.cwd, to);
  // A link that is in the way could lead anywhere.
  if (fs.lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true) fs.unlinkSync(file);
  try {
    fs.writeFileSync(file, entry.content);
  } catch (error) {
    throw new Error(`open ${to}: ${fileReason(error)}`);
  }
}

async function readArchive(session: Session, o: CpOptions, target: Target) {
  for (let attempt = 0; ; attempt++) {
    const run = await runInPod(session, target, ["tar", "cf", "-", o.source.file]);
    // What tar complains of in the pod comes out as output here: upstream wires it so.
    session.streams.stdout.write(run.stderr);
    try {
      throwFailure(run.status);
      return readTar(run.stdout);
    } catch (error) {
      if (o.retries >= 0 && attempt >= o.retries) throw error;
    }
  }
}

/** Says that a link is left out; with the way to get it, the first time. */
function warnOfLink(session: Session, o: CpOptions, to: string, entry: TarEntry, isFirst: boolean): void {
  const { namespace, pod, file } = o.source;
  const [ns, name, from] = [namespace, pod, file].map((text) => JSON.stringify(text));
  const hint = ` (consider using "${session.program} exec -n ${ns} ${name} -- tar cf - ${from} | tar xf -")`;
  session.streams.stderr.write(
    `warning: skipping symlink: ${JSON.stringify(to)} -> ${JSON.stringify(entry.link)}${isFirst ? hint : ""}\n`,
  );
}

/** Mirrors cp.go untarAll: what is below the source comes to be below the target, which a single file is itself. */
async function copyFromPod(session: Session, o: CpOptions): Promise<void> {
  const target = await targetOf(session, o, o.source);
  const entries = await readArchive(session, o, target);
  const prefix = path.posix
    .normalize(o.source.file.replace(/^\/+|\/+$/g, ""))
    .replace(/^(?:\.\.\/)+/, "")
    .replace(/^\.$/, "");
  let links = 0;
  for (const entry of entries) {
    const name = entry.name.replace(/^\/+/, "");
    if (!name.startsWith(prefix)) throw new Error("tar contents corrupted");
    const to = path.posix
      .join(o.target.file, path.posix.normalize(`/${name.slice(prefix.length)}`))
      .replace(/(.)\/$/, "$1");
    if (name.slice(prefix.length).split("/").includes(".."))
      session.streams.stderr.write(`warning: file ${JSON.stringify(to)} is outside target destination, skipping\n`);
    else if (entry.type === "symlink") warnOfLink(session, o, to, entry, links++ === 0);
    else extract(session, entry, to);
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
