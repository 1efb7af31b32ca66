import type { Instant } from "../../../machinery/time.ts";
import { FILE_BYTES } from "./limits.ts";
import type { OutsideCall } from "./outside.ts";

/** What every node of a file tree has. */
export interface Meta {
  mode: number;
  uid: number;
  gid: number;
  mtime: Instant;
  /** Set on what is mounted over its place. */
  mount?: MountInfo;
}

/** A mount as /proc/mounts shows it. */
export interface MountInfo {
  readonly path: string;
  readonly source: string;
  readonly fstype: string;
  readonly readOnly: boolean;
  /** Who shares the tree: see Mount.sharedId. */
  readonly sharedId?: string;
  /** The folder of the shared tree that is mounted; absent: all of it. */
  readonly inner?: string;
  /** What fits into it, in bytes; absent: what fits on the disk. */
  readonly capacity?: number;
}

export interface FileNode extends Meta {
  type: "file";
  content: string;
  /** So many zero bytes follow: what is not spelled out of a big file. */
  zeros?: number;
  /** Content that is made when read (/proc). */
  dynamic?: () => string;
  /** Content that must be asked for from outside when it is read. */
  call?: OutsideCall;
  /** What a write to it does instead of changing content. */
  onWrite?: (data: string) => void;
  /** The simulated program behind an executable. */
  program?: string;
  /** The size to show where the content is not spelled out. */
  size?: number;
}

export interface DirNode extends Meta {
  type: "dir";
  entries: Map<string, Node>;
  /** Fills entries when first looked into. */
  populate?: (() => void) | undefined;
  /** A directory whose entries are computed (/proc). */
  lookup?: (name: string) => Node | undefined;
  names?: () => string[];
}

export interface LinkNode extends Meta {
  type: "link";
  target: string;
}

export interface DeviceNode extends Meta {
  type: "device";
  device: "null" | "zero" | "full" | "random" | "tty" | "stdin" | "stdout" | "stderr" | "fd";
  fd?: number;
}

export type Node = FileNode | DirNode | LinkNode | DeviceNode;

/** Whose permissions count. */
export interface Credentials {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

export const ROOT: Credentials = { uid: 0, gid: 0, groups: [0] };

/** A new file node. */
export function fileNode(content: string, mode = 0o644, mtime: Instant = 0): FileNode {
  return { type: "file", content, mode, uid: 0, gid: 0, mtime };
}

/** A new empty directory node. */
export function dirNode(mode = 0o755, mtime: Instant = 0): DirNode {
  return { type: "dir", entries: new Map(), mode, uid: 0, gid: 0, mtime };
}

/** A new symbolic link node. */
export function linkNode(target: string, mtime: Instant = 0): LinkNode {
  return { type: "link", target, mode: 0o777, uid: 0, gid: 0, mtime };
}

/** The bytes of a file, computed ones too. */
export function contentOf(node: FileNode): string {
  if (node.dynamic !== undefined) return node.dynamic();
  return node.zeros === undefined ? node.content : node.content + "\0".repeat(Math.min(node.zeros, FILE_BYTES));
}

/** How long a file is, with what is not spelled out. */
export const lengthOf = (node: FileNode): number => node.content.length + (node.zeros ?? 0);

/** The bytes in a tree, as du counts them; `kept`: only those that are spelled out. */
export function weightOf(node: Node, kept = false): number {
  if (node.type === "file") return kept ? node.content.length : lengthOf(node);
  if (node.type !== "dir") return 0;
  let sum = 0;
  for (const child of node.entries.values()) if (child.mount === undefined) sum += weightOf(child, kept);
  return sum;
}

/** The size that stat shows. */
export function sizeOf(node: Node): number {
  if (node.type === "file") return node.size ?? (node.dynamic === undefined ? lengthOf(node) : 0);
  if (node.type === "link") return node.target.length;
  return node.type === "dir" ? 4096 : 0;
}

/** Whether `who` may do `want` (4 read, 2 write, 1 execute or search). */
export function allowed(node: Node, want: number, who: Credentials): boolean {
  if (who.uid === 0) return want !== 1 || node.type === "dir" || (node.mode & 0o111) !== 0;
  const shift = node.uid === who.uid ? 6 : node.gid === who.gid || who.groups.includes(node.gid) ? 3 : 0;
  return ((node.mode >> shift) & want) === want;
}
