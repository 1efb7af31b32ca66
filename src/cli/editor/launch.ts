import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Session } from "../session.ts";

/** The command line of the user's editor, and whether a shell must read it. Mirrors editor.NewDefaultEditor. */
export function editorCommand(env: Readonly<Record<string, string | undefined>>): {
  readonly words: readonly string[];
  readonly shell: boolean;
} {
  const text = env["KUBE_EDITOR"] || env["EDITOR"] || "vi";
  if (!text.includes(" ")) return { words: [text], shell: false };
  if (!/["'\\]/.test(text)) return { words: text.split(" "), shell: false };
  return { words: [env["SHELL"] || "/bin/bash", "-c", text], shell: true };
}

const MAX_ATTEMPTS = 10_000;

/** Writes `text` to a new temporary file, named after the time. */
export function writeTemporary(session: Session, text: string, extension: string): string {
  const start = session.now() * 1000 + (session.pid % 1000);
  for (let attempt = 0; ; attempt++) {
    const file = path.join(os.tmpdir(), `kubectl-edit-${(start + attempt) % 10_000_000_000}${extension}`);
    try {
      fs.writeFileSync(file, text, { mode: 0o600, flag: "wx" });
      return file;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST" || attempt > MAX_ATTEMPTS) throw error;
    }
  }
}

/** Opens a file in the user's editor and waits. Throws kubectl's errors where that fails. Mirrors editor.Launch. */
export function launchEditor(session: Session, file: string): void {
  const { words, shell } = editorCommand(session.env);
  const [program = "", ...args] = words;
  const withFile = shell ? [args[0]!, `${args[1]} ${JSON.stringify(file)}`] : [...args, file];
  const { status, error } = spawnSync(program, withFile, {
    cwd: session.cwd,
    env: { ...session.env },
    stdio: "inherit",
  });
  const shown = JSON.stringify(words.join(" "));
  if ((error as NodeJS.ErrnoException | undefined)?.code === "ENOENT")
    throw new Error(`unable to launch the editor ${shown}`);
  if (error !== undefined || status !== 0) throw new Error(`there was a problem with the editor ${shown}`);
}
