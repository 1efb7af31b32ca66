import fs from "node:fs";
import path from "node:path";
import { ExitError } from "./exit.ts";
import type { Host } from "./session.ts";

function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

function lookup(host: Host, name: string): string | undefined {
  return (host.env["PATH"] ?? "")
    .split(path.delimiter)
    .map((dir) => path.join(dir === "" ? "." : dir, `kubectl-${name}`))
    .find(isExecutable);
}

/**
 * Runs the longest `kubectl-WORD-WORD` on the PATH that an unknown command line names, with the rest as its arguments;
 * false where there is none. Throws the plugin's exit code. Mirrors cmd.HandlePluginCommand.
 */
export async function runPlugin(host: Host, argv: readonly string[]): Promise<boolean> {
  const end = argv.findIndex((w) => w.startsWith("-"));
  const words = (end < 0 ? argv : argv.slice(0, end)).map((w) => w.replaceAll("-", "_"));
  if (words.length === 0) throw new ExitError(`Error: flags cannot be placed before plugin name: ${argv[0]}`);
  for (let count = words.length; count > 0; count--) {
    const name = words.slice(0, count).join("-");
    const file = name.includes("/") ? undefined : lookup(host, name);
    if (file === undefined) continue;
    const { spawnSync } = await import("node:child_process");
    const { status, error, signal } = spawnSync(file, argv.slice(count), {
      stdio: "inherit",
      env: { ...host.env },
      cwd: host.cwd,
    });
    if (error !== undefined) throw new ExitError(`Error: ${error.message}`);
    if (status !== 0) throw new ExitError("", status ?? (signal === null ? 1 : 128));
    return true;
  }
  return false;
}
