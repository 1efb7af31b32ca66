import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

type Pty = typeof import("@lydell/node-pty");

const root = path.join(import.meta.dirname, "../..");
const home = fs.mkdtempSync(path.join(os.tmpdir(), "drykube-terminal-"));
const env = { PATH: process.env["PATH"] ?? "", HOME: home, TERM: "xterm" };
const CTRL_D = "\x04";
const STEP_MS = 15_000;

const pty: Pty | undefined = await import("@lydell/node-pty").catch(() => undefined);
const reason = pty === undefined ? "no pseudo-terminal can be had here" : undefined;
if (reason !== undefined) console.warn(`terminal tests are skipped: ${reason}`);

function kubectl(...args: string[]) {
  return spawnSync(path.join(root, "bin/kubectl"), args, { env, encoding: "utf8", timeout: 60_000 });
}

/** A command in a terminal: what it shows, keys typed at it, and its end. */
function open(args: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const terminal = pty!.spawn(path.join(root, "bin/kubectl"), [...args], {
    cols: 100,
    rows: 30,
    cwd: home,
    env: { ...env, ...more },
  });
  let seen = "";
  let wake = (): void => {};
  terminal.onData((text) => {
    seen += text;
    wake();
  });
  const ended = new Promise<number>((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode)));
  /** Waits until `text` is shown behind what was waited for before, and answers with all up to it. */
  const until = async (text: string): Promise<string> => {
    const deadline = Date.now() + STEP_MS;
    for (;;) {
      const at = seen.indexOf(text);
      if (at >= 0) {
        const shown = seen.slice(0, at + text.length);
        seen = seen.slice(at + text.length);
        return shown;
      }
      if (Date.now() > deadline) throw new Error(`waited for ${JSON.stringify(text)}, saw ${JSON.stringify(seen)}`);
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, 100);
      });
    }
  };
  return { until, ended, type: (keys: string) => terminal.write(keys) };
}

beforeAll(() => {
  if (pty === undefined) return;
  spawnSync(path.join(root, "bin/drykube"), ["cluster", "create", "--addons", "none"], { env });
  kubectl("run", "box", "--image=busybox", "--", "sleep", "3600");
  kubectl("wait", "--for=condition=Ready", "pod/box");
}, 120_000);

afterAll(() => fs.rmSync(home, { recursive: true, force: true }));

test.skipIf(pty === undefined)("exec -it: a prompt, commands, the shell's exit code", { timeout: 60_000 }, async () => {
  const shell = open(["exec", "-it", "box", "--", "sh"]);
  await shell.until("/ # ");
  shell.type("echo one-$((1+1))\r");
  await shell.until("one-2");
  await shell.until("/ # ");
  shell.type("sh -c 'exit 7'\r");
  await shell.until("/ # ");
  shell.type(CTRL_D);
  expect(await shell.ended).toBe(7);
});

test.skipIf(pty === undefined)("run -it and debug -it say how to come back", { timeout: 60_000 }, async () => {
  const run = open(["run", "shell", "-it", "--image=busybox", "--", "sh"]);
  await run.until("/ # ");
  run.type("exit\r");
  await run.until("Session ended, resume using 'kubectl attach shell -c shell -i -t' command when the pod is running");
  expect(await run.ended).toBe(0);
  const debug = open(["debug", "box", "-it", "--image=busybox", "-c", "look", "--", "sh"]);
  await debug.until("/ # ");
  debug.type("exit\r");
  await debug.until(
    "Session ended, the ephemeral container will not be restarted but may be reattached using 'kubectl attach box -c look -i -t' if it is still running",
  );
  expect(await debug.ended).toBe(0);
});

test.skipIf(pty === undefined)("edit opens the EDITOR in the terminal", { timeout: 60_000 }, async () => {
  kubectl("create", "configmap", "settings", "--from-literal=a=before");
  const script = path.join(home, "editor.sh");
  fs.writeFileSync(script, `#!/bin/sh\n[ -t 0 ] && echo "a terminal"\nsed -i s/before/after/ "$1"\n`, { mode: 0o755 });
  const edit = open(["edit", "configmap", "settings"], { EDITOR: script });
  await edit.until("a terminal");
  await edit.until("configmap/settings edited");
  expect(await edit.ended).toBe(0);
  expect(kubectl("get", "configmap", "settings", "-o", "jsonpath={.data.a}").stdout).toBe("after");
});

test.skipIf(pty === undefined)("delete -i asks, and takes no for an answer", { timeout: 60_000 }, async () => {
  const ask = open(["delete", "pod", "box", "-i"]);
  await ask.until("Do you want to continue? (y/n): ");
  ask.type("n\r");
  await ask.until("deletion is cancelled");
  expect(await ask.ended).toBe(0);
  expect(kubectl("get", "pod", "box").status).toBe(0);
});
