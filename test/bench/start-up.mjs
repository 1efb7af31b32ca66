// Start-up of single commands: CPU (user + system) as a ratio to `node -e 0`, and to the real kubectl where there is one.
//   npm run bench [-- RUNS]
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const root = path.join(import.meta.dirname, "../..");
const runs = Number(process.argv[2] ?? 25);
const home = fs.mkdtempSync(path.join(os.tmpdir(), "drykube-bench-"));
const env = {
  ...process.env,
  HOME: home,
  KUBECONFIG: undefined,
  DRYKUBE_HOME: undefined,
  NODE_EXTRA_CA_CERTS: undefined,
};
const bin = (name) => path.join(root, "bin", name);

/** CPU milliseconds of one run of a shell command, as bash's time accounts them. */
function cpuMs(command) {
  const { stderr } = spawnSync("bash", ["-c", `TIMEFORMAT='%U %S'; time ${command} >/dev/null 2>&1`], {
    env,
    encoding: "utf8",
  });
  const [user, system] = stderr.trim().split("\n").at(-1).split(" ").map(Number);
  return (user + system) * 1000;
}

/** Medians of several commands run in turn, so that a drifting machine disturbs all alike. */
function medians(commands) {
  const samples = commands.map(() => []);
  for (let run = -2; run < runs; run++)
    commands.forEach((command, i) => {
      const ms = cpuMs(command);
      if (run >= 0) samples[i].push(ms);
    });
  return samples.map((list) => list.sort((a, b) => a - b)[list.length >> 1]);
}

function realKubectl() {
  const found = spawnSync("bash", ["-c", "command -v kubectl"], { encoding: "utf8" }).stdout.trim();
  return found !== "" && fs.realpathSync(found) !== fs.realpathSync(bin("kubectl")) ? found : undefined;
}

try {
  spawnSync(bin("drykube"), ["cluster", "create", "--addons", "none"], { env });
  spawnSync(bin("kubectl"), ["create", "deployment", "web", "--image=nginx", "--replicas=100"], { env });
  spawnSync("sleep", ["2"]);
  const pods = spawnSync(bin("kubectl"), ["get", "pods", "--no-headers"], { env, encoding: "utf8" })
    .stdout.trim()
    .split("\n").length;
  const real = realKubectl();
  const rows = [
    ["node -e 0", "node -e 0"],
    [`get pods (${pods} pods)`, `${bin("kubectl")} get pods`],
    ["get pods -o yaml", `${bin("kubectl")} get pods -o yaml`],
    ["version --client", `${bin("kubectl")} version --client`],
    ["create --dry-run=client", `${bin("kubectl")} create deployment x --image=nginx --dry-run=client -o yaml`],
    ...(real ? [["real kubectl version --client", `${real} version --client`]] : []),
  ];
  const results = medians(rows.map(([, command]) => command));
  const floor = results[0];
  const kubectl = real ? results.at(-1) : undefined;
  console.log(`median CPU of ${runs} runs${real ? "" : " (no real kubectl on this machine)"}`);
  rows.forEach(([name], i) => {
    const more = results[i] - floor;
    const against = kubectl ? `  ${(results[i] / kubectl).toFixed(2)} x real kubectl` : "";
    console.log(
      `${name.padEnd(32)} ${results[i].toFixed(0).padStart(4)} ms  floor ${more >= 0 ? "+" : ""}${more.toFixed(0)} ms  ${(results[i] / floor).toFixed(2)} x node${against}`,
    );
  });
} finally {
  fs.rmSync(home, { recursive: true, force: true });
}
