import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";

const root = path.join(import.meta.dirname, "../..");
const readme = fs.readFileSync(path.join(root, "README.md"), "utf8");

/** The shell blocks of a section of the README, joined. */
function blocks(heading: string): string {
  const from = readme.indexOf(`\n${heading}\n`);
  const section = readme.slice(from, readme.indexOf("\n## ", from + 2));
  return [...section.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1]!).join("\n");
}

function run(script: string, home: string) {
  return spawnSync("bash", ["-c", script], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, HOME: home, KUBECONFIG: "", DRYKUBE_HOME: "", TERM: "dumb" },
    timeout: 300_000,
  });
}

test("every line of the tour works as printed", { timeout: 320_000 }, () => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "drykube-readme-"));
  // What fails names its line.
  const script = `set -o pipefail; trap 'echo "failed: $BASH_COMMAND" >&2; exit 1' ERR\n${blocks("## A short tour")}`;
  const { status, stdout, stderr } = run(script, home);
  fs.rmSync(home, { recursive: true, force: true });
  expect(
    stderr.split("\n").filter((line) => line.startsWith("failed:")),
    `${stdout}\n${stderr}`,
  ).toEqual([]);
  expect(status).toBe(0);
  expect(stdout).toContain("Welcome to nginx!");
  expect(stdout).toMatch(/kind-worker2 +NotReady/);
  expect(stdout).toMatch(/^blue$/m);
  expect(stdout).toMatch(/^web-\S+ +\d+m +\d+Mi/m);
});

test("the two commands at the top are what the project has", () => {
  expect(readme).toContain("npm ci && ./bin/kubectl apply -f fixtures/manifests/quickstart.yaml");
  expect(fs.readFileSync(path.join(root, ".ci/run"), "utf8")).toContain("npm cit");
  expect(readme).toContain("npm cit\n");
});
