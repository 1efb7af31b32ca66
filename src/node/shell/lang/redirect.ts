import { type Errno, errnoOf, failure, strerror } from "../../runtime/machine/errno.ts";
import { nullFile, type OpenFile, Pipe } from "../../runtime/machine/open-file.ts";
import type { Run } from "../../runtime/machine/process.ts";
import type { Redirection } from "./ast.ts";
import type { Shell } from "./state.ts";

/** Descriptors as they were, for undoing redirections. */
export type Saved = Map<number, OpenFile | undefined>;

/** Carries out redirections in order. False: one failed, and has been complained about; undo with {@link restore}. */
export function* redirect(shell: Shell, redirections: readonly Redirection[], saved: Saved): Run<boolean> {
  for (const redirection of redirections) {
    const text = yield* shell.engine.expandString(shell, redirection.target);
    try {
      apply(shell, redirection, text, saved);
    } catch (caught) {
      yield* shell.complain(wording(shell, redirection, text, errnoOf(caught)));
      return false;
    }
  }
  return true;
}

/** Puts descriptors back as they were. */
export function restore(shell: Shell, saved: Saved): void {
  for (const [fd, file] of saved) {
    if (file === undefined) shell.process.close(fd);
    else {
      shell.process.attach(fd, file);
      file.refs--;
    }
  }
}

function remember(shell: Shell, fd: number, saved: Saved): void {
  if (saved.has(fd)) return;
  const file = shell.process.files.get(fd);
  if (file !== undefined) file.refs++;
  saved.set(fd, file);
}

function apply(shell: Shell, redirection: Redirection, text: string, saved: Saved): void {
  const { process } = shell;
  const { op } = redirection;
  const fd = redirection.fd ?? (op.startsWith("<") ? 0 : 1);
  if (op === "&>" || op === "&>>" || (op === ">&" && redirection.fd === undefined && !/^(\d+|-)$/.test(text))) {
    const file = process.open(text, op === "&>>" ? "a" : "w");
    for (const both of [1, 2]) {
      remember(shell, both, saved);
      process.attach(both, file);
    }
    return;
  }
  remember(shell, fd, saved);
  if (op === "<&" || op === ">&") {
    duplicate(shell, fd, text);
    return;
  }
  if (op === "<<" || op === "<<<") {
    process.attach(fd, textFile(op === "<<" ? text : `${text}\n`, process.time));
    return;
  }
  if (
    op === ">" &&
    (shell.options.has("C") || shell.options.has("noclobber")) &&
    process.container.fs.peek(text, process.cwd)?.type === "file"
  )
    throw failure("EEXIST");
  process.attach(fd, process.open(text, op === "<" ? "r" : op === ">>" ? "a" : op === "<>" ? "rw" : "w"));
}

function duplicate(shell: Shell, fd: number, text: string): void {
  const { process } = shell;
  if (text === "-") {
    process.close(fd);
    return;
  }
  const source = process.files.get(Number(text));
  if (source === undefined || !/^\d+$/.test(text)) throw failure("EBADF");
  process.attach(fd, source);
}

/** A file that holds a text, for here-documents. */
export function textFile(text: string, at: number): OpenFile {
  const [reader, writer] = pipeOf(text);
  writer.close(at);
  return reader;
}

function pipeOf(text: string): [OpenFile, OpenFile] {
  const pipe = new Pipe();
  pipe.buffer = text;
  return pipe.ends();
}

/** A file from which nothing can be read: the stdin of background commands. */
export function emptyInput(): OpenFile {
  return nullFile("null");
}

function wording(shell: Shell, redirection: Redirection, text: string, errno: Errno): string {
  const opening = redirection.op === "<" || redirection.op === "<>";
  if (errno === "EBADF")
    return shell.dialect === "dash"
      ? `${text}: Bad file descriptor`
      : shell.bash
        ? `${text}: Bad file descriptor`
        : `${text}: bad file descriptor`;
  if (shell.bash) return `${text}: ${errno === "EEXIST" ? "cannot overwrite existing file" : strerror(errno)}`;
  if (shell.dialect === "dash") {
    const why = errno === "ENOENT" ? (opening ? "No such file" : "Directory nonexistent") : strerror(errno);
    return `cannot ${opening ? "open" : "create"} ${text}: ${why}`;
  }
  const why = errno === "ENOENT" ? (opening ? "no such file" : "nonexistent directory") : strerror(errno);
  return `can't ${opening ? "open" : "create"} ${text}: ${why}`;
}
