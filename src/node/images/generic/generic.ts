import type { SimulatedImage } from "../../runtime/image.ts";
import { executable } from "../../runtime/machine/launch.ts";
import type { Process, Run } from "../../runtime/machine/process.ts";
import type { FileSystem } from "../../runtime/machine/vfs.ts";
import type { ContainerSpec } from "../../runtime/runtime.ts";
import { debian } from "../bases.ts";
import { goReply, say, untilSignal } from "../server.ts";
import { knownServer } from "./known.ts";

/** Answers on the ports that the image is known for and on those that the container declares. */
function* server(process: Process): Run {
  const { spec } = process.container;
  const known = knownServer(spec.image);
  const declared = spec.containerPorts.filter((p) => p.protocol === "TCP").map((p) => p.port);
  const ports = new Set([...(known?.ports ?? []), ...declared]);
  const page = known?.page ?? `${spec.image} on ${spec.hostname}\n`;
  if (known?.says !== undefined) say(process, 1, known.says);
  for (const port of ports.size > 0 ? ports : [8080]) {
    const handle = (): ReturnType<typeof goReply> =>
      goReply(process, 200, page, page.startsWith("<") ? "text/html; charset=utf-8" : undefined);
    if (process.machine.network.listen(process, port, { kind: "http", handle }) && known?.says === undefined)
      say(process, 1, `listening on :${port}`);
  }
  yield* untilSignal(process);
  return 0;
}

/** ncat: listens like a server, or takes what it gets from one and is over. */
function* ncat(process: Process): Run {
  const listens = process.argv.some((arg) => arg === "-l" || arg === "--listen");
  return listens ? yield* server(process) : 0;
}

/** A tool of a known image: says what it says, and is over. */
function* tool(process: Process): Run {
  const tools = knownServer(process.container.spec.image)?.tools ?? {};
  const name = process.argv[0] ?? "";
  const found = [name, name.split("/").pop()!].find((candidate) => Object.hasOwn(tools, candidate));
  yield* process.write(1, found === undefined ? "" : tools[found]!);
  return 0;
}

/** Puts an executable where there is none yet. */
function plant(fs: FileSystem, path: string, program: string): void {
  if (fs.peek(path) === undefined) fs.plant(path, executable(program));
}

const placed = (name: string): string => (name.startsWith("/") ? name : `/usr/local/bin/${name}`);

/** The executables of a known image; and whatever the pod wants to run, since nobody can say that the image lacks it. */
function plantPrograms(fs: FileSystem, spec: ContainerSpec): void {
  const known = knownServer(spec.image);
  for (const name of known?.programs ?? []) plant(fs, placed(name), name === "ncat" ? "ncat" : "server");
  for (const name of Object.keys(known?.tools ?? {})) plant(fs, placed(name), "tool");
  const wanted = spec.command?.[0];
  if (wanted === undefined || wanted === "") return;
  if (wanted.includes("/"))
    plant(fs, wanted.startsWith("/") ? wanted : `${spec.workingDir ?? ""}/${wanted.replace(/^(\.\/)+/, "")}`, "server");
  else if (!BIN.some((dir) => fs.peek(`${dir}/${wanted}`) !== undefined)) plant(fs, placed(wanted), "server");
}

const BIN = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

const base = debian({ programs: { server, tool, ncat } });

/** A server for images that nobody has described. */
export const image: SimulatedImage = {
  ...base,
  files(fs, spec) {
    base.files(fs, spec);
    plantPrograms(fs, spec);
  },
};
