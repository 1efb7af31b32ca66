import type { Flavor } from "../runtime/machine/container.ts";
import { linkNode } from "../runtime/machine/file-nodes.ts";
import { executable } from "../runtime/machine/launch.ts";
import type { Program } from "../runtime/machine/process.ts";
import type { FileSystem } from "../runtime/machine/vfs.ts";
import { appletNames, findApplet } from "./applets/registry.ts";
import { shellProgram } from "./sh.ts";

/** The shells and applets by program name; "busybox" runs the applet that it is called as. */
export function userlandProgram(name: string, flavor: Flavor): Program | undefined {
  if (name === "sh") return shellProgram(flavor.sh);
  if (name === "ash" || name === "dash" || name === "bash") return shellProgram(name);
  if (name === "busybox") return busybox(flavor);
  return findApplet(name);
}

function busybox(flavor: Flavor): Program {
  return function* (process) {
    const called = process.comm === "busybox" ? process.argv.slice(1) : process.argv;
    const name = (called[0] ?? "").split("/").pop()!;
    const program = name === "busybox" ? undefined : userlandProgram(name, flavor);
    if (program === undefined) {
      if (name === "") yield* process.write(1, "BusyBox v1.36.1 (2023-05-18 22:34:17 UTC) multi-call binary.\n");
      else yield* process.write(2, `${name}: applet not found\n`);
      return name === "" ? 0 : 127;
    }
    process.argv = called;
    process.comm = name.slice(0, 15);
    return yield* program(process);
  };
}

/** Programs that a Debian-like base image lacks and packages bring. */
const NOT_IN_DEBIAN = new Set(
  "time less wget curl nslookup dig host nc ping ping6 ip ifconfig netstat ss vi vim nano ps top free uptime watch pkill killall traceroute telnet tree strace".split(
    " ",
  ),
);

const BUSYBOX_SBIN = new Set("ip ifconfig route".split(" "));

/** Programs that only richer images have: no base image brings them. */
const EXTRA = new Set("bind-nslookup curl dig host ss bash tcpdump jq iperf3 nano vim".split(" "));

/** Lays out /bin of a busybox or Alpine image. */
export function plantBusybox(fs: FileSystem, alpine: boolean): void {
  const target = alpine ? "/bin/busybox" : "busybox";
  fs.plant("/bin/busybox", executable("busybox", alpine ? 808_712 : 1_131_168));
  for (const dir of ["/sbin", "/usr/bin", "/usr/sbin"]) fs.ensureDir(dir);
  const bin = fs.ensureDir("/bin");
  const sbin = fs.ensureDir("/sbin");
  const usr = fs.ensureDir("/usr/bin");
  for (const name of [...appletNames, "sh", "ash"]) {
    if (EXTRA.has(name) || /^(apt|yum|dnf)/.test(name) || (!alpine && (name === "apk" || name === "getent"))) continue;
    if (name === "apk") sbin.entries.set("apk", executable("apk"));
    else if (alpine && BUSYBOX_SBIN.has(name)) sbin.entries.set(name, linkNode(target));
    else if (alpine && ALPINE_USR.has(name)) usr.entries.set(name, linkNode(target));
    else bin.entries.set(name, linkNode(target));
  }
}

const ALPINE_USR = new Set(
  "[ test awk basename clear cmp cut diff dirname du env expr find fold free head id install killall less md5sum nc nl nohup nproc nslookup paste pkill printf readlink realpath reset seq sha1sum sha256sum sha512sum sort split tac tail tee test timeout top tr traceroute tty uniq unzip uptime vi wc wget which whoami xargs yes".split(
    " ",
  ),
);

/** Lays out a Debian-like or Red Hat-like tree: everything in /usr/bin, /bin a link to it. `extra`: programs that packages bring. */
export function plantGnu(fs: FileSystem, extra: readonly string[] = []): void {
  const usr = fs.ensureDir("/usr/bin");
  fs.ensureDir("/usr/sbin");
  fs.ensureDir("/usr/lib");
  fs.root.entries.set("bin", linkNode("usr/bin"));
  fs.root.entries.set("sbin", linkNode("usr/sbin"));
  fs.root.entries.set("lib", linkNode("usr/lib"));
  for (const name of appletNames)
    if (
      (!NOT_IN_DEBIAN.has(name) && !EXTRA.has(name) && name !== "apk" && !/^(apt|yum|dnf)/.test(name)) ||
      extra.includes(name)
    )
      usr.entries.set(name, executable(name));
  usr.entries.set("sh", linkNode(extra.includes("sh-bash") ? "bash" : "dash"));
  if (!extra.includes("sh-bash")) usr.entries.set("dash", executable("dash", 125_640));
  usr.entries.set("bash", executable("bash", 1_265_648));
}
