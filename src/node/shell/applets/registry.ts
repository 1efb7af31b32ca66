import type { Program } from "../../runtime/machine/process.ts";
import { date } from "./date.ts";
import type { Applet } from "./lib.ts";
import * as system from "./system.ts";
import * as text from "./text.ts";

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
};

/** The names of all programs of the userland. */
export const appletNames: readonly string[] = Object.keys(APPLETS);

/** The program of a name; undefined where the userland has none. */
export function findApplet(name: string): Program | undefined {
  if (!Object.hasOwn(APPLETS, name)) return undefined;
  const applet = APPLETS[name]!;
  return (process) => applet(process, process.argv.slice(1));
}
