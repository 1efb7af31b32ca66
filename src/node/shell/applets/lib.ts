import { type Errno, errnoOf, strerror } from "../../runtime/machine/errno.ts";
import type { Node } from "../../runtime/machine/file-nodes.ts";
import type { Process, Run } from "../../runtime/machine/process.ts";

/** A program of the userland: gets its arguments without its name, answers the exit code. */
export type Applet = (process: Process, args: string[]) => Run;

/** Options by letter (their values, or true) and what is left. Long options come by their full name. */
export interface Parsed {
  readonly has: (name: string) => boolean;
  readonly value: (name: string) => string | undefined;
  readonly values: (name: string) => readonly string[];
  readonly rest: string[];
  /** The first option that is not known, as it was written. */
  readonly bad?: string;
}

/**
 * getopt: `spec` lists the letters, a colon after those with a value; `long` maps long names to letters (or to
 * themselves), "=" at the end of a key for those with a value. `early`: options end at the first operand.
 */
export function parseOptions(
  args: readonly string[],
  spec: string,
  long: Readonly<Record<string, string>> = {},
  early = false,
): Parsed {
  const found = new Map<string, string[]>();
  const rest: string[] = [];
  let bad: string | undefined;
  const add = (name: string, value = ""): void => {
    const list = found.get(name);
    if (list === undefined) found.set(name, [value]);
    else list.push(value);
  };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === "--") {
      rest.push(...args.slice(i + 1));
      break;
    }
    if (arg.startsWith("--")) {
      const [name, inline] = splitOnce(arg.slice(2), "=");
      if (Object.hasOwn(long, name!)) add(long[name!]!);
      else if (Object.hasOwn(long, `${name}=`)) add(long[`${name}=`]!, inline ?? args[++i] ?? "");
      else bad ??= arg;
    } else if (arg.length > 1 && arg[0] === "-") {
      for (let k = 1; k < arg.length; k++) {
        const c = arg[k]!;
        const at = c === ":" ? -1 : spec.indexOf(c);
        if (at < 0) bad ??= c;
        else if (spec[at + 1] === ":") {
          const value = arg.slice(k + 1) || args[++i];
          if (value === undefined) bad ??= c;
          add(c, value ?? "");
          break;
        } else add(c);
      }
    } else {
      rest.push(arg);
      if (early) {
        rest.push(...args.slice(i + 1));
        break;
      }
    }
  }
  return {
    has: (name) => found.has(name),
    value: (name) => found.get(name)?.at(-1),
    values: (name) => found.get(name) ?? [],
    rest,
    ...(bad === undefined ? {} : { bad }),
  };
}

/** A text before and after the first `separator`. */
export function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}

export function isGnu(process: Process): boolean {
  return process.container.flavor.userland === "gnu";
}

/** Writes to stdout. */
export function print(process: Process, text: string): Run<void> {
  return process.write(1, text);
}

/** Writes "NAME: TEXT" to stderr. */
export function* complain(process: Process, name: string, text: string): Run<void> {
  if (process.files.has(2)) yield* process.write(2, `${name}: ${text}\n`);
}

/** Complains about an unknown option as the userland does, and answers the exit code. */
export function* badOption(process: Process, name: string, option: string, status = 1): Run {
  if (isGnu(process)) {
    const words = option.startsWith("--") ? `unrecognized option '${option}'` : `invalid option -- '${option}'`;
    yield* complain(process, name, `${words}\nTry '${name} --help' for more information.`);
  } else {
    const words = `unrecognized option${option.startsWith("--") ? `: ${option.slice(2)}` : `: ${option}`}`;
    yield* complain(process, name, `${words}\n${BUSYBOX}\n\nUsage: ${name} [OPTIONS]`);
  }
  return status;
}

/** Complains about a missing operand, and answers the exit code. */
export function* usage(process: Process, name: string, gnuWords: string, busyboxUsage: string): Run {
  if (isGnu(process)) yield* complain(process, name, `${gnuWords}\nTry '${name} --help' for more information.`);
  else yield* process.write(2, `${BUSYBOX}\n\nUsage: ${busyboxUsage}\n`);
  return 1;
}

export const BUSYBOX = "BusyBox v1.36.1 (2023-11-07 18:53:09 UTC) multi-call binary.";

/** Reads each named file ("-" and none: stdin) and hands its bytes on; complains about those that cannot be read. */
export function* eachInput(
  process: Process,
  name: string,
  files: readonly string[],
  use: (text: string, file: string) => Run<void>,
): Run {
  let status = 0;
  for (const file of files.length === 0 ? ["-"] : files) {
    try {
      yield* use(file === "-" ? yield* process.readAll(0) : yield* process.slurp(file), file);
    } catch (caught) {
      yield* complain(process, name, openFailure(process, file, errnoOf(caught)));
      status = 1;
    }
  }
  return status;
}

/** Why a file could not be read, in the userland's words. */
export function openFailure(process: Process, file: string, errno: Errno): string {
  if (errno === "EISDIR") return isGnu(process) ? `${file}: ${strerror(errno)}` : `read error: ${strerror(errno)}`;
  return isGnu(process) ? `${file}: ${strerror(errno)}` : `can't open '${file}': ${strerror(errno)}`;
}

/** The lines of a text, each without its newline. */
export function linesOf(text: string): string[] {
  if (text === "") return [];
  const lines = text.split("\n");
  if (lines[lines.length - 1] === "") lines.pop();
  return lines;
}

/** The node at a path, or the errno of the failure. */
export function tryStat(process: Process, path: string, follow = true): Node | Errno {
  try {
    return process.stat(path, follow);
  } catch (caught) {
    return errnoOf(caught);
  }
}

/** Runs a system call; its failure's errno, undefined where it went well. */
export function attempt(call: () => void): Errno | undefined {
  try {
    call();
    return undefined;
  } catch (caught) {
    return errnoOf(caught);
  }
}

const USERS: Readonly<Record<string, string>> = {
  "0": "root",
  "1": "daemon",
  "33": "www-data",
  "65534": "nobody",
  "101": "nginx",
  "999": "redis",
};

/** A user's name from /etc/passwd, or its number. */
export function userName(process: Process, uid: number): string {
  return (
    idName(process, "/etc/passwd", uid) ??
    (process.container.fs.peek("/etc/passwd") ? String(uid) : (USERS[uid] ?? String(uid)))
  );
}

/** A group's name from /etc/group, or its number. */
export function groupName(process: Process, gid: number): string {
  return idName(process, "/etc/group", gid) ?? String(gid);
}

function idName(process: Process, file: string, id: number): string | undefined {
  const node = process.container.fs.peek(file);
  if (node?.type !== "file") return undefined;
  for (const line of node.content.split("\n")) {
    const [name, , number] = line.split(":");
    if (number === String(id)) return name;
  }
  return undefined;
}

/** Sizes as -h prints them: 1.5K, 12M. */
export function humanSize(bytes: number, gnu = true): string {
  if (bytes < 1024) return String(bytes);
  let value = bytes;
  for (const unit of ["K", "M", "G", "T"]) {
    value /= 1024;
    if (value < 1024 || unit === "T")
      return !gnu
        ? `${value.toFixed(1)}${unit}`
        : value < 10
          ? `${(Math.ceil(value * 10) / 10).toFixed(1)}${unit}`
          : `${Math.ceil(value)}${unit}`;
  }
  return String(bytes);
}
