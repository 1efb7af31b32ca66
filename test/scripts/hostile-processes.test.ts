import { type ChildProcess, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CommandLine, commandLine } from "../support/command-line.ts";

let cli: CommandLine;
const root = path.join(import.meta.dirname, "../..");

beforeAll(() => {
  cli = commandLine();
  cli.kubectl(["run", "box", "--image=busybox", "--", "sh", "-c", "while true; do echo tick; sleep 1; done"]);
  cli.kubectl(["wait", "--for=condition=Ready", "pod/box"]);
});
afterAll(() => cli.remove());

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

function ended(child: ChildProcess): Promise<Ended> {
  let stderr = "";
  child.stderr!.on("data", (chunk) => {
    stderr += chunk;
  });
  child.stdout!.resume();
  return new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal, stderr })));
}

const shown = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => child.stdout!.once("data", () => resolve()));
/** Long enough for a command that says nothing to have begun. */
const begun = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1500));

/** What is left in the cluster's directory beside the state itself. */
const leftovers = (): string[] =>
  fs.readdirSync(cli.directory).filter((name) => !/^(state\.json|journal-\d+\.jsonl)$/.test(name));

describe("a signal", () => {
  test.each([
    ["get pods -w", "SIGINT", { code: 1 }, true],
    ["logs -f box", "SIGINT", { code: 1 }, true],
    ["events -w", "SIGTERM", { code: 1 }, true],
    ["wait --for=delete pod/box", "SIGINT", { code: 1 }, false],
    ["wait --for=condition=Never pod/box", "SIGTERM", { code: 1 }, false],
    ["port-forward pod/box :80", "SIGINT", { code: 0 }, true],
    ["port-forward pod/box :80", "SIGTERM", { signal: "SIGTERM" }, true],
    ["proxy --port=0", "SIGINT", { signal: "SIGINT" }, true],
    ["exec box -- sleep 100", "SIGINT", { signal: "SIGINT" }, false],
    ["attach box", "SIGTERM", { signal: "SIGTERM" }, true],
    ["create -f -", "SIGINT", { signal: "SIGINT" }, false],
  ] as const)("%s: %s", async (line, signal, end, speaks) => {
    const child = cli.start(line.split(" "));
    const over = ended(child);
    await (speaks ? shown(child) : begun());
    child.kill(signal);
    const hint = line === "attach box" ? "If you don't see a command prompt, try pressing enter.\n" : "";
    expect(await over).toEqual({ code: null, signal: null, stderr: hint, ...end });
    expect(leftovers()).toEqual([]);
    expect(cli.kubectl(["get", "pod", "box", "-o", "name"]).stdout).toBe("pod/box\n");
  });
});

describe("streams", () => {
  const shell = (script: string) =>
    spawnSync("bash", ["--norc", "-c", `set -o pipefail; ${script}`], {
      encoding: "utf8",
      cwd: cli.home,
      timeout: 60_000,
      env: { PATH: `${path.join(root, "bin")}:${process.env["PATH"]}`, DRYKUBE_HOME: path.join(cli.home, ".drykube") },
    });

  test.each([
    ["kubectl get pods -A -o yaml | head -0", 141, ""],
    ["kubectl get pods >&-", 0, ""],
    ["kubectl get pods <&- 2>&- >/dev/null", 0, ""],
    ["kubectl get nothing 2>&-", 1, ""],
    ["kubectl create -f - <&-", 1, "error: no objects passed to create\n"],
    ["kubectl create -f - </dev/null", 1, "error: no objects passed to create\n"],
    ["kubectl create -f - </", 1, "error: read /dev/stdin: is a directory\n"],
    ["kubectl get pods >/dev/full", 1, "error: write /dev/stdout: no space left on device\n"],
    [
      "head -c 100000 /dev/zero | kubectl create -f -",
      1,
      "error: error parsing STDIN: error converting YAML to JSON: yaml: control characters are not allowed\n",
    ],
  ])("%s", (script, status, stderr) => {
    if (script.includes("/dev/full") && !fs.existsSync("/dev/full")) return;
    expect(shell(script)).toMatchObject({ status, stderr });
  });
});

describe("several processes", () => {
  const manifest = (name: string, value: string): string =>
    JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { value } });
  const apply = async (file: string): Promise<Ended> => ended(cli.start(["apply", "-f", file]));

  test("applies of different files at once are all there", async () => {
    const names = Array.from({ length: 8 }, (_, i) => `many-${i}`);
    const ends = await Promise.all(names.map((name) => apply(cli.file(`${name}.json`, manifest(name, name)))));
    expect(ends).toEqual(names.map(() => ({ code: 0, signal: null, stderr: "" })));
    const { stdout } = cli.kubectl(["get", "configmaps", ...names, "-o", "jsonpath={.items[*].data.value}"]);
    expect(stdout).toBe(names.join(" "));
  });

  test("applies of one file at once: one of them wrote it whole", async () => {
    const files = Array.from({ length: 6 }, (_, i) => cli.file(`same-${i}.json`, manifest("same", `value-${i}`)));
    const ends = await Promise.all(files.map(apply));
    // Who comes second to create it is told so; all others patch what is there.
    for (const { code, stderr } of ends) if (code !== 0) expect(stderr).toMatch(/configmaps "same" already exists/);
    const { stdout } = cli.kubectl(["get", "configmap", "same", "-o", "json"]);
    const { data, metadata } = JSON.parse(stdout);
    const applied = JSON.parse(metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]);
    expect(applied.data).toEqual(data);
    expect(leftovers()).toEqual([]);
  });

  test("two clusters that are made at once are both in the kubeconfig, and apart", async () => {
    const make = async (name: string): Promise<Ended> =>
      ended(cli.start(["cluster", "create", name, "--addons", "none"], { program: "drykube" }));
    const ends = await Promise.all(["one", "two"].map(make));
    expect(ends.map(({ code }) => code)).toEqual([0, 0]);
    expect(cli.kubectl(["config", "get-contexts", "-o", "name"]).stdout).toBe("kind-kind\nkind-one\nkind-two\n");
    cli.kubectl(["--context", "kind-one", "create", "configmap", "only-here"]);
    expect(cli.kubectl(["--context", "kind-one", "get", "configmap", "only-here"]).status).toBe(0);
    expect(cli.kubectl(["--context", "kind-two", "get", "configmap", "only-here"]).status).toBe(1);
  });

  test("a cluster that is deleted under a watch ends it with an error", async () => {
    cli.drykube(["cluster", "create", "doomed", "--addons", "none"]);
    const child = cli.start(["--context", "kind-doomed", "get", "nodes", "-w"]);
    const over = ended(child);
    await shown(child);
    expect(cli.drykube(["cluster", "delete", "doomed"]).status).toBe(0);
    const directory = path.join(cli.home, ".drykube/clusters/doomed");
    expect(await over).toEqual({
      code: 1,
      signal: null,
      stderr: `error: there is no cluster in ${directory}: create one with 'drykube cluster create'\n`,
    });
  });
});
