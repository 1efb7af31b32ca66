import type { Run } from "../../runtime/machine/process.ts";
import { type Applet, complain, print } from "./lib.ts";

/** apt-get and apt: without a network all repositories fail, in apt's words. */
export const apt: Applet = function* (process, args): Run {
  const verb = args.find((arg) => !arg.startsWith("-"));
  const names = args.filter((arg) => !arg.startsWith("-")).slice(1);
  const ubuntu = process.container.flavor.distribution === "ubuntu";
  const host = ubuntu ? "archive.ubuntu.com" : "deb.debian.org";
  const suite = ubuntu ? "noble" : "bookworm";
  const path = ubuntu ? "ubuntu" : "debian";
  if (process.who.uid !== 0 && verb !== undefined && verb !== "list") {
    yield* process.write(
      2,
      `E: Could not open lock file /var/lib/${verb === "update" ? "apt/lists/lock" : "dpkg/lock-frontend"} - open (13: Permission denied)\n`,
    );
    return 100;
  }
  if (verb === "update") {
    yield* process.sleep(4000);
    for (const [i, name] of [suite, `${suite}-updates`].entries())
      yield* print(process, `Ign:${i + 1} http://${host}/${path} ${name} InRelease\n`);
    for (const [i, name] of [suite, `${suite}-updates`].entries())
      yield* print(
        process,
        `Err:${i + 3} http://${host}/${path} ${name} InRelease\n  Temporary failure resolving '${host}'\n`,
      );
    yield* print(process, "Reading package lists...\n");
    for (const name of [suite, `${suite}-updates`])
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
  if (verb === "install") {
    yield* print(process, "Reading package lists...\nBuilding dependency tree...\nReading state information...\n");
    for (const name of names) yield* process.write(2, `E: Unable to locate package ${name}\n`);
    return names.length > 0 ? 100 : 0;
  }
  yield* print(
    process,
    "Reading package lists...\nBuilding dependency tree...\nReading state information...\n0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n",
  );
  return 0;
};

/** apk */
export const apk: Applet = function* (process, args): Run {
  const verb = args.find((arg) => !arg.startsWith("-"));
  const names = args.filter((arg) => !arg.startsWith("-")).slice(1);
  if (verb !== "add" && verb !== "update" && verb !== "upgrade") {
    yield* print(
      process,
      verb === "info" ? "alpine-baselayout\nbusybox\nmusl\n" : "apk-tools 2.14.4, compiled for x86_64.\n",
    );
    return verb === "info" || verb === "list" ? 0 : 1;
  }
  for (const part of ["main", "community"]) {
    const url = `https://dl-cdn.alpinelinux.org/alpine/v3.20/${part}`;
    yield* print(process, `fetch ${url}/x86_64/APKINDEX.tar.gz\n`);
    yield* process.sleep(2500);
    yield* process.write(
      2,
      `WARNING: ${verb === "add" ? "Ignoring" : "updating and opening"} ${url}: temporary error (try again later)\n`,
    );
  }
  if (verb !== "add") {
    yield* print(process, "2 unavailable, 0 stale; 14 distinct packages available\n");
    return 2;
  }
  yield* process.write(
    2,
    `ERROR: unable to select packages:\n${names.map((name) => `  ${name} (no such package):\n    required by: world[${name}]\n`).join("")}`,
  );
  return names.length;
};

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
