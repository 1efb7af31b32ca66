import { formatTime, type Instant } from "../../machinery/time.ts";
import type { SimulatedImage } from "./image.ts";
import { bytesOf, toBytes } from "./machine/bytes.ts";
import {
  contentOf,
  type DeviceNode,
  type DirNode,
  dirNode,
  type FileNode,
  fileNode,
  linkNode,
  type Node,
} from "./machine/file-nodes.ts";
import { FileSystem } from "./machine/vfs.ts";
import type { ContainerSpec, Mount, MountedFile } from "./runtime.ts";

/** Trees that several containers see: by Mount.sharedId. */
export type SharedVolumes = (sharedId: string) => DirNode;

/** What the outside contributes to a container's files. */
export interface RootfsSources {
  readonly volumes: SharedVolumes;
  readonly now: () => Instant;
}

/** Builds a container's file tree: the image's files, what the runtime manages in /etc, /dev, and the mounts. */
export function buildRootfs(
  spec: ContainerSpec,
  image: SimulatedImage,
  sources: RootfsSources,
  at: Instant,
): FileSystem {
  const fs = new FileSystem(dirNode(0o755, at), sources.now, spec.readOnlyRootFilesystem);
  for (const dir of ["bin", "etc", "home", "proc", "root", "run", "sys", "usr", "var", "mnt", "opt"])
    fs.ensureDir(`/${dir}`);
  fs.plant("/tmp", dirNode(0o1777, at));
  fs.plant("/root", dirNode(0o700, at));
  image.files(fs, spec);
  devices(fs, at);
  managed(fs, spec, at);
  fs.plant("/dev/termination-log", fileNode("", 0o666, at));
  const log = spec.terminationMessagePath ?? "/dev/termination-log";
  fs.mount(fileNode("", 0o666, at), { path: log, source: "/dev/vda1", fstype: "ext4", readOnly: false });
  for (const mount of [...spec.mounts].sort((a, b) => a.mountPath.length - b.mountPath.length))
    mountVolume(fs, mount, sources, at, spec.securityContext["fsGroup"]);
  fs.used = 0;
  fs.layer = 0;
  return fs;
}

function devices(fs: FileSystem, at: Instant): void {
  const dev = dirNode(0o755, at);
  const device = (name: DeviceNode["device"], fd?: number): DeviceNode => ({
    type: "device",
    device: name,
    mode: 0o666,
    uid: 0,
    gid: 0,
    mtime: at,
    ...(fd === undefined ? {} : { fd }),
  });
  for (const name of ["null", "zero", "full", "tty"] as const) dev.entries.set(name, device(name));
  dev.entries.set("random", device("random"));
  dev.entries.set("urandom", device("random"));
  for (const [fd, name] of (["stdin", "stdout", "stderr"] as const).entries()) dev.entries.set(name, device(name, fd));
  const fds = dirNode(0o500, at);
  for (let fd = 0; fd < 64; fd++) fds.entries.set(String(fd), device("fd", fd));
  dev.entries.set("fd", fds);
  dev.entries.set("shm", dirNode(0o1777, at));
  dev.entries.set("pts", dirNode(0o755, at));
  fs.mount(dev, { path: "/dev", source: "tmpfs", fstype: "tmpfs", readOnly: false });
}

/** /etc/hostname, /etc/hosts and /etc/resolv.conf as kubelet and containerd write them. */
function managed(fs: FileSystem, spec: ContainerSpec, at: Instant): void {
  const file = (path: string, content: string): void =>
    fs.mount(fileNode(toBytes(content), 0o644, at), { path, source: "/dev/vda1", fstype: "ext4", readOnly: false });
  file("/etc/hostname", `${spec.hostname}\n`);
  file("/etc/hosts", hostsFile(spec));
  const { nameservers, searches, options } = spec.dns;
  const lines = [
    ...(searches.length > 0 ? [`search ${searches.join(" ")}`] : []),
    ...nameservers.map((server) => `nameserver ${server}`),
    ...(options.length > 0 ? [`options ${options.join(" ")}`] : []),
  ];
  file("/etc/resolv.conf", lines.map((line) => `${line}\n`).join(""));
}

/** Mirrors pkg/kubelet/kubelet_pods.go managedHostsFileContent. */
function hostsFile(spec: ContainerSpec): string {
  let text = "# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n";
  text += "fe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n";
  if (!spec.hostNetwork && spec.podIP !== "") {
    const full = spec.fullHostname === undefined ? "" : `${spec.fullHostname}\t`;
    text += `${spec.podIP}\t${full}${spec.shortHostname ?? spec.hostname}\n`;
  }
  if (spec.hostAliases.length > 0) {
    text += "\n# Entries added by HostAliases.\n";
    for (const alias of spec.hostAliases) text += `${alias.ip}\t${alias.hostnames.join("\t")}\n`;
  }
  return text;
}

function mountVolume(fs: FileSystem, mount: Mount, sources: RootfsSources, at: Instant, fsGroup: unknown): void {
  const root = mount.sharedId === undefined ? dirNode(0o1777, at) : sources.volumes(mount.sharedId);
  const whole = mount.subPath === undefined || mount.subPath === "";
  if (mount.sharedId === undefined && whole && mount.files !== undefined) fillAtomically(root, mount.files, at);
  else fillVolume(root, mount.files ?? [], at);
  if (typeof fsGroup === "number" && takesGroup(mount)) giveToGroup(root, fsGroup, mount.sharedId === undefined);
  const node = whole ? root : subTree(root, mount.subPath!, at);
  const shared = mount.sharedId !== undefined;
  fs.mount(node, {
    path: trimSlash(mount.mountPath),
    source: shared ? "/dev/vda1" : "tmpfs",
    fstype: shared ? "ext4" : "tmpfs",
    readOnly: mount.readOnly,
    ...(mount.sharedId === undefined ? {} : { sharedId: mount.sharedId }),
    ...(whole || mount.sharedId === undefined ? {} : { inner: mount.subPath }),
  });
}

/** Whether the kubelet hands a volume over to the pod's fsGroup: not what belongs to the node or to a file server. */
const takesGroup = ({ sharedId }: Mount): boolean => sharedId === undefined || /^(pod|pv)\//.test(sharedId);

/** Mirrors pkg/volume/volume_linux.go SetVolumeOwnership: the group may read (and write), and new files are the group's. */
function giveToGroup(node: Node, group: number, readOnly: boolean): void {
  if (node.gid === group) return;
  node.gid = group;
  if (node.type === "link") return;
  node.mode |= readOnly ? 0o440 : 0o660;
  if (node.type !== "dir") return;
  node.mode |= 0o2110;
  for (const child of node.entries.values()) giveToGroup(child, group, readOnly);
}

function trimSlash(path: string): string {
  const trimmed = `/${path}`.replace(/\/+/g, "/").replace(/\/$/, "");
  return trimmed === "" ? "/" : trimmed;
}

/** Puts files into a volume's tree; their paths are relative to its root. */
export function fillVolume(root: DirNode, files: readonly MountedFile[], at: Instant): void {
  for (const file of files) {
    const parts = file.path.split("/").filter((part) => part !== "" && part !== ".");
    const name = parts.pop();
    if (name === undefined) continue;
    let dir = root;
    for (const part of parts) {
      const next = dir.entries.get(part);
      if (next?.type === "dir") dir = next;
      else {
        const made = dirNode(0o755, at);
        dir.entries.set(part, made);
        dir = made;
      }
    }
    dir.entries.set(name, mountedFile(file, at));
  }
}

/**
 * The layout in which the kubelet writes ConfigMaps, Secrets and projections: a dated folder, ..data pointing to it, and
 * a link through ..data for each entry. Mirrors pkg/volume/util/atomic_writer.go.
 */
function fillAtomically(root: DirNode, files: readonly MountedFile[], at: Instant): void {
  const dated = `..${formatTime(at).replace(/[-T:]/g, "_").replace("Z", "")}.${String(Math.round(at * 7919) % 4_294_967_291).padStart(9, "0")}`;
  const dir = dirNode(0o755, at);
  fillVolume(dir, files, at);
  root.entries.clear();
  root.entries.set(dated, dir);
  root.entries.set("..data", linkNode(dated, at));
  for (const name of dir.entries.keys()) root.entries.set(name, linkNode(`..data/${name}`, at));
}

function mountedFile(file: MountedFile, at: Instant): FileNode {
  const node = fileNode(
    typeof file.content === "string" ? toBytes(file.content) : bytesOf(file.content),
    file.mode ?? 0o644,
    at,
  );
  const { token } = file;
  if (token !== undefined) {
    node.call = { kind: "token", source: token };
    node.size = 1200;
  }
  return node;
}

/** What a subPath shows of a volume; a missing one is made as a folder. */
function subTree(root: DirNode, subPath: string, at: Instant): Node {
  let node: Node = root;
  for (const part of subPath.split("/").filter((p) => p !== "" && p !== ".")) {
    if (node.type !== "dir") break;
    let next: Node | undefined = node.entries.get(part);
    if (next === undefined) {
      next = dirNode(0o755, at);
      node.entries.set(part, next);
    }
    node = next;
  }
  return node;
}

/** Replaces what a mount shows: the kubelet has written new files. */
export function refillMount(
  fs: FileSystem,
  mountPath: string,
  files: readonly MountedFile[],
  at: Instant,
  fsGroup?: unknown,
): void {
  const node = fs.peek(trimSlash(mountPath));
  if (node?.type !== "dir") return;
  fillAtomically(node, files, at);
  if (typeof fsGroup === "number") for (const child of node.entries.values()) giveToGroup(child, fsGroup, true);
  node.mtime = at;
}

/** terminationMessagePath's content, as the kubelet reads it: at most 4096 bytes. */
export function terminationMessage(fs: FileSystem, path: string): string {
  const node = fs.peek(path);
  return node?.type === "file" ? contentOf(node).slice(0, 4096) : "";
}
