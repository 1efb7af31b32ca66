import type { Instant } from "../../../machinery/time.ts";
import type { ContainerSpec } from "../runtime.ts";
import { bytesOf } from "./bytes.ts";
import { failure } from "./errno.ts";
import type { DeviceNode } from "./file-nodes.ts";
import type { Launch } from "./launch.ts";
import { ContainerLog } from "./log.ts";
import type { Machine } from "./machine.ts";
import { nullFile, type OpenFile, WaitQueue } from "./open-file.ts";
import type { Process, Program } from "./process.ts";
import type { Tty } from "./tty.ts";
import type { FileSystem } from "./vfs.ts";

/** How a container ended. */
export interface ContainerExit {
  readonly at: Instant;
  readonly exitCode: number;
  readonly signal?: number;
  readonly reason: "Completed" | "Error" | "OOMKilled" | "StartError";
  readonly message?: string;
}

/** A container inside a pod's machine: its files, processes and log. */
export class Container {
  readonly spec: ContainerSpec;
  readonly machine: Machine;
  /** What its processes see; `rootFs`, unless one of them has changed its root. */
  fs: FileSystem;
  readonly rootFs: FileSystem;
  readonly log = new ContainerLog();
  /** What launch has found, as of a generation of the files. */
  launches = { generation: -1, found: new Map<string, Launch>() } as {
    generation: number;
    readonly found: Map<string, Launch>;
  };
  /** Wakes whoever follows files. */
  readonly fileChanges = new WaitQueue();
  readonly startedAt: Instant;
  /** The programs behind the executables of what its processes see as the root, and what they are like. */
  system: System;
  /** The system on its node's disk, where a volume shows that. */
  hostSystem: System | undefined;
  /** Live processes by pid; shared by the pod's containers with shareProcessNamespace. */
  readonly processes: Map<number, Process>;
  main: Process | undefined;
  exit: ContainerExit | undefined;
  tty: Tty | undefined;
  /** In bytes and millicores; a resize changes them while the container runs. */
  memoryLimit: number | undefined;
  cpuLimit: number | undefined;
  steps = 0;
  calls = 0;
  stepsAtInput = 0;
  callsAtInput = 0;
  /** Since when it is in a steady rhythm, and how far it has been skipped (see limits.ts). */
  steady: { at: Instant; skipped: number; stepsAfter: number } | undefined;
  private readonly pids: { next: number };

  constructor(
    machine: Machine,
    spec: ContainerSpec,
    fs: FileSystem,
    image: System,
    at: Instant,
    share: Container | undefined,
  ) {
    this.machine = machine;
    this.spec = spec;
    this.fs = fs;
    this.rootFs = fs;
    this.system = image;
    this.startedAt = at;
    this.memoryLimit = spec.memoryLimit;
    this.cpuLimit = spec.cpuLimit;
    this.processes = share?.processes ?? new Map();
    this.pids = share?.pids ?? { next: 1 };
  }

  /** What the image says about its shells and distribution; shells and applets ask. */
  get flavor(): Flavor {
    return this.system.flavor;
  }

  /** The program behind an executable. */
  programs(name: string): Program | undefined {
    return this.system.programs(name);
  }

  takePid(): number {
    return this.pids.next++;
  }

  /** Exec sessions take pids from the same sequence but leave it as it was, since a replay does not see them. */
  withPids<T>(from: number, run: () => T): T {
    const before = this.pids.next;
    this.pids.next = from;
    try {
      return run();
    } finally {
      this.pids.next = before;
    }
  }

  get nextPid(): number {
    return this.pids.next;
  }

  /** Opens a device file for a process. */
  openDevice(node: DeviceNode, by: Process): OpenFile {
    if (node.device === "stdin" || node.device === "stdout" || node.device === "stderr" || node.device === "fd") {
      const fd = node.device === "fd" ? node.fd! : { stdin: 0, stdout: 1, stderr: 2 }[node.device];
      const file = by.files.get(fd);
      if (file === undefined) throw failure("ENOENT");
      return file;
    }
    if (node.device === "tty") {
      for (const file of by.files.values()) if (file.kind === "tty") return file;
      throw failure("ENOENT");
    }
    if (node.device === "random") return randomFile(this.machine, by);
    if (node.device === "full")
      return {
        ...nullFile("zero"),
        put: () => {
          throw failure("ENOSPC");
        },
      };
    return nullFile(node.device);
  }

  /** The file that the main program's stdout or stderr goes to. */
  logFile(stream: "stdout" | "stderr"): OpenFile {
    return {
      kind: "log",
      refs: 0,
      take: () => "",
      put: (data, by) => {
        this.log.append(by.time, stream, data);
        return data.length;
      },
      close: () => {},
    };
  }
}

/** /dev/urandom: bytes that follow from the cluster's seed and where in the program they are read. */
function randomFile(machine: Machine, by: Process): OpenFile {
  let count = 0;
  const purpose = `random/${by.container.spec.id}/${by.pid}/${by.container.steps}`;
  return {
    ...nullFile("null"),
    kind: "zero",
    take: (max) => {
      const bytes = new Uint8Array(Math.min(max, 65_536));
      by.tick(bytes.length >> 10);
      let word = Math.floor(machine.chance(`${purpose}/${count++}`) * 2 ** 32) | 1;
      for (let i = 0; i < bytes.length; i++) {
        word ^= word << 13;
        word ^= word >>> 17;
        word ^= word << 5;
        bytes[i] = word >>> 11;
      }
      return bytesOf(bytes);
    },
  };
}

/** The programs of an image or of a node. */
export interface System {
  readonly flavor: Flavor;
  programs(name: string): Program | undefined;
}

/** What differs between the userlands of images. */
export interface Flavor {
  /** Whose coreutils: messages and options differ. */
  readonly userland: "busybox" | "gnu";
  /** What /bin/sh is. */
  readonly sh: "ash" | "dash" | "bash";
  /** "debian", "ubuntu", "alpine", "centos", "busybox", "none" … */
  readonly distribution: string;
  /** busybox's version, where it differs: "1.28". */
  readonly version?: string;
}
