import type { Instant } from "../../../machinery/time.ts";
import { failure } from "./errno.ts";
import {
  allowed,
  type Credentials,
  contentOf,
  type DirNode,
  dirNode,
  type FileNode,
  fileNode,
  lengthOf,
  linkNode,
  type Meta,
  type MountInfo,
  type Node,
  ROOT,
  weightOf,
} from "./file-nodes.ts";
import { DISK_BYTES, FILE_BYTES, NODE_DISK_BYTES } from "./limits.ts";

/** Where a path leads. `node` is undefined where only the last component is missing. */
export interface Found {
  readonly path: string;
  readonly name: string;
  readonly parent: DirNode;
  readonly node: Node | undefined;
  readonly mount: MountInfo;
}

/** Whose a new file is; absent: root's. */
interface Owned {
  readonly uid?: number;
  readonly gid?: number;
}

const owned = ({ uid, gid }: Meta): Owned => (uid === 0 && gid === 0 ? {} : { uid, gid });

/** What changed, for whoever must remember it (exec sessions, shared volumes). Paths are canonical. */
export type FileChange =
  | ({
      readonly op: "put";
      readonly path: string;
      readonly content: string;
      readonly mode: number;
      readonly zeros?: number;
    } & Owned)
  | { readonly op: "grow"; readonly path: string; readonly bytes: number }
  | { readonly op: "append"; readonly path: string; readonly content: string }
  | ({ readonly op: "mkdir"; readonly path: string; readonly mode: number } & Owned)
  | ({ readonly op: "link"; readonly path: string; readonly target: string } & Owned)
  | { readonly op: "remove"; readonly path: string }
  | { readonly op: "rename"; readonly path: string; readonly to: string }
  | { readonly op: "mode"; readonly path: string; readonly mode: number }
  | { readonly op: "owner"; readonly path: string; readonly uid: number; readonly gid: number };

const SETGID = 0o2000;

/** Who gets a new entry of a directory: its maker, and the directory's group where the setgid bit says so. */
const heir = (parent: DirNode, who: Credentials): { uid: number; gid: number } => ({
  uid: who.uid,
  gid: (parent.mode & SETGID) !== 0 ? parent.gid : who.gid,
});

/** An in-memory file tree with permissions, links, mounts and a byte budget. All failures are thrown as SystemFailure. */
export class FileSystem {
  readonly root: DirNode;
  readonly mounts: MountInfo[] = [];
  used = 0;
  /** What of it is in the container's own layer, not in a mount. */
  layer = 0;
  /** The bytes that are spelled out. */
  private kept = 0;
  /** Counts changes of names and modes, so that lookups can be remembered. */
  generation = 0;
  now: () => Instant;
  onChange: ((change: FileChange, mount: MountInfo) => void) | undefined;

  constructor(root: DirNode, now: () => Instant, readOnly = false) {
    this.root = root;
    this.now = now;
    root.mount = { path: "/", source: "overlay", fstype: "overlay", readOnly };
    this.mounts.push(root.mount);
  }

  /** Walks a path. Throws ENOENT, ENOTDIR, EACCES, ELOOP. */
  find(path: string, cwd = "/", who: Credentials = ROOT, follow = true): Found {
    if (path === "") throw failure("ENOENT");
    if (path.length > 4096) throw failure("ENAMETOOLONG");
    const pending = (path.startsWith("/") ? path : `${cwd}/${path}`)
      .split("/")
      .filter((part) => part !== "" && part !== ".")
      .reverse();
    if (pending.length > 2048) throw failure("ENAMETOOLONG");
    const slashed = path.endsWith("/") || path.endsWith("/.");
    const trail: { name: string; node: Node }[] = [{ name: "", node: this.root }];
    let links = 0;
    while (pending.length > 0) {
      const name = pending.pop()!;
      const here = trail[trail.length - 1]!.node;
      if (here.type !== "dir") throw failure("ENOTDIR");
      if (name === "..") {
        if (trail.length > 1) trail.pop();
        continue;
      }
      if (!allowed(here, 1, who)) throw failure("EACCES");
      const child = this.child(here, name);
      const last = pending.length === 0;
      if (child === undefined) {
        if (!last) throw failure("ENOENT");
        return this.found(trail, name, undefined);
      }
      if (child.type === "link" && (!last || follow || slashed)) {
        if (++links > 40) throw failure("ELOOP");
        if (child.target.startsWith("/")) trail.length = 1;
        pending.push(
          ...child.target
            .split("/")
            .filter((part) => part !== "" && part !== ".")
            .reverse(),
        );
        continue;
      }
      trail.push({ name, node: child });
    }
    const own = trail.pop()!;
    if (trail.length === 0)
      return { path: "/", name: "/", parent: this.root, node: this.root, mount: this.root.mount! };
    return this.found(trail, own.name, own.node);
  }

  private found(trail: { name: string; node: Node }[], name: string, node: Node | undefined): Found {
    let mount = node?.mount;
    for (let i = trail.length - 1; mount === undefined && i >= 0; i--) mount = trail[i]!.node.mount;
    const path = `${trail.map((t) => t.name).join("/")}/${name}`;
    return { path, name, parent: trail[trail.length - 1]!.node as DirNode, node, mount: mount! };
  }

  /** An entry of a directory. */
  child(dir: DirNode, name: string): Node | undefined {
    this.fill(dir);
    return dir.entries.get(name) ?? dir.lookup?.(name);
  }

  /** The sorted names in a directory. */
  list(dir: DirNode): string[] {
    this.fill(dir);
    const names = [...dir.entries.keys(), ...(dir.names?.() ?? [])];
    return names.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  }

  private fill(dir: DirNode): void {
    const populate = dir.populate;
    if (populate === undefined) return;
    dir.populate = undefined;
    populate();
  }

  /** The node at a path; throws ENOENT where there is none. */
  get(path: string, cwd = "/", who: Credentials = ROOT, follow = true): Node {
    const { node } = this.find(path, cwd, who, follow);
    if (node === undefined) throw failure("ENOENT");
    return node;
  }

  /** The node at a path, or undefined whatever the reason. */
  peek(path: string, cwd = "/", who: Credentials = ROOT, follow = true): Node | undefined {
    try {
      return this.find(path, cwd, who, follow).node;
    } catch {
      return undefined;
    }
  }

  /** A file's bytes. */
  read(path: string, cwd = "/", who: Credentials = ROOT): string {
    const node = this.get(path, cwd, who);
    if (node.type === "dir") throw failure("EISDIR");
    if (!allowed(node, 4, who)) throw failure("EACCES");
    return node.type === "file" ? contentOf(node) : "";
  }

  /** Replaces or creates a file. */
  write(path: string, content: string, cwd = "/", who: Credentials = ROOT, mode = 0o644): FileNode {
    const node = this.create(path, cwd, who, mode);
    this.setContent(node, content, this.find(path, cwd, who));
    return node;
  }

  /** Opens a file for writing, making it if need be (O_CREAT without O_TRUNC). */
  create(path: string, cwd: string, who: Credentials, mode: number): FileNode {
    const at = this.find(path, cwd, who);
    if (at.node === undefined) {
      if (path.endsWith("/")) throw failure("EISDIR");
      const node: FileNode = { ...fileNode("", mode & 0o7777, this.now()), ...heir(at.parent, who) };
      this.insert(at, node, who);
      this.onChange?.({ op: "put", path: at.path, content: "", mode: node.mode, ...owned(node) }, at.mount);
      return node;
    }
    if (at.node.type === "dir") throw failure("EISDIR");
    if (at.node.type !== "file") throw failure("EINVAL");
    if (at.mount.readOnly && at.node.onWrite === undefined) throw failure("EROFS");
    if (!allowed(at.node, 2, who)) throw failure("EACCES");
    return at.node;
  }

  /** Changes a file's bytes within the budget. `grown`: only appended, for a cheaper record. */
  setContent(node: FileNode, content: string, at: Pick<Found, "path" | "mount">, grown?: string): void {
    if (node.onWrite !== undefined) {
      node.onWrite(grown ?? content);
      return;
    }
    const room = Math.max(0, Math.min(FILE_BYTES, DISK_BYTES - this.kept + node.content.length));
    const text = content.length <= room ? content : content.slice(0, room);
    const zeros = content.length - text.length;
    this.occupy(content.length - lengthOf(node), at);
    this.kept += text.length - node.content.length;
    node.content = text;
    if (zeros > 0) node.zeros = zeros;
    else delete node.zeros;
    node.mtime = this.now();
    if (node.program !== undefined) this.generation++;
    delete node.program;
    delete node.size;
    this.onChange?.(
      grown === undefined || zeros > 0
        ? { op: "put", path: at.path, content: text, mode: node.mode, ...(zeros > 0 ? { zeros } : {}), ...owned(node) }
        : { op: "append", path: at.path, content: grown },
      at.mount,
    );
  }

  /** Lets a file grow by bytes that are not spelled out. */
  grow(node: FileNode, bytes: number, at: Pick<Found, "path" | "mount">): void {
    if (bytes <= 0) return;
    this.occupy(bytes, at);
    node.zeros = (node.zeros ?? 0) + bytes;
    node.mtime = this.now();
    this.onChange?.({ op: "grow", path: at.path, bytes }, at.mount);
  }

  /** Whether so many bytes more of a file could be spelled out. */
  hasRoom(node: FileNode, bytes: number): boolean {
    return node.content.length + bytes <= FILE_BYTES && this.kept + bytes <= DISK_BYTES;
  }

  private occupy(bytes: number, { mount }: Pick<Found, "mount">): void {
    if (bytes > 0 && this.used + bytes > NODE_DISK_BYTES) throw failure("ENOSPC");
    if (bytes > 0 && mount.capacity !== undefined) {
      const root = this.peek(mount.path);
      if (root !== undefined && weightOf({ ...root }) + bytes > mount.capacity) throw failure("ENOSPC");
    }
    this.used += bytes;
    if (mount === this.root.mount) this.layer += bytes;
  }

  /** Puts a node where `find` found nothing. */
  insert(at: Found, node: Node, who: Credentials): void {
    if (at.mount.readOnly) throw failure("EROFS");
    if (at.parent.lookup !== undefined) throw failure("ENOENT");
    if (!allowed(at.parent, 3, who)) throw failure("EACCES");
    if (at.name.length > 255) throw failure("ENAMETOOLONG");
    if (at.parent.entries.size >= 20_000) throw failure("ENOSPC");
    this.generation++;
    at.parent.entries.set(at.name, node);
    at.parent.mtime = this.now();
  }

  /** mkdir(2). */
  mkdir(path: string, cwd = "/", who: Credentials = ROOT, mode = 0o755): void {
    const at = this.find(path, cwd, who);
    if (at.node !== undefined) throw failure("EEXIST");
    const node = { ...dirNode(mode | (at.parent.mode & SETGID), this.now()), ...heir(at.parent, who) };
    this.insert(at, node, who);
    this.onChange?.({ op: "mkdir", path: at.path, mode: node.mode, ...owned(node) }, at.mount);
  }

  /** symlink(2). */
  symlink(target: string, path: string, cwd = "/", who: Credentials = ROOT): void {
    const at = this.find(path, cwd, who, false);
    if (at.node !== undefined) throw failure("EEXIST");
    const node = { ...linkNode(target, this.now()), ...heir(at.parent, who) };
    this.insert(at, node, who);
    this.onChange?.({ op: "link", path: at.path, target, ...owned(node) }, at.mount);
  }

  /** unlink(2), or with `tree` the removal of a directory with all that is in it. rmdir(2) of an empty one with `dir`. */
  remove(path: string, cwd: string, who: Credentials, kind: "file" | "dir" | "tree"): void {
    const at = this.find(path, cwd, who, false);
    if (at.node === undefined) throw failure("ENOENT");
    if (at.node.mount !== undefined || at.node === this.root) throw failure("EBUSY");
    if (at.mount.readOnly) throw failure("EROFS");
    if (at.node.type === "dir" && kind === "file") throw failure("EISDIR");
    if (at.node.type !== "dir" && kind === "dir") throw failure("ENOTDIR");
    if (at.node.type === "dir" && kind === "dir" && this.list(at.node).length > 0) throw failure("ENOTEMPTY");
    if (!allowed(at.parent, 3, who)) throw failure("EACCES");
    const sticky = (at.parent.mode & 0o1000) !== 0;
    if (sticky && who.uid !== 0 && at.node.uid !== who.uid && at.parent.uid !== who.uid) throw failure("EPERM");
    this.generation++;
    at.parent.entries.delete(at.name);
    at.parent.mtime = this.now();
    this.occupy(-weightOf(at.node), at);
    this.kept -= weightOf(at.node, true);
    this.onChange?.({ op: "remove", path: at.path }, at.mount);
  }

  /** rename(2). */
  rename(from: string, to: string, cwd: string, who: Credentials): void {
    const source = this.find(from, cwd, who, false);
    if (source.node === undefined) throw failure("ENOENT");
    const target = this.find(to, cwd, who, false);
    if (source.node.mount !== undefined || target.node?.mount !== undefined) throw failure("EBUSY");
    if (source.mount !== target.mount) throw failure("EXDEV");
    if (source.mount.readOnly) throw failure("EROFS");
    if (target.path === source.path) return;
    if (target.path.startsWith(`${source.path}/`)) throw failure("EINVAL");
    if (target.node?.type === "dir") {
      if (source.node.type !== "dir") throw failure("EISDIR");
      if (this.list(target.node).length > 0) throw failure("ENOTEMPTY");
    }
    if (!allowed(source.parent, 3, who) || !allowed(target.parent, 3, who)) throw failure("EACCES");
    this.generation++;
    source.parent.entries.delete(source.name);
    target.parent.entries.set(target.name, source.node);
    this.onChange?.({ op: "rename", path: source.path, to: target.path }, source.mount);
  }

  /** chmod(2) and chown(2). */
  setMeta(path: string, cwd: string, who: Credentials, change: { mode?: number; uid?: number; gid?: number }): void {
    const at = this.find(path, cwd, who);
    const node = at.node;
    if (node === undefined) throw failure("ENOENT");
    if (at.mount.readOnly) throw failure("EROFS");
    if (who.uid !== 0 && (node.uid !== who.uid || change.uid !== undefined)) throw failure("EPERM");
    this.generation++;
    if (change.mode !== undefined) {
      node.mode = change.mode & 0o7777;
      this.onChange?.({ op: "mode", path: at.path, mode: node.mode }, at.mount);
    }
    if (change.uid !== undefined || change.gid !== undefined) {
      node.uid = change.uid ?? node.uid;
      node.gid = change.gid ?? node.gid;
      this.onChange?.({ op: "owner", path: at.path, uid: node.uid, gid: node.gid }, at.mount);
    }
  }

  /** Makes all missing directories of a path, as root, past read-only mounts: for building a container's tree. */
  ensureDir(path: string): DirNode {
    let dir = this.root;
    let walked = "";
    for (const name of path.split("/")) {
      if (name === "") continue;
      walked += `/${name}`;
      let next = this.child(dir, name);
      if (next?.type === "link") next = this.peek(walked);
      if (next === undefined || next.type !== "dir") {
        next = dirNode(0o755, this.now());
        dir.entries.set(name, next);
      }
      dir = next;
    }
    return dir;
  }

  /** Puts a node at a path while a container's tree is built. */
  plant(path: string, node: Node): void {
    const cut = path.lastIndexOf("/");
    const dir = this.ensureDir(path.slice(0, cut));
    this.fill(dir);
    this.generation++;
    dir.entries.set(path.slice(cut + 1), node);
  }

  /** The view of a process whose root is a folder of this tree. */
  within(found: Found): FileSystem {
    const view = new FileSystem({ ...(found.node as DirNode) }, this.now);
    view.root.mount = { ...found.mount, path: "/" };
    view.mounts.splice(0, 1, view.root.mount);
    const base = found.path === "/" ? "" : found.path;
    const outer = (change: FileChange): FileChange =>
      ({ ...change, path: base + change.path, ...("to" in change ? { to: base + change.to } : {}) }) as FileChange;
    view.onChange = (change) => this.onChange?.(outer(change), found.mount);
    return view;
  }

  /** Mounts a tree or a file over a path. A tree keeps its entries shared with its other mounts. */
  mount(node: Node, info: MountInfo): void {
    this.plant(info.path, { ...node, mount: info });
    this.mounts.push(info);
  }

  /** Repeats a recorded change; what no longer applies is passed over. */
  apply(change: FileChange): void {
    try {
      if (change.op === "put") {
        const node = this.write(change.path, change.content, "/", ROOT, change.mode);
        this.grow(node, change.zeros ?? 0, this.find(change.path));
        this.setMeta(change.path, "/", ROOT, { mode: change.mode, uid: change.uid ?? 0, gid: change.gid ?? 0 });
      } else if (change.op === "grow") {
        this.grow(this.create(change.path, "/", ROOT, 0o644), change.bytes, this.find(change.path));
      } else if (change.op === "append") {
        const node = this.create(change.path, "/", ROOT, 0o644);
        this.setContent(node, node.content + change.content, this.find(change.path), change.content);
      } else if (change.op === "mkdir") {
        this.mkdir(change.path, "/", ROOT, change.mode);
        this.setMeta(change.path, "/", ROOT, { uid: change.uid ?? 0, gid: change.gid ?? 0 });
      } else if (change.op === "link") {
        this.symlink(change.target, change.path);
        Object.assign(this.find(change.path, "/", ROOT, false).node!, { uid: change.uid ?? 0, gid: change.gid ?? 0 });
      } else if (change.op === "remove") this.remove(change.path, "/", ROOT, "tree");
      else if (change.op === "rename") this.rename(change.path, change.to, "/", ROOT);
      else if (change.op === "mode") this.setMeta(change.path, "/", ROOT, { mode: change.mode });
      else this.setMeta(change.path, "/", ROOT, { uid: change.uid, gid: change.gid });
    } catch {
      // A change that was possible once may be impossible after an update of a mount; the rest still holds.
    }
  }
}
