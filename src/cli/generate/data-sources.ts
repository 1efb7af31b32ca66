import fs from "node:fs";
import path from "node:path";
import { envVarNameErrors } from "../../machinery/names.ts";

/** One key with its content, as a flag or a file gives it. */
export interface DataEntry {
  readonly key: string;
  readonly content: Uint8Array;
}

const bytes = (text: string): Uint8Array => Buffer.from(text, "utf8");

/** --from-literal KEY=VALUE. Throws "invalid literal source …". Mirrors util.ParseLiteralSource. */
export function literalEntry(source: string): DataEntry {
  const equals = source.indexOf("=");
  if (equals <= 0) throw new Error(`invalid literal source ${source}, expected key=value`);
  return { key: source.slice(0, equals), content: bytes(source.slice(equals + 1)) };
}

/** --from-file [KEY=]PATH. Mirrors util.ParseFileSource. */
export function parseFileSource(source: string): { key: string; file: string } {
  const parts = source.split("=");
  if (parts.length === 1) return { key: path.posix.basename(source), file: source };
  if (parts.length > 2) throw new Error("key names or file paths cannot contain '='");
  const [key = "", file = ""] = parts;
  if (key === "") throw new Error(`key name for file path ${file} missing`);
  if (file === "") throw new Error(`file path for key name ${key} missing`);
  return { key, file };
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  EACCES: "permission denied",
  EISDIR: "is a directory",
  ENOTDIR: "not a directory",
};

/** What a file error means, in Go's words. */
export function fileReason(error: unknown): string {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? message;
}

function stat(cwd: string, file: string): fs.Stats {
  try {
    return fs.statSync(path.resolve(cwd, file));
  } catch (error) {
    throw new Error(`error reading ${file}: ${fileReason(error)}`);
  }
}

function read(cwd: string, file: string): Uint8Array {
  try {
    return fs.readFileSync(path.resolve(cwd, file));
  } catch (error) {
    throw new Error(`open ${file}: ${fileReason(error)}`);
  }
}

/** The entries of --from-file: a file, or the files directly in a directory. Throws kubectl's errors. */
export function fileEntries(cwd: string, source: string): DataEntry[] {
  const { key, file } = parseFileSource(source);
  if (!stat(cwd, file).isDirectory()) return [{ key, content: read(cwd, file) }];
  if (source.includes("=")) throw new Error("cannot give a key name for a directory path");
  return fs
    .readdirSync(path.resolve(cwd, file), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .sort()
    .map((name) => ({ key: name, content: read(cwd, path.join(file, name)) }));
}

/** One line of an env file; undefined for a comment or an empty one. A key alone takes its value from `env`. Mirrors util.processEnvFileLine. */
function envEntry(
  line: string,
  env: Readonly<Record<string, string | undefined>>,
): { key: string; value: string } | undefined {
  const text = line.trimStart();
  if (text === "" || text.startsWith("#")) return undefined;
  const equals = text.indexOf("=");
  const key = equals < 0 ? text : text.slice(0, equals);
  const errors = envVarNameErrors(key);
  if (errors.length > 0) throw new Error(`${JSON.stringify(key)} is not a valid key name: ${errors.join(";")}`);
  return { key, value: equals < 0 ? (env[key] ?? "") : text.slice(equals + 1) };
}

/** The entries of --from-env-file. `what` names the file in the error for a directory ("env config file"). */
export function envFileEntries(
  host: { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> },
  file: string,
  what: string,
): DataEntry[] {
  if (stat(host.cwd, file).isDirectory()) throw new Error(`${what} cannot be a directory`);
  const content = Buffer.from(read(host.cwd, file));
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    throw new Error(invalidLine(content, file));
  }
  return text
    .split("\n")
    .map((line) => envEntry(line.replace(/\r$/, ""), host.env))
    .filter((entry) => entry !== undefined)
    .map(({ key, value }) => ({ key, content: bytes(value) }));
}

function invalidLine(content: Buffer, file: string): string {
  const lines = content.toString("latin1").split("\n");
  const at = lines.findIndex((line) => !isUtf8(Buffer.from(line, "latin1")));
  const shown = [...Buffer.from(lines[at] ?? "", "latin1")].join(" ");
  return `env file ${file} contains invalid utf8 bytes at line ${at + 1}: [${shown}]`;
}

/** Whether bytes are text. */
export function isUtf8(content: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(content);
    return true;
  } catch {
    return false;
  }
}
