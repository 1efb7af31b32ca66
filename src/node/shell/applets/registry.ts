import type { Program } from "../../runtime/machine/process.ts";
import { awk } from "../awk/awk.ts";
import { chroot } from "./chroot.ts";
import { curl } from "./curl.ts";
import { date } from "./date.ts";
import { md5, sha1, sha256 } from "./digest.ts";
import * as dns from "./dns-tools.ts";
import * as files from "./files.ts";
import { find } from "./find.ts";
import { grepApplet } from "./grep.ts";
import type { Applet } from "./lib.ts";
import * as lines from "./lines.ts";
import { ls } from "./ls.ts";
import * as modes from "./modes.ts";
import * as net from "./net-tools.ts";
import * as packages from "./packages.ts";
import * as proc from "./proc.ts";
import { sed } from "./sed.ts";
import * as system from "./system.ts";
import { tar } from "./tar.ts";
import * as text from "./text.ts";
import { wget } from "./wget.ts";
import { expr, xargs } from "./xargs.ts";

const APPLETS: Readonly<Record<string, Applet>> = {
  true: system.trueApplet,
  false: system.falseApplet,
  echo: system.echo,
  printf: system.printf,
  test: system.testApplet("test"),
  "[": system.testApplet("["),
  sleep: system.sleep,
  whoami: system.whoami,
  id: system.id,
  hostname: system.hostname,
  uname: system.uname,
  arch: system.arch,
  env: system.env,
  printenv: system.printenv,
  kill: system.kill,
  killall: system.killAll("killall"),
  pkill: system.killAll("pkill"),
  nohup: system.nohup,
  timeout: system.timeout,
  which: system.which,
  nproc: system.nproc,
  tty: system.tty,
  clear: system.clear,
  reset: system.clear,
  less: text.cat,
  more: text.cat,
  sync: system.trueApplet,
  tar,
  time: system.time,
  vi: system.editor,
  vim: system.editor,
  nano: system.editor,
  watch: system.watch,
  date,
  cat: text.cat,
  head: text.head,
  tail: text.tail,
  wc: text.wc,
  tee: text.tee,
  seq: text.seq,
  yes: text.yes,
  rev: text.rev,
  tac: text.tac,
  nl: text.nl,
  chroot,
  ls,
  mkdir: files.mkdir,
  rmdir: files.rmdir,
  rm: files.rm,
  cp: files.cp,
  mv: files.mv,
  touch: files.touch,
  ln: files.ln,
  chmod: modes.chmod,
  chown: modes.chown,
  chgrp: modes.chgrp,
  basename: files.basename,
  dirname: files.dirname,
  readlink: files.readlink,
  realpath: files.realpath,
  mktemp: files.mktemp,
  stat: modes.stat,
  truncate: files.truncate,
  fallocate: files.fallocate,
  sort: lines.sort,
  uniq: lines.uniq,
  cut: lines.cut,
  tr: lines.tr,
  paste: lines.paste,
  fold: lines.fold,
  cmp: lines.compareApplet("cmp"),
  diff: lines.compareApplet("diff"),
  base64: lines.base64,
  md5sum: lines.hashApplet("md5sum", md5),
  sha1sum: lines.hashApplet("sha1sum", sha1),
  sha256sum: lines.hashApplet("sha256sum", sha256),
  grep: grepApplet("grep"),
  egrep: grepApplet("egrep"),
  fgrep: grepApplet("fgrep"),
  sed,
  awk,
  find,
  xargs,
  expr,
  ps: proc.ps,
  top: proc.top,
  free: proc.free,
  uptime: proc.uptime,
  mount: proc.mount,
  df: proc.df,
  du: proc.du,
  dd: proc.dd,
  nc: net.nc,
  ping: net.ping,
  ip: net.ip,
  ifconfig: net.ifconfig,
  netstat: net.socketsApplet("netstat"),
  ss: net.socketsApplet("ss"),
  telnet: net.telnet,
  traceroute: net.traceroute,
  nslookup: dns.nslookup,
  "bind-nslookup": dns.bindNslookup,
  dig: dns.dig,
  host: dns.hostApplet,
  getent: dns.getent,
  curl,
  wget,
  "apt-get": packages.apt,
  apt: packages.apt,
  apk: packages.apk,
  yum: packages.yum,
  dnf: packages.yum,
};

/** The names of all programs of the userland. */
export const appletNames: readonly string[] = Object.keys(APPLETS);

/** The program of a name; undefined where the userland has none. */
export function findApplet(name: string): Program | undefined {
  if (!Object.hasOwn(APPLETS, name)) return undefined;
  const applet = APPLETS[name]!;
  return (process) => applet(process, process.argv.slice(1));
}
