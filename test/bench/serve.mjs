// What `drykube serve` takes: 100 watchers and 200 requests a second on loopback for a minute, then errors, latencies
// and memory. Build first.
//   node test/bench/serve.mjs [SECONDS] [WATCHERS] [REQUESTS_PER_SECOND]
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import https from "node:https";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const [seconds = 60, watchers = 100, rate = 200] = process.argv.slice(2).map(Number);
const drykube = path.join(path.dirname(fileURLToPath(import.meta.url)), "../../bin/drykube");
const home = fs.mkdtempSync(path.join(os.tmpdir(), "drykube-bench-"));
const env = { ...process.env, HOME: home, DRYKUBE_HOME: "", KUBECONFIG: "" };
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const port = await new Promise((resolve) => {
  const probe = net.createServer().listen(0, "127.0.0.1", () => {
    const found = probe.address().port;
    probe.close(() => resolve(found));
  });
});
spawnSync(drykube, ["cluster", "create", "--addons", "none"], { env });
const config = fs.readFileSync(path.join(home, ".drykube/config"), "utf8");
const data = (field) => Buffer.from(new RegExp(`${field}: (\\S+)`).exec(config)[1], "base64");
const credentials = {
  ca: data("certificate-authority-data"),
  cert: data("client-certificate-data"),
  key: data("client-key-data"),
};
const agent = new https.Agent({ keepAlive: true, maxSockets: 32, ...credentials });
const server = spawn(drykube, ["serve", `--port=${port}`], { env, stdio: ["ignore", "pipe", "inherit"] });
await new Promise((resolve) => server.stdout.once("data", resolve));

/** Resident memory of the server, in megabytes; NaN where /proc is not there. */
function memory() {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${server.pid}/status`, "utf8"))[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}

const errors = new Map();
const failed = (what) => errors.set(what, (errors.get(what) ?? 0) + 1);

function ask(method, target, body) {
  return new Promise((resolve) => {
    const headers = { "content-type": "application/json", accept: "application/json" };
    const request = https.request({ host: "127.0.0.1", port, method, path: target, agent, headers }, (response) => {
      response.resume();
      response.on("end", () => {
        if (response.statusCode >= 400) failed(`${method} ${response.statusCode}`);
        resolve();
      });
    });
    request.on("error", (error) => {
      failed(error.code ?? error.message);
      resolve();
    });
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

let events = 0;
const watching = [];
for (let i = 0; i < watchers; i++) {
  const target = "/api/v1/namespaces/default/configmaps?watch=true&allowWatchBookmarks=true";
  const request = https.request({ host: "127.0.0.1", port, path: target, agent: false, ...credentials }, (response) => {
    response.on("data", (chunk) => {
      for (const byte of chunk) if (byte === 10) events++;
    });
  });
  request.on("error", (error) => closing || failed(`watch ${error.code}`));
  request.end();
  watching.push(request);
}
let closing = false;

/** One object's life, many times over, so that what is stored does not grow; between, what people mostly do. */
const base = "/api/v1/namespaces/default/configmaps";
const steps = [
  (i) => ["POST", base, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: `c${i}` }, data: { a: "b" } }],
  () => ["GET", "/api/v1/pods?limit=500"],
  (i) => ["GET", `${base}/c${i}`],
  () => ["GET", base],
  () => ["GET", "/api/v1/nodes"],
  (i) => ["DELETE", `${base}/c${i}`],
];
const latencies = [];
const samples = [];
const started = performance.now();
let sent = 0;

/** One client's sequence: each step after the answer to the one before. */
async function sequence(i) {
  for (const step of steps) {
    const began = performance.now();
    await ask(...step(i));
    latencies.push(performance.now() - began);
  }
}

await sleep(1000);
const pending = new Set();
for (let i = 0; performance.now() - started < seconds * 1000; i++) {
  const wait = started + 1000 + (sent / rate) * 1000 - performance.now();
  if (wait > 0) await sleep(wait);
  sent += steps.length;
  const one = sequence(i);
  pending.add(one);
  one.finally(() => pending.delete(one));
  if (i % Math.max(1, Math.round(rate / steps.length)) === 0) samples.push(memory());
}
await Promise.all(pending);
const elapsed = (performance.now() - started) / 1000;
closing = true;
for (const request of watching) request.destroy();
server.kill("SIGTERM");
await new Promise((resolve) => server.once("exit", resolve));
fs.rmSync(home, { recursive: true, force: true });

latencies.sort((a, b) => a - b);
const at = (share) => latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))].toFixed(1);
const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;
const third = Math.max(1, Math.floor(samples.length / 3));
console.log(
  `${latencies.length} requests in ${elapsed.toFixed(1)} s (${(latencies.length / elapsed).toFixed(0)}/s), ${watchers} watchers, ${events} events`,
);
console.log(`latency ms: p50 ${at(0.5)}, p90 ${at(0.9)}, p99 ${at(0.99)}, max ${at(1)}`);
console.log(
  `memory MB: first ${samples[0].toFixed(0)}, middle third ${mean(samples.slice(third, 2 * third)).toFixed(0)}, last third ${mean(samples.slice(2 * third)).toFixed(0)}`,
);
console.log(
  errors.size === 0 ? "errors: none" : `errors: ${[...errors].map(([what, count]) => `${what} ×${count}`).join(", ")}`,
);
process.exitCode = errors.size === 0 ? 0 : 1;
