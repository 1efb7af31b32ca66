import type { SimulatedImage } from "../runtime/image.ts";
import type { Flavor } from "../runtime/machine/container.ts";
import { fileNode } from "../runtime/machine/file-nodes.ts";
import { executable } from "../runtime/machine/launch.ts";
import type { Program } from "../runtime/machine/process.ts";
import type { FileSystem } from "../runtime/machine/vfs.ts";
import { plantBusybox, plantGnu, userlandProgram } from "../shell/userland.ts";
import { type Accounts, alpineAccounts, busyboxAccounts, debianAccounts } from "./accounts.ts";

/** What an image adds to a base. */
export interface Layer {
  /** Executables by path; the programs behind them by the same name. */
  readonly programs?: Readonly<Record<string, Program>>;
  /** Executables that stand at another path than /usr/local/bin/NAME. */
  readonly paths?: Readonly<Record<string, string>>;
  /** Programs of the userland that the image's packages bring: "curl", "bash", "ps". */
  readonly extra?: readonly string[];
  readonly files?: Readonly<Record<string, string | (() => string)>>;
  /** User accounts: name → [uid, gid, home, shell]. */
  readonly users?: Readonly<Record<string, readonly [number, number, string, string]>>;
  readonly setup?: (fs: FileSystem) => void;
}

function plantAccounts(fs: FileSystem, { passwd, group }: Accounts, layer: Layer): void {
  const users = Object.entries(layer.users ?? {});
  const own = users.map(([name, [uid, gid, home, login]]) => `${name}:x:${uid}:${gid}:${name} user:${home}:${login}\n`);
  const groups = users.map(([name, [, gid]]) => `${name}:x:${gid}:\n`);
  fs.plant("/etc/passwd", fileNode(passwd + own.join("")));
  fs.plant("/etc/group", fileNode(group + groups.join("")));
  fs.plant("/etc/shadow", fileNode("root:*::0:::::\n", 0o640));
}

function addLayer(fs: FileSystem, layer: Layer): void {
  for (const name of Object.keys(layer.programs ?? {})) {
    const path = layer.paths?.[name] ?? `/usr/local/bin/${name}`;
    fs.plant(
      fs.root.entries.get("bin")?.type === "link" ? path.replace(/^\/(s?bin)\//, "/usr/$1/") : path,
      executable(name, 1_346_400),
    );
  }
  for (const [path, content] of Object.entries(layer.files ?? {})) {
    const text = typeof content === "string" ? content : content();
    fs.plant(path, fileNode(text, text.startsWith("#!") ? 0o755 : 0o644));
  }
  layer.setup?.(fs);
}

function compose(flavor: Flavor, plant: (fs: FileSystem) => void, accounts: Accounts, layer: Layer): SimulatedImage {
  return {
    flavor,
    files: (fs) => {
      plant(fs);
      plantAccounts(fs, accounts, layer);
      addLayer(fs, layer);
    },
    programs: (name) => {
      const own = layer.programs;
      return own !== undefined && Object.hasOwn(own, name) ? own[name] : userlandProgram(name, flavor);
    },
  };
}

const DEBIAN_RELEASE = `PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION="12 (bookworm)"
VERSION_CODENAME=bookworm
ID=debian
HOME_URL="https://www.debian.org/"
SUPPORT_URL="https://www.debian.org/support"
BUG_REPORT_URL="https://bugs.debian.org/"
`;

const UBUNTU_RELEASE = `PRETTY_NAME="Ubuntu 24.04.1 LTS"
NAME="Ubuntu"
VERSION_ID="24.04"
VERSION="24.04.1 LTS (Noble Numbat)"
VERSION_CODENAME=noble
ID=ubuntu
ID_LIKE=debian
HOME_URL="https://www.ubuntu.com/"
SUPPORT_URL="https://help.ubuntu.com/"
BUG_REPORT_URL="https://bugs.launchpad.net/ubuntu/"
PRIVACY_POLICY_URL="https://www.ubuntu.com/legal/terms-and-policies/privacy-policy"
UBUNTU_CODENAME=noble
LOGO=ubuntu-logo
`;

const ALPINE_RELEASE = `NAME="Alpine Linux"
ID=alpine
VERSION_ID=3.20.3
PRETTY_NAME="Alpine Linux v3.20"
HOME_URL="https://alpinelinux.org/"
BUG_REPORT_URL="https://gitlab.alpinelinux.org/alpine/aports/-/issues"
`;

const CENTOS_RELEASE = `NAME="CentOS Linux"
VERSION="7 (Core)"
ID="centos"
ID_LIKE="rhel fedora"
VERSION_ID="7"
PRETTY_NAME="CentOS Linux 7 (Core)"
ANSI_COLOR="0;31"
CPE_NAME="cpe:/o:centos:centos:7"
HOME_URL="https://www.centos.org/"
BUG_REPORT_URL="https://bugs.centos.org/"
`;

/** A Debian or Ubuntu image. */
export function debian(layer: Layer = {}, ubuntu = false): SimulatedImage {
  const flavor: Flavor = { userland: "gnu", sh: "dash", distribution: ubuntu ? "ubuntu" : "debian" };
  return compose(
    flavor,
    (fs) => {
      plantGnu(fs, [...(layer.extra ?? []), "apt-get", "apt"]);
      fs.plant("/etc/os-release", fileNode(ubuntu ? UBUNTU_RELEASE : DEBIAN_RELEASE));
      fs.plant("/etc/debian_version", fileNode(ubuntu ? "trixie/sid\n" : "12.7\n"));
      for (const dir of [
        "/var/log",
        "/var/lib/apt/lists",
        "/var/cache",
        "/usr/share",
        "/usr/local/bin",
        "/boot",
        "/media",
        "/srv",
      ])
        fs.ensureDir(dir);
    },
    debianAccounts,
    layer,
  );
}

/** A Red Hat-like image. */
export function centos(layer: Layer = {}): SimulatedImage {
  return compose(
    { userland: "gnu", sh: "bash", distribution: "centos" },
    (fs) => {
      plantGnu(fs, [
        ...(layer.extra ?? []),
        "sh-bash",
        "yum",
        "dnf",
        "curl",
        "ping",
        "vi",
        "ps",
        "top",
        "free",
        "uptime",
        "ip",
        "ss",
      ]);
      fs.plant("/etc/os-release", fileNode(CENTOS_RELEASE));
      fs.plant("/etc/redhat-release", fileNode("CentOS Linux release 7.9.2009 (Core)\n"));
      for (const dir of ["/var/log", "/var/lib", "/usr/share", "/usr/local/bin"]) fs.ensureDir(dir);
    },
    debianAccounts,
    layer,
  );
}

/** An Alpine image. */
export function alpine(layer: Layer = {}): SimulatedImage {
  return compose(
    { userland: "busybox", sh: "ash", distribution: "alpine" },
    (fs) => {
      plantBusybox(fs, true);
      for (const name of layer.extra ?? [])
        fs.plant(
          name === "bash" ? "/bin/bash" : `/usr/bin/${name}`,
          // BIND's takes the place of busybox's.
          executable(name === "nslookup" ? "bind-nslookup" : name),
        );
      fs.plant("/etc/os-release", fileNode(ALPINE_RELEASE));
      fs.plant("/etc/alpine-release", fileNode("3.20.3\n"));
      for (const dir of ["/var/log", "/var/lib", "/usr/share", "/usr/local/bin", "/lib", "/media", "/srv"])
        fs.ensureDir(dir);
    },
    alpineAccounts,
    layer,
  );
}

/** The busybox image. */
export function busybox(layer: Layer = {}, version?: string): SimulatedImage {
  return compose(
    { userland: "busybox", sh: "ash", distribution: "busybox", ...(version === undefined ? {} : { version }) },
    (fs) => {
      plantBusybox(fs, false);
      for (const dir of ["/home", "/lib", "/lib64", "/var/spool", "/var/www"]) fs.ensureDir(dir);
    },
    busyboxAccounts,
    layer,
  );
}

/** An image with nothing but its own program. */
export function scratch(layer: Layer): SimulatedImage {
  return {
    flavor: { userland: "gnu", sh: "dash", distribution: "none" },
    files: (fs) => {
      fs.plant(
        "/etc/passwd",
        fileNode(
          "root:x:0:0:root:/root:/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n",
        ),
      );
      addLayer(fs, layer);
    },
    programs: (name) =>
      layer.programs !== undefined && Object.hasOwn(layer.programs, name) ? layer.programs[name] : undefined,
  };
}
