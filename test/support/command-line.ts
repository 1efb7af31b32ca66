import { type ChildProcess, type SpawnSyncReturns, spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const root = path.join(import.meta.dirname, "../..");
/** Nothing here takes long: whoever is still there after this hangs. */
const TIMEOUT_MS = 60_000;

type Env = Readonly<Record<string, string | undefined>>;

export interface RunOptions {
  readonly env?: Env;
  /** For a start. */
  readonly program?: "kubectl" | "drykube";
  readonly input?: string | Uint8Array;
  readonly stdio?: readonly (number | "pipe" | "ignore")[];
}

/** bin/kubectl and bin/drykube in a home of their own. */
export interface CommandLine {
  readonly home: string;
  readonly directory: string;
  kubectl(args: readonly string[], options?: RunOptions): SpawnSyncReturns<string>;
  drykube(args: readonly string[], options?: RunOptions): SpawnSyncReturns<string>;
  start(args: readonly string[], options?: RunOptions): ChildProcess;
  /** Writes a file in the home and answers with its path. */
  file(name: string, content: string | Uint8Array): string;
  remove(): void;
}

/** Makes a home with a cluster in it; `directory` is where the cluster's state lies. */
export function commandLine(): CommandLine {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "drykube-cli-"));
  const envOf = (more: Env = {}): NodeJS.ProcessEnv => ({
    PATH: process.env["PATH"] ?? "",
    DRYKUBE_HOME: path.join(home, ".drykube"),
    ...more,
  });
  const run =
    (program: string) =>
    (args: readonly string[], { env, input, stdio }: RunOptions = {}) =>
      spawnSync(path.join(root, "bin", program), [...args], {
        cwd: home,
        encoding: "utf8",
        timeout: TIMEOUT_MS,
        killSignal: "SIGKILL",
        maxBuffer: 1 << 26,
        env: envOf(env),
        ...(input === undefined ? {} : { input }),
        ...(stdio === undefined ? {} : { stdio: [...stdio] }),
      });
  const cli: CommandLine = {
    home,
    directory: path.join(home, ".drykube/clusters/kind"),
    kubectl: run("kubectl"),
    drykube: run("drykube"),
    start: (args, { env, program = "kubectl" } = {}) =>
      spawn(path.join(root, "bin", program), [...args], { cwd: home, env: envOf(env), stdio: "pipe" }),
    file(name, content) {
      const file = path.join(home, name);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, content);
      return file;
    },
    remove: () => fs.rmSync(home, { recursive: true, force: true }),
  };
  const made = cli.drykube(["cluster", "create", "--addons", "none"]);
  if (made.status !== 0) throw new Error(made.stderr);
  return cli;
}
