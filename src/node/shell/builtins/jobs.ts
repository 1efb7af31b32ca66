import { type Process, type Run, SIGNALS, type SignalName, statusCode } from "../../runtime/machine/process.ts";
import type { Shell } from "../lang/state.ts";
import { runTraps } from "../lang/traps.ts";
import { print } from "./io.ts";

/** A signal by name (with or without SIG) or number; undefined where there is none. */
export function signalName(text: string): SignalName | "EXIT" | undefined {
  if (/^\d+$/.test(text)) {
    if (text === "0") return "EXIT";
    return Object.keys(SIGNALS).find((name) => SIGNALS[name as SignalName] === Number(text)) as SignalName | undefined;
  }
  const name = text.toUpperCase().replace(/^SIG/, "");
  if (name === "EXIT") return "EXIT";
  return Object.hasOwn(SIGNALS, name) ? (name as SignalName) : undefined;
}

export function* trap(shell: Shell, argv: string[]): Run {
  const args = argv.slice(1).filter((arg, i) => i > 0 || arg !== "--");
  if (args.length === 0 || args[0] === "-p") {
    let text = "";
    for (const [name, action] of shell.traps)
      text += `trap -- '${action.replaceAll("'", "'\\''")}' ${shell.bash && name !== "EXIT" ? "SIG" : ""}${name}\n`;
    return yield* print(shell, "trap", text);
  }
  const reset = args.length === 1 || args[0] === "-" || /^\d+$/.test(args[0]!);
  const action = args[0]!;
  let status = 0;
  for (const text of args.length === 1 || /^\d+$/.test(args[0]!) ? args : args.slice(1)) {
    const name = text === "ERR" && shell.bash ? "ERR" : signalName(text);
    if (name === undefined) {
      yield* shell.complain(
        `trap: ${text}: ${shell.bash ? "invalid signal specification" : shell.dialect === "dash" ? "bad trap" : "invalid signal specification"}`,
      );
      status = 1;
      continue;
    }
    setTrap(shell, name, reset ? undefined : action);
  }
  return status;
}

function setTrap(shell: Shell, name: string, action: string | undefined): void {
  if (action === undefined) shell.traps.delete(name);
  else shell.traps.set(name, action);
  if (name === "EXIT" || name === "ERR") return;
  const { handlers } = shell.process;
  if (action === undefined) handlers.delete(name as SignalName);
  else handlers.set(name as SignalName, action === "" ? "ignore" : "catch");
}

function forget(shell: Shell, process: Process): void {
  shell.jobs = shell.jobs.filter((job) => !job.processes.includes(process));
}

/** The process of a pid or %job among this shell's background jobs. */
function jobProcess(shell: Shell, text: string): Process | undefined {
  if (text.startsWith("%")) {
    const job =
      text === "%" || text === "%%" || text === "%+"
        ? shell.jobs[shell.jobs.length - 1]
        : shell.jobs.find((j) => String(j.number) === text.slice(1));
    return job?.processes[0];
  }
  return shell.jobs.flatMap((job) => job.processes).find((process) => String(process.pid) === text);
}

export function* wait(shell: Shell, argv: string[]): Run {
  const { process } = shell;
  let args = argv.slice(1);
  if (args[0] === "-n") {
    const done = yield* waitAny(shell);
    return done;
  }
  const all = args.length === 0;
  if (all) args = shell.jobs.flatMap((job) => job.processes).map((child) => String(child.pid));
  let status = 0;
  for (const text of args) {
    const child = jobProcess(shell, text);
    if (child === undefined) {
      status = 127;
      if (shell.bash) yield* shell.complain(`wait: pid ${text} is not a child of this shell`);
      continue;
    }
    const exit = yield* process.wait(child, true);
    if (exit === undefined) {
      const signal = process.pending[0]!;
      yield* runTraps(shell);
      return 128 + SIGNALS[signal];
    }
    status = statusCode(exit);
    forget(shell, child);
  }
  return all ? 0 : status;
}

function* waitAny(shell: Shell): Run {
  for (;;) {
    const children = shell.jobs.flatMap((job) => job.processes);
    if (children.length === 0) return 127;
    const done = children.find((child) => child.exit !== undefined);
    if (done !== undefined) {
      forget(shell, done);
      return statusCode(done.exit!);
    }
    if (shell.process.pending.length > 0) return 128 + SIGNALS[shell.process.pending[0]!];
    yield { queues: children.map((child) => child.ended) };
  }
}

export function* list(shell: Shell): Run {
  let text = "";
  for (const job of shell.jobs) {
    const done = job.processes.every((process) => process.exit !== undefined);
    const mark = job === shell.jobs[shell.jobs.length - 1] ? "+" : "-";
    text += `[${job.number}]${mark}  ${done ? "Done" : "Running"}                 ${job.processes[0]!.argv.join(" ")} &\n`;
  }
  shell.jobs = shell.jobs.filter((job) => job.processes.some((process) => process.exit === undefined));
  return yield* print(shell, "jobs", text);
}

export function* foreground(shell: Shell, argv: string[]): Run {
  const child = jobProcess(shell, argv[1] ?? "%+");
  if (child === undefined) {
    yield* shell.complain(`fg: ${argv[1] ?? "current"}: no such job`);
    return 1;
  }
  yield* print(shell, "fg", `${child.argv.join(" ")}\n`);
  const exit = yield* shell.process.wait(child);
  forget(shell, child);
  return statusCode(exit!);
}

export function* kill(shell: Shell, argv: string[]): Run {
  const targets = argv.slice(1).map((arg) => {
    const child = arg.startsWith("%") ? jobProcess(shell, arg) : undefined;
    return child === undefined ? arg : String(child.pid);
  });
  const problems: string[] = [];
  const { text, status } = killCommand(shell.process, targets, problems);
  if (text !== "") yield* print(shell, "kill", text);
  for (const problem of problems) yield* shell.complain(killWords(shell, problem));
  yield* shell.process.pause();
  return status;
}

function killWords(shell: Shell, problem: string): string {
  const match = /^\((-?\d+)\) - (.*)$/.exec(problem);
  if (match === null || shell.bash) return `kill: ${problem}`;
  return shell.dialect === "dash" ? `kill: ${match[2]}` : `can't kill pid ${match[1]}: ${match[2]}`;
}

/** What kill does, for the built-in and the program. */
export function killCommand(
  process: Process,
  args: readonly string[],
  problems: string[],
): { text: string; status: number } {
  let signal: SignalName | "EXIT" | undefined = "TERM";
  let i = 0;
  const first = args[0] ?? "";
  if (first === "-l" || first === "-L") return { text: `${Object.keys(SIGNALS).join(" ")}\n`, status: 0 };
  if (first === "-s" || first === "-n") {
    signal = signalName(args[1] ?? "");
    i = 2;
  } else if (/^-./.test(first) && first !== "--") {
    signal = signalName(first.slice(1));
    i = 1;
  } else if (first === "--") i = 1;
  if (signal === undefined) {
    problems.push(`invalid signal '${first.replace(/^-/, "")}'`);
    return { text: "", status: 1 };
  }
  let status = 0;
  for (const text of args.slice(i)) {
    const pid = Number(text);
    if (!/^-?\d+$/.test(text)) problems.push(`Illegal number: ${text}`);
    else if (!sendSignal(process, pid, signal, problems)) problems.push(`(${pid}) - No such process`);
    else continue;
    status = 1;
  }
  return { text: "", status };
}

function sendSignal(process: Process, pid: number, signal: SignalName | "EXIT", problems: string[]): boolean {
  const { machine, container } = process;
  const targets =
    pid === -1
      ? [...container.processes.values()].filter((p) => p.pid !== 1 && p !== process)
      : pid < 0
        ? [...container.processes.values()].filter((p) => p.group === -pid)
        : [container.processes.get(pid)];
  let sent = false;
  for (const target of targets) {
    if (target === undefined) continue;
    sent = true;
    if (process.who.uid !== 0 && target.who.uid !== process.who.uid) {
      problems.push(`(${pid}) - Operation not permitted`);
      continue;
    }
    if (signal === "EXIT") continue;
    if (process.session !== undefined && target.session !== process.session)
      machine.onSessionSignal?.(target, signal, process.time);
    machine.signal(target, signal, process.time);
  }
  return sent;
}
