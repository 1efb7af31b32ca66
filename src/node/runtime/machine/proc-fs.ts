import type { Container } from "./container.ts";
import { type DirNode, dirNode, type FileNode, fileNode, linkNode, type Node } from "./file-nodes.ts";
import type { Process } from "./process.ts";

function computed(content: () => string, mode = 0o444): FileNode {
  return { ...fileNode("", mode), dynamic: content };
}

/** /proc of a container: its processes, and what programs like to read there. */
export function procFs(container: Container): DirNode {
  const { machine } = container;
  const root = dirNode(0o555);
  const seconds = (): string => (Math.max(0, machine.clock - container.startedAt) / 1000 + 86_400).toFixed(2);
  const files: Readonly<Record<string, () => string>> = {
    uptime: () => `${seconds()} ${seconds()}\n`,
    loadavg: () => `0.12 0.08 0.05 1/${container.processes.size + 100} ${container.nextPid}\n`,
    version: () =>
      "Linux version 6.8.0-45-generic (buildd@lcy02-amd64-115) (gcc 13.2.0) #45-Ubuntu SMP PREEMPT_DYNAMIC Fri Aug 30 12:02:04 UTC 2024\n",
    meminfo: () =>
      "MemTotal:        8137548 kB\nMemFree:         3219884 kB\nMemAvailable:    5982144 kB\nBuffers:          218420 kB\nCached:          2614096 kB\nSwapCached:            0 kB\nSwapTotal:             0 kB\nSwapFree:              0 kB\n",
    cpuinfo: () =>
      [0, 1, 2, 3]
        .map(
          (n) =>
            `processor\t: ${n}\nvendor_id\t: GenuineIntel\nmodel name\t: Intel(R) Xeon(R) CPU\ncpu MHz\t\t: 2600.000\ncpu cores\t: 4\n`,
        )
        .join("\n"),
    mounts: () =>
      container.fs.mounts
        .map((m) => `${m.source} ${m.path} ${m.fstype} ${m.readOnly ? "ro" : "rw"},relatime 0 0\n`)
        .join(""),
    filesystems: () => "nodev\tproc\nnodev\ttmpfs\nnodev\toverlay\n\text4\n",
    cmdline: () => "BOOT_IMAGE=/boot/vmlinuz root=/dev/vda1 ro\n",
    stat: () => "cpu  0 0 0 0 0 0 0 0 0 0\nbtime 0\n",
  };
  for (const [name, content] of Object.entries(files)) root.entries.set(name, computed(content));
  root.lookup = (name) => {
    if (name === "self" || name === "thread-self") {
      const current = machine.current;
      return current === undefined ? undefined : linkNode(`/proc/${current.pid}`);
    }
    const process = /^\d+$/.test(name) ? container.processes.get(Number(name)) : undefined;
    return process === undefined ? undefined : processDir(process, container);
  };
  root.names = () => [...container.processes.keys()].map(String).concat("self");
  return root;
}

function processDir(process: Process, viewer: Container): DirNode {
  const dir = dirNode(0o555);
  const { container } = process;
  const put = (name: string, node: Node): void => void dir.entries.set(name, node);
  put(
    "comm",
    computed(() => `${process.comm}\n`),
  );
  put(
    "cmdline",
    computed(() => process.argv.map((arg) => `${arg}\0`).join("")),
  );
  put(
    "environ",
    computed(() => [...process.env].map(([name, value]) => `${name}=${value}\0`).join(""), 0o400),
  );
  put(
    "status",
    computed(() => status(process)),
  );
  put(
    "stat",
    computed(
      () => `${process.pid} (${process.comm}) S ${process.parent?.pid ?? 0} ${process.group} ${process.group} 0 -1\n`,
    ),
  );
  put(
    "cgroup",
    computed(() => "0::/\n"),
  );
  put(
    "mounts",
    computed(() => (container.fs.peek("/proc/mounts") as FileNode).dynamic!()),
  );
  put("cwd", linkNode(process.cwd));
  put("root", viewer === container ? linkNode("/") : container.fs.root);
  put("exe", linkNode(process.argv[0] ?? "/"));
  const fds = dirNode(0o500);
  for (const [fd, file] of process.files) {
    const node = computed(() => "", 0o600);
    node.onWrite = (data) => {
      const by = container.machine.current;
      if (by === undefined) return;
      if (by.session !== undefined && process.session === undefined)
        container.machine.onSessionWrite?.(process, fd, data, by.time);
      file.put(data, by);
    };
    fds.entries.set(String(fd), node);
  }
  put("fd", fds);
  return dir;
}

function status(process: Process): string {
  const { uid, gid } = process.who;
  const rows = [
    ["Name", process.comm],
    ["Umask", process.umask.toString(8).padStart(4, "0")],
    ["State", "S (sleeping)"],
    ["Pid", String(process.pid)],
    ["PPid", String(process.parent?.pid ?? 0)],
    ["Uid", Array(4).fill(uid).join("\t")],
    ["Gid", Array(4).fill(gid).join("\t")],
    ["VmRSS", `${String(process.memory >> 10).padStart(8)} kB`],
    ["Threads", "1"],
  ];
  return rows.map(([name, value]) => `${name}:\t${value}\n`).join("") + capabilities(process);
}

/** The capability sets that containerd's default profile, add and drop leave; exercises read CapEff. */
function capabilities(process: Process): string {
  const security = process.container.spec.securityContext;
  const change = (security["capabilities"] ?? {}) as { add?: string[]; drop?: string[] };
  let set = new Set(DEFAULT_CAPABILITIES);
  if (security["privileged"] === true) set = new Set(Array.from({ length: 41 }, (_, i) => i));
  if (change.drop?.includes("ALL")) set.clear();
  for (const name of change.drop ?? []) set.delete(CAPABILITIES.indexOf(name));
  for (const name of change.add ?? []) if (CAPABILITIES.includes(name)) set.add(CAPABILITIES.indexOf(name));
  if (change.add?.includes("ALL")) set = new Set(Array.from({ length: 41 }, (_, i) => i));
  let bits = 0n;
  for (const bit of set) bits |= 1n << BigInt(bit);
  const hex = bits.toString(16).padStart(16, "0");
  const effective = process.who.uid === 0 ? hex : "0".repeat(16);
  return `CapInh:\t${"0".repeat(16)}\nCapPrm:\t${effective}\nCapEff:\t${effective}\nCapBnd:\t${hex}\nCapAmb:\t${"0".repeat(16)}\nNoNewPrivs:\t${security["allowPrivilegeEscalation"] === false ? 1 : 0}\nSeccomp:\t${security["seccompProfile"] === undefined ? 0 : 2}\n`;
}

const CAPABILITIES =
  "CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE".split(
    " ",
  );

const DEFAULT_CAPABILITIES = [
  "CHOWN",
  "DAC_OVERRIDE",
  "FSETID",
  "FOWNER",
  "MKNOD",
  "NET_RAW",
  "SETGID",
  "SETUID",
  "SETFCAP",
  "SETPCAP",
  "NET_BIND_SERVICE",
  "SYS_CHROOT",
  "KILL",
  "AUDIT_WRITE",
].map((name) => CAPABILITIES.indexOf(name));
