import { dirNode } from "../../runtime/machine/file-nodes.ts";
import type { Run } from "../../runtime/machine/process.ts";
import type { Part, Word } from "./ast.ts";
import { expandBraces } from "./braces.ts";
import { arithmetic } from "./expand-arithmetic.ts";
import { deliver, type Field, Fields } from "./fields.ts";
import { expandParameter } from "./parameters.ts";
import { isPattern, matches } from "./pattern.ts";
import { textFile } from "./redirect.ts";
import type { Shell } from "./state.ts";

/** Expands a command's words to its arguments: braces, tilde, parameters, commands, arithmetic, fields, file names. */
export function* expandWords(shell: Shell, words: readonly Word[]): Run<string[]> {
  const out: string[] = [];
  for (const word of words) {
    const only = word[0];
    if (word.length === 1 && only!.t === "lit" && !/[*?[{~\\]/.test(only!.v)) {
      out.push(only!.v);
      continue;
    }
    for (const expanded of shell.bash ? expandBraces(word) : [word]) {
      const fields = new Fields();
      yield* expandInto(shell, expanded, fields, true);
      fields.close();
      for (const field of fields.done) out.push(...glob(shell, field));
    }
  }
  return out;
}

/** Expands a word to one string, without splitting or globbing (assignments, here-documents, case). */
export function* expandString(shell: Shell, word: Word): Run<string> {
  if (
    word.length === 1 &&
    word[0]!.t !== "param" &&
    word[0]!.t !== "cmd" &&
    word[0]!.t !== "dq" &&
    word[0]!.t !== "arith"
  ) {
    const { v, t } = word[0] as Part & { t: "lit" | "str" };
    if (t === "str" || !v.startsWith("~")) return v;
  }
  const fields = new Fields();
  yield* expandInto(shell, word, fields, false);
  fields.close();
  return fields.done.map((field) => field.text).join(" ");
}

/** Expands a word to a pattern in which quoted characters stand for themselves. */
export function* expandPattern(shell: Shell, word: Word): Run<string> {
  const fields = new Fields();
  yield* expandInto(shell, word, fields, false);
  fields.close();
  return fields.done.map((field) => field.pattern).join(" ");
}

/** Expands the parts of a word into `fields`. */
export function* expandInto(shell: Shell, word: Word, fields: Fields, split: boolean): Run<void> {
  for (let i = 0; i < word.length; i++) {
    const part = word[i]!;
    if (part.t === "lit") fields.literal(i === 0 ? tilde(shell, part.v) : part.v);
    else if (part.t === "str") fields.quoted(part.v);
    else if (part.t === "dq") {
      if (!onlyAt(part.parts)) fields.quoted("");
      for (const inner of part.parts) yield* expandPart(shell, inner, fields, false, true);
    } else yield* expandPart(shell, part, fields, split, false);
  }
}

/** "$@" without parameters vanishes altogether. */
function onlyAt(parts: Word): boolean {
  const part = parts[0];
  return (
    parts.length === 1 &&
    part?.t === "param" &&
    (part.name === "@" || (part.index?.[0]?.t === "str" && part.index[0].v === "@"))
  );
}

function* expandPart(shell: Shell, part: Part, fields: Fields, split: boolean, quoted: boolean): Run<void> {
  if (part.t === "lit" || part.t === "str") return fields.quoted(part.v);
  if (part.t === "dq") {
    for (const inner of part.parts) yield* expandPart(shell, inner, fields, false, true);
    return;
  }
  if (part.t === "param") return yield* expandParameter(shell, part, fields, split, quoted);
  if (part.t === "file") {
    const fd = freeDescriptor(shell);
    shell.process.attach(fd, textFile(yield* shell.engine.substitute(shell, part.body), shell.process.time));
    fields.quoted(`/dev/fd/${fd}`);
    return;
  }
  const text =
    part.t === "cmd"
      ? (yield* shell.engine.substitute(shell, part.body)).replace(/\n+$/, "")
      : String(yield* arithmetic(shell, part.expr));
  deliver(shell, text, fields, split, quoted);
}

function freeDescriptor(shell: Shell): number {
  let fd = 63;
  while (fd > 10 && shell.process.files.has(fd)) fd--;
  return fd;
}

function tilde(shell: Shell, text: string): string {
  const match = /^~([A-Za-z0-9_-]*)(?=\/|:|$)/.exec(text);
  if (match === null) return text;
  const home = match[1] === "" ? (shell.get("HOME") ?? "/root") : match[1] === "root" ? "/root" : undefined;
  return home === undefined ? text : home + text.slice(match[0].length);
}

/** The file names that a field stands for; itself where it is no pattern or nothing matches. */
function glob(shell: Shell, field: Field): string[] {
  if (shell.options.has("f") || !isPattern(field.pattern)) return [field.text];
  const names = globPaths(shell, field.pattern);
  return names.length > 0 ? names : [field.text];
}

function globPaths(shell: Shell, pattern: string): string[] {
  const { fs } = shell.process.container;
  const absolute = pattern.startsWith("/");
  let found = [absolute ? "/" : ""];
  for (const piece of pattern.split("/").filter((p) => p !== "")) {
    const next: string[] = [];
    for (const base of found) {
      const dir = fs.peek(base === "" ? "." : base, shell.process.cwd, shell.process.who) ?? dirNode();
      if (dir.type !== "dir") continue;
      const prefix = base === "" || base === "/" ? base : `${base}/`;
      if (!isPattern(piece)) {
        const name = piece.replace(/\\(.)/g, "$1");
        if (name === "." || name === ".." || fs.child(dir, name) !== undefined) next.push(prefix + name);
        continue;
      }
      for (const name of fs.list(dir))
        if ((!name.startsWith(".") || piece.startsWith(".")) && matches(piece, name)) next.push(prefix + name);
    }
    found = next.slice(0, 20_000);
  }
  return pattern.endsWith("/") ? found.map((name) => `${name}/`) : found;
}
