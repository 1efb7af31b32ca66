// Runs command lines with the real kubectl 1.33 and with ours against the same `drykube serve`, and compares stdout,
// stderr and exit code. What differs is a bug of ours, help prose apart.
//   node test/conformance/differential.mjs [--only REGEX] [--show N] [--kubectl FILE] [--keep DIRECTORY] [LIST…]
// LIST is a file of command lines (default: differential/*.txt): one bash line each, `#` comments, `## name` groups.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { kubectl133, root } from "./kubectls.mjs";
import { bash, freePort, startServer, stopServer } from "./processes.mjs";

const fixtures = path.join(root, "test/conformance/differential");
const LINE_TIMEOUT_MS = 20_000;
const TRIES = 3;
// The world is made this long ago, so that ages read in hours and do not turn over between two runs.
const WORLD_AGE_MS = 20 * 3_600_000;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: "string", default: "" },
    show: { type: "string", default: "30" },
    kubectl: { type: "string" },
    keep: { type: "string" },
    // The server may be another build than the CLI, so that one can be built anew while the other runs.
    "server-bin": { type: "string", default: path.join(root, "bin") },
  },
});

const baseEnv = (home, bin) => ({
  PATH: `${bin}:${process.env.PATH}`,
  HOME: home,
  LANG: "C.UTF-8",
  TERM: "dumb",
  TZ: "UTC",
  EDITOR: "false",
});

/** Makes the cluster's objects with our CLI under a clock that is behind, and answers with the home that has them. */
async function makeWorld(directory) {
  const home = path.join(directory, "server");
  fs.mkdirSync(home, { recursive: true });
  const shim = path.join(directory, "past.cjs");
  fs.writeFileSync(shim, "const now = Date.now; Date.now = () => now() - Number(process.env.BEHIND_MS);\n");
  const env = {
    ...baseEnv(home, options["server-bin"]),
    NODE_OPTIONS: `--require ${shim}`,
    BEHIND_MS: String(WORLD_AGE_MS),
    FIXTURES: fixtures,
    KINDS: path.join(root, "fixtures/manifests/kinds"),
  };
  const made = await bash(
    `drykube cluster create && . ${JSON.stringify(path.join(fixtures, "world.sh"))}`,
    home,
    env,
    300_000,
  );
  if (made.exit !== 0) throw new Error(`the world cannot be made: ${made.stderr}${made.stdout}`);
  // Events live for an hour: some have to be of today.
  await bash(
    `. ${JSON.stringify(path.join(fixtures, "today.sh"))}`,
    home,
    baseEnv(home, options["server-bin"]),
    60_000,
  );
  return home;
}

async function serve(home) {
  const port = await freePort();
  const config = path.join(home, ".drykube/config");
  const text = fs
    .readFileSync(config, "utf8")
    .replace(/https:\/\/127\.0\.0\.1:\d+/, `https://127.0.0.1:${port}`)
    .replace(/^ {4}extensions:\n(?: {4}[ -].*\n)+/m, "");
  const drykube = path.join(options["server-bin"], "drykube");
  const child = await startServer(drykube, [`--port=${port}`], home, baseEnv(home, options["server-bin"]));
  // Without the extension by which our CLI finds the state file: it is to come through the same door.
  return { child, port, kubeconfig: text };
}

/** One side: a directory with the files that command lines name, a home and a kubeconfig of its own. */
function makeSide(directory, name, kubectl, kubeconfig) {
  const side = path.join(directory, name);
  fs.rmSync(side, { recursive: true, force: true });
  const bin = path.join(side, "bin");
  const work = path.join(side, "work");
  for (const made of [bin, work]) fs.mkdirSync(made, { recursive: true });
  fs.symlinkSync(kubectl, path.join(bin, "kubectl"));
  fs.cpSync(path.join(fixtures, "files"), work, { recursive: true });
  const home = path.join(side, "home");
  fs.mkdirSync(path.join(home, ".kube"), { recursive: true });
  fs.writeFileSync(path.join(home, ".kube/config"), kubeconfig);
  // Ours would rather look for a cluster of its own in HOME.
  return {
    side,
    work,
    env: { ...baseEnv(home, bin), KUBECONFIG: path.join(home, ".kube/config"), DRYKUBE_ALLOW_REAL_CLUSTER: "1" },
  };
}

/** What may differ between two good runs: paths, clocks of log lines, and how long a request took. */
function masked({ exit, stdout, stderr }, side) {
  const plain = (text) =>
    text
      .replaceAll(side, "$SIDE")
      .replace(/^([IWEF])\d{4} \d\d:\d\d:\d\d\.\d{6} +\d+ /gm, "$1<time> ")
      .replace(/\b(in|milliseconds=|elapsed=)"?\d+\b/g, "$1<n>");
  return { exit, stdout: plain(stdout), stderr: plain(stderr) };
}

const same = (a, b) => a.exit === b.exit && a.stdout === b.stdout && a.stderr === b.stderr;

/** Without the figures and widths by which two runs a second apart may differ. */
const loose = (answer) => JSON.stringify(answer).replace(/\d+/g, "#").replace(/ +/g, " ");

async function compare(line, real, ours) {
  let pair;
  // Again where only figures differ: an age may have turned over between them, a resource version gone on.
  for (let tries = 0; tries < TRIES; tries++) {
    const runs = [real, ours].map(async (s) => masked(await bash(line, s.work, s.env, LINE_TIMEOUT_MS), s.side));
    pair = await Promise.all(runs);
    if (same(...pair)) return undefined;
    if (loose(pair[0]) !== loose(pair[1])) return pair;
  }
  return pair;
}

/** The first lines of a text that differ from another's, so that a long answer does not hide its one wrong line. */
function excerpt(a, b) {
  const lines = a.split("\n");
  const others = b.split("\n");
  let from = 0;
  while (from < lines.length && lines[from] === others[from]) from++;
  const shown = lines.slice(Math.max(0, from - 1), from + 12);
  return `${from > 1 ? `    … ${from - 1} equal lines\n` : ""}${shown.map((l) => `    | ${l}`).join("\n")}`;
}

function report(line, [real, ours]) {
  console.log(`$ ${line}`);
  if (real.exit !== ours.exit) console.log(`  exit: real ${real.exit}, ours ${ours.exit}`);
  for (const stream of ["stdout", "stderr"]) {
    if (real[stream] === ours[stream]) continue;
    console.log(`  ${stream}, real:\n${excerpt(real[stream], ours[stream])}`);
    console.log(`  ${stream}, ours:\n${excerpt(ours[stream], real[stream])}`);
  }
}

const kubectl = kubectl133(options.kubectl);
if (kubectl === undefined) {
  console.log("skipped: no real kubectl 1.33 in PATH, and none given with --kubectl");
  process.exit(0);
}

const lists =
  positionals.length > 0
    ? positionals
    : fs.readdirSync(fixtures).flatMap((f) => (f.endsWith(".txt") ? [path.join(fixtures, f)] : []));
const only = new RegExp(options.only);
const directory = options.keep ?? fs.mkdtempSync(path.join(os.tmpdir(), "drykube-differential-"));
fs.mkdirSync(directory, { recursive: true });
const existing = path.join(directory, "server");
const home = fs.existsSync(existing) ? existing : await makeWorld(directory);
const server = await serve(home);
let different = 0;
let total = 0;
try {
  const real = makeSide(directory, "real", kubectl, server.kubeconfig);
  const ours = makeSide(directory, "ours", path.join(root, "bin/kubectl"), server.kubeconfig);
  for (const list of lists)
    for (const line of fs.readFileSync(list, "utf8").split("\n")) {
      if (line.trim() === "" || line.startsWith("#") || !only.test(line)) continue;
      total++;
      const pair = await compare(line, real, ours);
      if (pair === undefined) continue;
      different++;
      if (different <= Number(options.show)) report(line, pair);
    }
} finally {
  await stopServer(server.child);
  if (options.keep === undefined) fs.rmSync(directory, { recursive: true, force: true });
}
console.log(`${total - different} of ${total} command lines agree`);
process.exitCode = different === 0 ? 0 : 1;
