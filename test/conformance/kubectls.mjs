// The real kubectl binaries of this machine. Users need none: what asks for one skips where there is none.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The project's root. */
export const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "../..");

/** Every real kubectl, as [version, file] and one a version, oldest first: of `given`, or of PATH where that is empty. */
export function realKubectls(given = []) {
  const candidates = given.length > 0 ? given.map((file) => path.resolve(file)) : inPath();
  const found = new Map();
  for (const file of candidates) {
    const version = versionOf(file);
    if (version !== undefined && !found.has(version)) found.set(version, file);
  }
  return [...found].sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }));
}

/** A kubectl 1.33, whose every word ours must say; undefined where there is none. */
export function kubectl133(given) {
  return realKubectls(given === undefined ? [] : [given]).find(([version]) => version.startsWith("v1.33."))?.[1];
}

/** The version that a binary says it is; undefined for what is no kubectl, and for our own. */
function versionOf(binary) {
  if (!fs.existsSync(binary) || fs.realpathSync(binary).startsWith(root)) return undefined;
  const run = spawnSync(binary, ["version", "--client", "-o", "json"], { encoding: "utf8" });
  if (run.status !== 0) return undefined;
  try {
    return JSON.parse(run.stdout).clientVersion.gitVersion;
  } catch {
    return undefined;
  }
}

function inPath() {
  const files = [];
  for (const directory of (process.env.PATH ?? "").split(path.delimiter)) {
    const real = fs.existsSync(directory) ? fs.realpathSync(directory) : "";
    const names = real === "" ? [] : fs.readdirSync(real).filter((name) => /^kubectl([.-]1\.\d+)?$/.test(name));
    for (const name of names) {
      files.push(path.join(real, name));
      // A link into a directory of versions, as the Cloud SDK has it.
      const home = path.dirname(fs.realpathSync(path.join(real, name)));
      for (const other of fs.readdirSync(home))
        if (/^kubectl[.-]1\.\d+$/.test(other)) files.push(path.join(home, other));
    }
  }
  return files;
}
