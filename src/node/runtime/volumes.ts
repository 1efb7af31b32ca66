import type { Instant } from "../../machinery/time.ts";
import type { Input, RuntimeStore } from "./journal.ts";
import { type DirNode, dirNode, type MountInfo, weightOf } from "./machine/file-nodes.ts";
import { type FileChange, FileSystem } from "./machine/vfs.ts";
import { plantNodeDisk } from "./node-disk.ts";

/** Whether a volume outlives its pods, so that what happens to it must be told to others. */
export function isLasting(sharedId: string): boolean {
  return !sharedId.startsWith("pod/");
}

/** The volumes that a pod's containers share, as trees. Those that outlive the pod are synchronised through the store. */
export class PodVolumes {
  private readonly trees = new Map<string, FileSystem>();
  private readonly now: () => Instant;
  private readonly nodeFiles: (node: string) => Readonly<Record<string, string>>;
  /** What this pod's programs did to lasting volumes, in order; published up to `published`. */
  readonly done = new Map<string, { at: Instant; change: FileChange }[]>();

  constructor(now: () => Instant, nodeFiles: (node: string) => Readonly<Record<string, string>>) {
    this.now = now;
    this.nodeFiles = nodeFiles;
  }

  get(sharedId: string): DirNode {
    return this.tree(sharedId).root;
  }

  private tree(sharedId: string): FileSystem {
    let fs = this.trees.get(sharedId);
    if (fs === undefined) {
      fs = new FileSystem(dirNode(0o777, this.now()), this.now);
      this.trees.set(sharedId, fs);
      const [kind, node = "", more] = sharedId.split("/");
      if (kind === "node" && more === undefined) plantNodeDisk(fs, { files: this.nodeFiles(node) });
    }
    return fs;
  }

  /** What the pod's own volumes hold, by name. */
  usage(): Record<string, number> {
    const own: Record<string, number> = Object.create(null);
    for (const [sharedId, fs] of this.trees) {
      const [, name] = /^pod\/[^/]+\/volume\/(.+)$/.exec(sharedId) ?? [];
      if (name !== undefined) own[name] = weightOf(fs.root);
    }
    return own;
  }

  apply(sharedId: string, changes: readonly FileChange[]): void {
    const fs = this.tree(sharedId);
    for (const change of changes) fs.apply(change);
  }

  /** Notes a change that a program of this pod made under a mount. */
  note(sharedId: string, mount: Pick<MountInfo, "path" | "inner">, change: FileChange, at: Instant): void {
    if (!isLasting(sharedId)) return;
    const base = mount.inner === undefined ? "" : `/${mount.inner}`;
    const relative = (path: string): string => base + (path.slice(mount.path === "/" ? 0 : mount.path.length) || "/");
    const moved = {
      ...change,
      path: relative(change.path),
      ...("to" in change ? { to: relative(change.to) } : {}),
    } as FileChange;
    const list = this.done.get(sharedId);
    if (list === undefined) this.done.set(sharedId, [{ at, change: moved }]);
    else list.push({ at, change: moved });
  }

  get lasting(): string[] {
    return [...this.trees.keys()].filter(isLasting);
  }
}

interface VolumeEntry {
  readonly by: string;
  readonly changes: readonly FileChange[];
}

const pad = (n: number): string => String(n).padStart(8, "0");
const encode = (sharedId: string): string => sharedId.replaceAll("/", "~");

/** Tells the store what this pod did up to `at`, and answers what others did since it last looked, as inputs. */
export function synchronise(
  { store, nodeChanged }: { readonly store: RuntimeStore; nodeChanged(node: string): void },
  podUid: string,
  volumes: PodVolumes,
  at: Instant,
): Input[] {
  const inputs: Input[] = [];
  for (const sharedId of volumes.lasting) {
    const base = `/containers/volumes/${encode(sharedId)}/`;
    const marker = `${base}seen/${podUid}`;
    const seen = store.get(marker) ?? { entry: 0, own: 0 };
    const keys = store.keys(`${base}log/`);
    let entry = seen.entry as number;
    for (const key of keys) {
      const number = Number(key.slice(key.lastIndexOf("/") + 1));
      if (number < entry) continue;
      const found = store.get(key) as VolumeEntry;
      if (found.by !== podUid) inputs.push({ k: "volume", at, sharedId, changes: found.changes });
      entry = number + 1;
    }
    const own = (volumes.done.get(sharedId) ?? []).filter((done) => done.at <= at);
    const fresh = own.slice(seen.own);
    if (fresh.length > 0) {
      store.set(`${base}log/${pad(entry)}`, { by: podUid, changes: compact(fresh.map((done) => done.change)) });
      entry++;
      if (/^node\/[^/]+$/.test(sharedId)) nodeChanged(sharedId.slice(5));
    }
    if (entry !== seen.entry || own.length > seen.own)
      store.set(marker, { entry, own: Math.max(own.length, seen.own) });
  }
  return inputs;
}

/** Joins writes to the same file that follow each other, and drops those that later ones of the batch replace. */
export function compact(changes: readonly FileChange[]): FileChange[] {
  const out: FileChange[] = [];
  for (const change of changes) {
    const last = out[out.length - 1];
    if (last?.op === "grow" && change.op === "grow" && last.path === change.path)
      out[out.length - 1] = { ...last, bytes: last.bytes + change.bytes };
    else if (last?.op === "append" && change.op === "append" && last.path === change.path)
      out[out.length - 1] = { ...last, content: last.content + change.content };
    else if (last?.op === "put" && !last.zeros && change.op === "append" && last.path === change.path)
      out[out.length - 1] = { ...last, content: last.content + change.content };
    else if (last?.op === "put" && change.op === "put" && last.path === change.path) out[out.length - 1] = change;
    else out.push(change);
  }
  return out;
}
