import fs from "node:fs";
import path from "node:path";

const root = path.join(import.meta.dirname, "../..");

/** One source file: its path from src/, its text, what it imports. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly ImportOf[];
}

export interface ImportOf {
  /** From src/, or the name of a package. */
  readonly target: string;
  readonly kind: "static" | "type" | "dynamic";
}

/** Every TypeScript file under src/, without generated types. */
export function sources(): SourceFile[] {
  const base = path.join(root, "src");
  return fs
    .readdirSync(base, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.startsWith("kinds/types/"))
    .sort()
    .map((file) => {
      const text = fs.readFileSync(path.join(base, file), "utf8");
      return { path: file, text, imports: importsOf(file, text) };
    });
}

function importsOf(file: string, text: string): ImportOf[] {
  const found: ImportOf[] = [];
  const resolve = (target: string): string =>
    target.startsWith(".") ? path.posix.join(path.posix.dirname(file), target) : target;
  for (const match of text.matchAll(/^(?:import|export)\s+(type\s)?([^;]*?)\sfrom\s+"([^"]+)"/gm)) {
    const names = match[2]!
      .replace(/[{}]/g, "")
      .split(",")
      .map((n) => n.trim())
      .filter(Boolean);
    const onlyTypes = match[1] !== undefined || names.every((name) => name.startsWith("type "));
    found.push({ target: resolve(match[3]!), kind: onlyTypes ? "type" : "static" });
  }
  for (const match of text.matchAll(/^import\s+"([^"]+)"/gm))
    found.push({ target: resolve(match[1]!), kind: "static" });
  for (const match of text.matchAll(/(typeof\s+)?\bimport\(\s*"([^"]+)"\s*\)(\.[A-Z])?/g))
    found.push({ target: resolve(match[2]!), kind: match[1] || match[3] ? "type" : "dynamic" });
  return found;
}

/** The layer that a file belongs to: its first folder, or "main". */
export function layerOf(file: string): string {
  return file.includes("/") ? file.split("/")[0]! : "main";
}
