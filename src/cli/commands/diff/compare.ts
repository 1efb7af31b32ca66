import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { ExitError } from "../../exit.ts";
import type { Session } from "../../session.ts";

const MAX_ATTEMPTS = 10_000;

/** The texts of one object, as it is and as it would be; empty where there is none. */
export interface ComparedTexts {
  readonly name: string;
  readonly live: string;
  readonly merged: string;
}

/** The words of KUBECTL_EXTERNAL_DIFF; words with unusual characters are dropped, as upstream does. */
function externalCommand(session: Session): readonly string[] | undefined {
  const text = session.env["KUBECTL_EXTERNAL_DIFF"] ?? "";
  if (text === "") return undefined;
  const [program = "", ...args] = text.split(" ");
  return [program, ...args.filter((a) => /^[a-zA-Z0-9-=]+$/.test(a))];
}

async function builtIn(
  session: Session,
  texts: readonly ComparedTexts[],
  dirs: readonly [string, string],
): Promise<number> {
  const { createTwoFilesPatch } = await import("diff");
  let differs = false;
  for (const { name, live, merged } of texts) {
    if (live === merged) continue;
    differs = true;
    const [from, to] = dirs.map((d) => path.join(d, name)) as [string, string];
    const patch = createTwoFilesPatch(from, to, live, merged, "", "", { context: 3 });
    session.streams.stdout.write(`diff -u -N ${from} ${to}\n${patch.slice(patch.indexOf("\n") + 1)}`);
  }
  return differs ? 1 : 0;
}

/** Runs the program of KUBECTL_EXTERNAL_DIFF, or diff, on two directories; without a diff on this machine, compares by itself. Answers with the exit code. */
async function runDiff(
  session: Session,
  texts: readonly ComparedTexts[],
  dirs: readonly [string, string],
): Promise<number> {
  const [program = "", ...args] = externalCommand(session) ?? ["diff", "-u", "-N"];
  const result = spawnSync(program, [...args, ...dirs], {
    cwd: session.cwd,
    env: { ...session.env },
    maxBuffer: 1 << 30,
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (result.error !== undefined) {
    if (externalCommand(session) === undefined) return builtIn(session, texts, dirs);
    const { code } = result.error as NodeJS.ErrnoException;
    const reason = code === "ENOENT" ? "executable file not found in $PATH" : result.error.message;
    throw new Error(`failed to run ${JSON.stringify(program)}: ${reason}`);
  }
  session.streams.stdout.write(result.stdout);
  session.streams.stderr.write(result.stderr);
  return result.status ?? 2;
}

/** A new directory, with digits in its name as os.MkdirTemp puts them. */
function temporaryDirectory(session: Session, prefix: string): string {
  const start = session.now() * 1000 + (session.pid % 1000);
  for (let attempt = 0; ; attempt++) {
    const directory = path.join(os.tmpdir(), `${prefix}${(start + attempt) % 10_000_000_000}`);
    try {
      fs.mkdirSync(directory, { mode: 0o700 });
      return directory;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST" || attempt > MAX_ATTEMPTS) throw error;
    }
  }
}

/** Compares, prints, and throws an ExitError with the program's code where there is a difference. */
export async function compare(session: Session, texts: readonly ComparedTexts[]): Promise<void> {
  const dirs: [string, string] = [temporaryDirectory(session, "LIVE-"), temporaryDirectory(session, "MERGED-")];
  try {
    for (const { name, live, merged } of texts) {
      fs.writeFileSync(path.join(dirs[0], name), live, { mode: 0o600 });
      fs.writeFileSync(path.join(dirs[1], name), merged, { mode: 0o600 });
    }
    const code = await runDiff(session, texts, dirs);
    if (code === 1) throw new ExitError("", 1);
    if (code > 1) throw new ExitError(`error: exit status ${code}`, code);
  } finally {
    for (const dir of dirs) fs.rmSync(dir, { recursive: true, force: true });
  }
}
