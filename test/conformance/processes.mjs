// Shell lines with a time limit, and servers that come up and go down.
import { spawn } from "node:child_process";
import net from "node:net";

const START_TIMEOUT_MS = 30_000;

/** Runs a line of bash; `exit` is its code, the signal that ended it, or "TIMEOUT". */
export function bash(line, cwd, env, timeoutMs) {
  return new Promise((resolve) => {
    const child = spawn("bash", ["-c", line], { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    const chunks = { stdout: [], stderr: [] };
    for (const stream of ["stdout", "stderr"]) child[stream].on("data", (chunk) => chunks[stream].push(chunk));
    const timer = setTimeout(() => process.kill(-child.pid, "SIGKILL"), timeoutMs);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({
        exit: signal === "SIGKILL" ? "TIMEOUT" : (code ?? signal),
        stdout: Buffer.concat(chunks.stdout).toString(),
        stderr: Buffer.concat(chunks.stderr).toString(),
      });
    });
  });
}

/** A port of the loopback interface on which nobody listens. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** `drykube serve` with `args`, once it says that it listens. */
export async function startServer(drykube, args, cwd, env) {
  const child = spawn(drykube, ["serve", ...args], { cwd, env, stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error("the server does not come up")), START_TIMEOUT_MS);
    child.stdout.once("data", () => resolve(clearTimeout(late)));
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
  });
  return child;
}

/** Ends a server and waits until its state is saved. */
export async function stopServer(child) {
  child.kill("SIGTERM");
  if (child.exitCode === null) await new Promise((resolve) => child.once("exit", resolve));
}
