import { executable } from "../../runtime/machine/launch.ts";
import type { Process, Run } from "../../runtime/machine/process.ts";
import { type Applet, complain, print } from "./lib.ts";
import { resolve } from "./net-lib.ts";

/** A package that can be installed: its version, and the programs that it brings. */
interface Package {
  readonly version: string;
  readonly programs: readonly string[];
}

const DEBIAN: Readonly<Record<string, Package>> = {
  bash: { version: "5.2.15-2+b7", programs: ["bash"] },
  "bind9-dnsutils": { version: "1:9.18.28-1~deb12u2", programs: ["dig", "nslookup"] },
  "bind9-host": { version: "1:9.18.28-1~deb12u2", programs: ["host"] },
  curl: { version: "7.88.1-10+deb12u8", programs: ["curl"] },
  dnsutils: { version: "1:9.18.28-1~deb12u2", programs: ["dig", "nslookup", "host"] },
  iproute2: { version: "6.1.0-3", programs: ["ip", "ss"] },
  "iputils-ping": { version: "3:20221126-1+deb12u1", programs: ["ping"] },
  less: { version: "590-2.1~deb12u2", programs: ["less"] },
  "net-tools": { version: "2.10-0.1+deb12u2", programs: ["ifconfig", "netstat"] },
  netcat: { version: "1.219-1", programs: ["nc"] },
  "netcat-openbsd": { version: "1.219-1", programs: ["nc"] },
  "netcat-traditional": { version: "1.10-47", programs: ["nc"] },
  procps: { version: "2:4.0.2-3", programs: ["ps", "top", "free", "uptime", "watch", "pkill"] },
  psmisc: { version: "23.6-1", programs: ["killall"] },
  telnet: { version: "0.17+2.4-2+deb12u1", programs: ["telnet"] },
  traceroute: { version: "1:2.1.2-1", programs: ["traceroute"] },
  vim: { version: "2:9.0.1378-2", programs: ["vim", "vi"] },
  wget: { version: "1.21.3-1+deb12u1", programs: ["wget"] },
};

const ALPINE: Readonly<Record<string, Package>> = {
  bash: { version: "5.2.26-r0", programs: ["bash"] },
  "bind-tools": { version: "9.18.27-r0", programs: ["dig", "host", "bind-nslookup"] },
  "busybox-extras": { version: "1.36.1-r29", programs: ["telnet"] },
  curl: { version: "8.9.1-r1", programs: ["curl"] },
  iproute2: { version: "6.9.0-r0", programs: ["ip", "ss"] },
  iputils: { version: "20240117-r0", programs: ["ping"] },
  "netcat-openbsd": { version: "1.226-r0", programs: ["nc"] },
  procps: { version: "4.0.4-r0", programs: ["ps", "top", "free", "uptime", "watch", "pkill"] },
  vim: { version: "9.1.0707-r0", programs: ["vim", "vi"] },
  wget: { version: "1.24.5-r0", programs: ["wget"] },
};

const find = (packages: Readonly<Record<string, Package>>, name: string): Package | undefined =>
  Object.hasOwn(packages, name) ? packages[name] : undefined;

/** Whether a mirror can be reached: a name server knows it, and no policy is in the way. */
function* reaches(process: Process, host: string): Run<boolean> {
  const where = yield* resolve(process, host);
  if (!("ip" in where)) return false;
  const answer = yield* process.ask({ kind: "tcp", ip: where.ip, port: 80, data: "" });
  return answer.kind === "tcp";
}

/** Writes a package's programs as files, so that they are there after this session too. */
function unpack(process: Process, found: Package): void {
  for (const name of found.programs) {
    const file = name === "bind-nslookup" ? "nslookup" : name;
    const { content } = executable(name);
    const old = process.container.fs.peek(`/usr/bin/${file}`, "/", undefined, false);
    if (old?.type === "link") process.container.fs.remove(`/usr/bin/${file}`, "/", process.who, "file");
    process.container.fs.write(`/usr/bin/${file}`, content, "/", process.who, 0o755);
    if (name === "bash") process.container.fs.write("/bin/bash", content, "/", process.who, 0o755);
  }
}

const isThere = (process: Process, found: Package): boolean =>
  found.programs.every((name) => {
    const node = process.container.fs.peek(`/usr/bin/${name}`, "/", undefined, false);
    return node?.type === "file";
  });

const words = (args: readonly string[]): string[] => args.filter((arg) => !arg.startsWith("-"));

/** What apt has fetched, by its mark on the disk. */
const LISTS = "/var/lib/apt/lists/lists";
const READING = "Reading package lists...\nBuilding dependency tree...\nReading state information...\n";

/** apt-get and apt: the packages that bring simulated programs, from a mirror on the simulated internet. */
export const apt: Applet = function* (process, args): Run {
  const [verb, ...names] = words(args);
  if (process.who.uid !== 0 && verb !== undefined && verb !== "list") {
    yield* process.write(
      2,
      `E: Could not open lock file /var/lib/${verb === "update" ? "apt/lists/lock" : "dpkg/lock-frontend"} - open (13: Permission denied)\n`,
    );
    return 100;
  }
  if (verb === "update") return yield* aptUpdate(process);
  if (verb === "install") return yield* aptInstall(process, names, args);
  yield* print(process, `${READING}0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n`);
  return 0;
};

const mirrorOf = (process: Process): { host: string; suite: string; path: string } =>
  process.container.flavor.distribution === "ubuntu"
    ? { host: "archive.ubuntu.com", suite: "noble", path: "ubuntu" }
    : { host: "deb.debian.org", suite: "bookworm", path: "debian" };

function* aptUpdate(process: Process): Run {
  const { host, suite, path } = mirrorOf(process);
  const suites = [suite, `${suite}-updates`];
  if (yield* reaches(process, host)) {
    yield* process.sleep(1500);
    for (const [i, name] of suites.entries())
      yield* print(process, `Get:${i + 1} http://${host}/${path} ${name} InRelease [${i === 0 ? 151 : 55.4} kB]\n`);
    yield* print(process, `Get:3 http://${host}/${path} ${suite}/main amd64 Packages [8792 kB]\n`);
    yield* print(process, "Fetched 8999 kB in 1s (6512 kB/s)\nReading package lists...\n");
    process.container.fs.write(LISTS, "", "/", process.who);
    return 0;
  }
  yield* process.sleep(4000);
  for (const [i, name] of suites.entries())
    yield* print(process, `Ign:${i + 1} http://${host}/${path} ${name} InRelease\n`);
  for (const [i, name] of suites.entries())
    yield* print(
      process,
      `Err:${i + 3} http://${host}/${path} ${name} InRelease\n  Temporary failure resolving '${host}'\n`,
    );
  yield* print(process, "Reading package lists...\n");
  for (const name of suites)
    yield* process.write(
      2,
      `W: Failed to fetch http://${host}/${path}/dists/${name}/InRelease  Temporary failure resolving '${host}'\n`,
    );
  yield* process.write(
    2,
    "W: Some index files failed to download. They have been ignored, or old ones used instead.\n",
  );
  return 0;
}

function* aptInstall(process: Process, names: readonly string[], args: readonly string[]): Run {
  yield* print(process, READING);
  const listed = process.container.fs.peek(LISTS) !== undefined;
  const missing = names.filter((name) => !listed || find(DEBIAN, name) === undefined);
  for (const name of missing) yield* process.write(2, `E: Unable to locate package ${name}\n`);
  if (missing.length > 0) return 100;
  const fresh: string[] = [];
  for (const name of names) {
    if (!isThere(process, find(DEBIAN, name)!)) fresh.push(name);
    else yield* print(process, `${name} is already the newest version (${find(DEBIAN, name)!.version}).\n`);
  }
  if (fresh.length > 0) yield* print(process, `The following NEW packages will be installed:\n  ${fresh.join(" ")}\n`);
  yield* print(process, `0 upgraded, ${fresh.length} newly installed, 0 to remove and 0 not upgraded.\n`);
  if (fresh.length === 0) return 0;
  yield* print(process, `Need to get ${fresh.length * 315} kB of archives.\n`);
  if (!args.some((arg) => /^(-y|-[a-z]*y[a-z]*|--yes|--assume-yes)$/.test(arg))) {
    yield* print(process, "Do you want to continue? [Y/n] ");
    const answer = yield* process.readLine(0);
    if (!/^(y.*)?\n$/i.test(answer)) {
      yield* print(process, "Abort.\n");
      return 1;
    }
  }
  return yield* aptUnpack(process, fresh);
}

function* aptUnpack(process: Process, names: readonly string[]): Run {
  const { host, suite, path } = mirrorOf(process);
  if (!(yield* reaches(process, host))) {
    for (const name of names)
      yield* process.write(
        2,
        `E: Failed to fetch http://${host}/${path}/pool/main/${name[0]}/${name}  Connection timed out\n`,
      );
    return 100;
  }
  yield* process.sleep(2000);
  const label = (name: string): string => `${name} (${find(DEBIAN, name)!.version})`;
  for (const [i, name] of names.entries())
    yield* print(
      process,
      `Get:${i + 1} http://${host}/${path} ${suite}/main amd64 ${name} amd64 ${find(DEBIAN, name)!.version} [315 kB]\n`,
    );
  yield* print(process, `Fetched ${names.length * 315} kB in 0s (2,105 kB/s)\n`);
  for (const name of names)
    yield* print(process, `Selecting previously unselected package ${name}.\nUnpacking ${label(name)} ...\n`);
  for (const name of names) {
    unpack(process, find(DEBIAN, name)!);
    yield* print(process, `Setting up ${label(name)} ...\n`);
  }
  return 0;
}

/** apk: the packages that bring simulated programs, from a mirror on the simulated internet. */
export const apk: Applet = function* (process, args): Run {
  const [verb, ...names] = words(args);
  if (verb !== "add" && verb !== "update" && verb !== "upgrade") {
    yield* print(
      process,
      verb === "info" ? "alpine-baselayout\nbusybox\nmusl\n" : "apk-tools 2.14.4, compiled for x86_64.\n",
    );
    return verb === "info" || verb === "list" ? 0 : 1;
  }
  const reached = yield* reaches(process, "dl-cdn.alpinelinux.org");
  for (const part of ["main", "community"]) {
    const url = `https://dl-cdn.alpinelinux.org/alpine/v3.20/${part}`;
    yield* print(process, `fetch ${url}/x86_64/APKINDEX.tar.gz\n`);
    yield* process.sleep(reached ? 300 : 2500);
    if (reached) continue;
    yield* process.write(
      2,
      `WARNING: ${verb === "add" ? "Ignoring" : "updating and opening"} ${url}: temporary error (try again later)\n`,
    );
  }
  if (verb === "add") return yield* apkAdd(process, reached, names);
  yield* print(
    process,
    reached
      ? "v3.20.3 [https://dl-cdn.alpinelinux.org/alpine/v3.20/main]\nOK: 24168 distinct packages available\n"
      : "2 unavailable, 0 stale; 14 distinct packages available\n",
  );
  return reached ? 0 : 2;
};

function* apkAdd(process: Process, reached: boolean, names: readonly string[]): Run {
  const missing = names.filter((name) => !reached || find(ALPINE, name) === undefined);
  if (missing.length > 0) {
    yield* process.write(
      2,
      `ERROR: unable to select packages:\n${missing.map((name) => `  ${name} (no such package):\n    required by: world[${name}]\n`).join("")}`,
    );
    return missing.length;
  }
  for (const [i, name] of names.entries()) {
    yield* print(process, `(${i + 1}/${names.length}) Installing ${name} (${find(ALPINE, name)!.version})\n`);
    unpack(process, find(ALPINE, name)!);
  }
  yield* print(
    process,
    `Executing busybox-1.36.1-r29.trigger\nOK: ${8 + names.length} MiB in ${14 + names.length} packages\n`,
  );
  return 0;
}

/** yum and dnf */
export const yum: Applet = function* (process, args): Run {
  const verb = args.find((arg) => !arg.startsWith("-"));
  if (verb === undefined) {
    yield* print(process, "You need to give some command\n");
    return 1;
  }
  yield* print(process, "Loaded plugins: fastestmirror, ovl\nDetermining fastest mirrors\n");
  yield* process.sleep(5000);
  yield* process.write(
    2,
    'Could not retrieve mirrorlist http://mirrorlist.centos.org/?release=7&arch=x86_64&repo=os&infra=container error was\n14: curl#6 - "Could not resolve host: mirrorlist.centos.org; Unknown error"\n',
  );
  yield* complain(process, "yum", "Cannot find a valid baseurl for repo: base/7/x86_64");
  return 1;
};
