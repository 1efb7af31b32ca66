import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";

const root = path.join(import.meta.dirname, "../..");
/** Set DRYKUBE_CRASH_KILLS=100 for the long run. */
const KILLS = Number(process.env["DRYKUBE_CRASH_KILLS"] ?? 12);
const WRITERS = 8;

test(`${WRITERS} processes at once and ${KILLS} kill -9 lose no acknowledged write`, { timeout: 600_000 }, async () => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "drykube-crash-"));
  const env = { ...process.env, HOME: home, KUBECONFIG: "", DRYKUBE_HOME: "" };
  execFileSync(path.join(root, "bin/drykube"), ["cluster", "create", "--addons", "none"], { env });
  const acknowledged: string[] = [];
  let kills = 0;
  let next = 0;

  const writeOne = (): Promise<void> =>
    new Promise((resolve) => {
      const name = `cm-${String(++next).padStart(4, "0")}`;
      const manifest = { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { filler: "x".repeat(2000) } };
      const child: ChildProcess = spawn(path.join(root, "bin/kubectl"), ["create", "-f", "-"], {
        env,
        stdio: ["pipe", "pipe", "ignore"],
      });
      let output = "";
      child.stdout!.on("data", (chunk) => {
        output += chunk;
      });
      child.stdin!.on("error", () => undefined);
      child.stdin!.end(JSON.stringify(manifest));
      const doomed = kills < KILLS && next % 2 === 0;
      const timer = doomed ? setTimeout(() => child.kill("SIGKILL"), 40 + Math.random() * 400) : undefined;
      child.on("close", (_code, signal) => {
        clearTimeout(timer);
        if (signal === "SIGKILL") kills++;
        // What kubectl has said is what must be there, even if it was killed a moment later.
        if (output.includes("created")) acknowledged.push(name);
        resolve();
      });
    });

  const writer = async (): Promise<void> => {
    while (kills < KILLS && next < KILLS * 10) await writeOne();
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));

  const listed = execFileSync(path.join(root, "bin/kubectl"), ["get", "cm", "-o", "name"], { env, encoding: "utf8" });
  const found = new Set(
    listed
      .trim()
      .split("\n")
      .map((line) => line.replace("configmap/", "")),
  );
  expect(kills).toBeGreaterThanOrEqual(Math.min(KILLS, 1));
  expect(acknowledged.length).toBeGreaterThan(0);
  expect(acknowledged.filter((name) => !found.has(name))).toEqual([]);
  const state = fs.readFileSync(path.join(home, ".drykube/clusters/kind/state.json"), "utf8");
  expect(() => JSON.parse(state)).not.toThrow();
  fs.rmSync(home, { recursive: true, force: true });
});
