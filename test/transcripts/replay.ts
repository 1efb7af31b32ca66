import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { normalise, parseTranscript, type Step } from "./transcript.ts";

const root = path.join(import.meta.dirname, "../..");
const STEP_TIMEOUT_MS = 60_000;

/** A step that answered otherwise than the real pair. */
export interface Difference {
  readonly step: number;
  readonly run: string;
  readonly expected: Answer;
  readonly actual: Answer;
}

interface Answer {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number | string;
}

/** How a replay went. `name` as in fixtures/transcripts. */
export interface Replay {
  readonly steps: number;
  readonly differences: readonly Difference[];
}

/** Replays one transcript through bin/kubectl on a fresh cluster without add-ons, in a scratch directory that is also HOME. */
export async function replay(file: string): Promise<Replay> {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "drykube-transcript-"));
  const work = path.join(scratch, "work");
  const bin = path.join(scratch, "bin");
  fs.mkdirSync(work);
  fs.mkdirSync(bin);
  for (const name of ["kubectl", "k"]) fs.symlinkSync(path.join(root, "bin/kubectl"), path.join(bin, name));
  const directories = [
    [work, "$WORK"],
    [scratch, "$DIR"],
  ] as const;
  const env = {
    PATH: `${bin}:${process.env["PATH"]}`,
    HOME: work,
    LANG: "C.UTF-8",
    TERM: "dumb",
    NO_COLOR: "1",
    EDITOR: "false",
    TZ: "UTC",
  };
  const differences: Difference[] = [];
  let steps = 0;
  try {
    await bash(`${path.join(root, "bin/drykube")} cluster create --addons none`, work, env);
    for (const event of parseTranscript(fs.readFileSync(file, "utf8"))) {
      if ("file" in event) {
        fs.mkdirSync(path.dirname(path.join(work, event.file)), { recursive: true });
        fs.writeFileSync(path.join(work, event.file), event.text);
        continue;
      }
      steps++;
      const answer = await bash(event.run, work, env);
      const actual = masked(answer, directories);
      const expected = masked(event, []);
      if (JSON.stringify(actual) !== JSON.stringify(expected))
        differences.push({ step: steps, run: event.run, expected, actual });
    }
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
  return { steps, differences };
}

function masked(answer: Step | Answer, directories: readonly (readonly [string, string])[]): Answer {
  return {
    stdout: normalise(answer.stdout, directories),
    stderr: normalise(answer.stderr, directories),
    exit: answer.exit,
  };
}

function bash(command: string, cwd: string, env: NodeJS.ProcessEnv): Promise<Answer> {
  return new Promise((resolve) => {
    const child = spawn("bash", ["-c", command], { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    const output = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk) => {
      output.stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      output.stderr += chunk;
    });
    const timer = setTimeout(() => process.kill(-child.pid!, "SIGKILL"), STEP_TIMEOUT_MS);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ ...output, exit: signal === "SIGKILL" ? "TIMEOUT" : (code ?? String(signal)) });
    });
  });
}
