import type { Run } from "../../runtime/machine/process.ts";
import type { Shell } from "../lang/state.ts";
import * as control from "./control.ts";
import * as io from "./io.ts";
import * as jobs from "./jobs.ts";
import * as vars from "./vars.ts";

export interface Builtin {
  /** POSIX special built-in: assignments before it stay, and its errors end the shell. */
  readonly special: boolean;
  readonly run: (shell: Shell, argv: string[]) => Run;
}

type Row = readonly [run: Builtin["run"], special?: boolean, bashOnly?: "bash"];

const ROWS: Readonly<Record<string, Row>> = {
  ":": [io.nothing, true],
  ".": [control.source, true],
  source: [control.source],
  break: [control.leaveLoop, true],
  continue: [control.leaveLoop, true],
  return: [control.leaveFunction, true],
  exit: [control.exit, true],
  eval: [control.evaluate, true],
  exec: [control.exec, true],
  command: [control.command],
  builtin: [control.builtin, false, "bash"],
  type: [control.type],
  hash: [io.nothing],
  let: [vars.letCommand],
  true: [io.nothing],
  false: [io.failing],
  echo: [io.echo],
  printf: [io.printf],
  test: [io.test],
  "[": [io.test],
  read: [io.read],
  pwd: [io.pwd],
  cd: [io.cd],
  umask: [io.umask],
  ulimit: [io.ulimit],
  times: [io.times, true],
  time: [control.time, false, "bash"],
  getopts: [vars.getopts],
  export: [vars.exportCommand, true],
  readonly: [vars.readonlyCommand, true],
  unset: [vars.unset, true],
  set: [vars.set, true],
  shift: [vars.shift, true],
  local: [vars.local],
  declare: [vars.declare, false, "bash"],
  typeset: [vars.declare, false, "bash"],
  shopt: [io.nothing, false, "bash"],
  mapfile: [io.mapfile, false, "bash"],
  readarray: [io.mapfile, false, "bash"],
  alias: [io.nothing],
  unalias: [io.nothing],
  trap: [jobs.trap, true],
  wait: [jobs.wait],
  kill: [jobs.kill],
  jobs: [jobs.list],
  fg: [jobs.foreground],
  bg: [io.nothing],
  disown: [io.nothing, false, "bash"],
};

/** The built-in command of a name, in this shell's dialect. */
export function findBuiltin(shell: Shell, name: string): Builtin | undefined {
  if (!Object.hasOwn(ROWS, name)) return undefined;
  const [run, special = false, only] = ROWS[name]!;
  if (only === "bash" && !shell.bash) return undefined;
  if ((name === "source" || name === "let") && shell.dialect === "dash") return undefined;
  return { run, special };
}
