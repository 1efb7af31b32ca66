import fs from "node:fs";
import path from "node:path";
import { isSystemError, systemErrorText } from "../../machinery/system-error.ts";

const EXTENSIONS: readonly string[] = [".json", ".yaml", ".yml"];

/** A file to read manifests from: `name` as messages quote it, "STDIN" for standard input. */
export interface ManifestFile {
  readonly name: string;
  /** Absolute; undefined: standard input. */
  readonly file: string | undefined;
  /** `file` is a URL. */
  readonly isRemote?: boolean;
}

/** What the -f flags come to. */
export interface ExpandedFiles {
  readonly files: readonly ManifestFile[];
  /** One file was named, so that its one object stands for itself rather than in a list. */
  readonly singleItemImplied: boolean;
}

function statIfThere(file: string): fs.Stats | undefined {
  return fs.statSync(file, { throwIfNoEntry: false });
}

/** One piece of a pattern: any run of characters, or one character that must pass. */
type GlobPiece = "run" | ((char: string) => boolean);

/** filepath.Glob's pattern of one path element, in pieces; undefined where the pattern is malformed. */
function globPieces(pattern: string): GlobPiece[] | undefined {
  const pieces: GlobPiece[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i]!;
    if (c === "*") pieces.push("run");
    else if (c === "?") pieces.push(() => true);
    else if (c === "[") {
      const end = pattern.indexOf("]", i + 2);
      if (end < 0) return undefined;
      const body = pattern.slice(i + 1, end);
      const source = `^[${body.startsWith("^") ? "^" : ""}${body.replace(/^\^/, "").replace(/[\\\]]/g, "\\$&")}]$`;
      const set = characterSet(source);
      if (set === undefined) return undefined;
      pieces.push((char) => set.test(char));
      i = end;
    } else pieces.push((char) => char === c);
  }
  return pieces;
}

/** A range may be upside down. */
function characterSet(source: string): RegExp | undefined {
  try {
    return new RegExp(source);
  } catch {
    return undefined;
  }
}

/** Whether a name is what the pieces say. A mismatch goes back to the last run alone, so that many runs cost no more than few. */
function matchesGlob(pieces: readonly GlobPiece[], name: string): boolean {
  let piece = 0;
  let at = 0;
  let run = -1;
  let runAt = 0;
  while (at < name.length) {
    const wanted = pieces[piece];
    if (wanted === "run") {
      run = piece++;
      runAt = at;
    } else if (wanted?.(name[at]!)) {
      piece++;
      at++;
    } else if (run >= 0) {
      piece = run + 1;
      at = ++runAt;
    } else return false;
  }
  while (pieces[piece] === "run") piece++;
  return piece === pieces.length;
}

const hasMeta = (text: string): boolean => /[*?[\\]/.test(text);

/** The paths that match a pattern, sorted. Mirrors filepath.Glob; a malformed pattern is undefined. */
function glob(pattern: string, cwd: string): string[] | undefined {
  if (!hasMeta(pattern)) return statIfThere(path.resolve(cwd, pattern)) === undefined ? [] : [pattern];
  const slash = pattern.lastIndexOf("/");
  const dir = slash < 0 ? "" : pattern.slice(0, slash + 1);
  const element = globPieces(pattern.slice(slash + 1));
  if (element === undefined) return undefined;
  const dirs = slash < 0 ? [""] : hasMeta(dir) ? glob(dir.slice(0, -1), cwd)?.map((d) => `${d}/`) : [dir];
  return dirs?.flatMap((d) => {
    const full = path.resolve(cwd, d);
    if (statIfThere(full)?.isDirectory() !== true) return [];
    const names = fs.readdirSync(full).filter((n) => matchesGlob(element, n));
    return names.sort().map((n) => `${d}${n}`);
  });
}

/** The files of a path that messages call `name`: itself, or a directory's manifests, in filepath.Walk's order. */
function walk(name: string, cwd: string, recursive: boolean): ManifestFile[] {
  const full = path.resolve(cwd, name);
  if (statIfThere(full)?.isDirectory() !== true) return [{ name, file: full }];
  return fs
    .readdirSync(full)
    .sort()
    .flatMap((entry) => {
      const child = path.join(name, entry);
      const at = path.join(full, entry);
      // Walk does not follow links, so a link to a directory is a file without an extension.
      if (fs.lstatSync(at).isDirectory()) return recursive ? walk(child, cwd, recursive) : [];
      return EXTENSIONS.includes(path.extname(entry)) ? [{ name: child, file: at }] : [];
    });
}

/** Expands -f: files, directories, patterns, "-". Throws kubectl's errors, several at once as an AggregateError. Mirrors Builder.FilenameParam and Path. */
export function expandFiles(names: readonly string[], recursive: boolean, cwd: string): ExpandedFiles {
  const files: ManifestFile[] = [];
  const errors: Error[] = [];
  let singleItemImplied = false;
  for (const name of names) {
    if (name === "-") {
      if (files.some((f) => f.file === undefined))
        errors.push(new Error("standard input cannot be used for multiple arguments"));
      files.push({ name: "STDIN", file: undefined });
      continue;
    }
    if (/^https?:\/\//.test(name)) {
      if (!URL.canParse(name))
        errors.push(new Error(`the URL passed to filename ${JSON.stringify(name)} is not valid`));
      else files.push({ name, file: name, isRemote: true });
      continue;
    }
    try {
      const matches = statIfThere(path.resolve(cwd, name)) === undefined ? glob(name, cwd) : [name];
      if (matches === undefined)
        throw new Error(`pattern ${JSON.stringify(name)} is not valid: syntax error in pattern`);
      if (matches.length === 0) throw new Error(`the path ${JSON.stringify(name)} does not exist`);
      if (!recursive && matches.length === 1) singleItemImplied = true;
      files.push(...matches.flatMap((m) => walk(m, cwd, recursive)));
      if (files.length === 0 && errors.length === 0)
        throw new Error(
          `error reading [${matches.join(" ")}]: recognized file extensions are [${EXTENSIONS.join(" ")}]`,
        );
    } catch (error) {
      if (!isSystemError(error)) errors.push(error as Error);
      else {
        // The file as it was named.
        error.path = name;
        errors.push(new Error(`the path ${JSON.stringify(name)} cannot be accessed: ${systemErrorText(error)}`));
      }
    }
  }
  if (errors.length > 0) throw errors.length === 1 ? errors[0] : new AggregateError(errors);
  return { files, singleItemImplied: singleItemImplied && files.length === 1 && files[0]!.file !== undefined };
}
