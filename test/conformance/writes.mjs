// Runs the same writing command lines with the real kubectl 1.33 and with ours, each on a cluster of its own, and compares
// every step's output, errors and exit code.
//   node test/conformance/writes.mjs [--only REGEX] [--kubectl FILE] [--records DIRECTORY] [FILE…]
// The files (writes/*.txt without arguments) hold scenarios: "=== title", then files as ">>> path", lines, "<<<",
// and steps as "$ command" for bash, where kubectl is the one under test. A step that does not count (because chance or
// time is in it) begins with "%". Every scenario has a new cluster.
// What the real kubectl did is kept in --records, and asked again when a scenario's text changes. Build first.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { kubectl133, root } from "./kubectls.mjs";
import { bash, startServer, stopServer } from "./processes.mjs";

const STEP_TIMEOUT_MS = 40_000;
const SHOWN_LINES = 40;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: "string", default: "" },
    kubectl: { type: "string" },
    records: { type: "string", default: path.join(os.tmpdir(), "drykube-writes-records") },
    verbose: { type: "boolean", default: false },
  },
});

function parseScenarios(text) {
  const scenarios = [];
  let file;
  for (const line of text.split("\n")) {
    const scenario = scenarios.at(-1);
    if (file !== undefined) {
      if (line === "<<<") file = undefined;
      else scenario.files[file] = `${scenario.files[file]}${line}\n`;
    } else if (line.startsWith("=== ")) scenarios.push({ title: line.slice(4), files: {}, steps: [] });
    else if (line.startsWith(">>> ")) {
      file = line.slice(4);
      scenario.files[file] = "";
    } else if (/^[$%] /.test(line)) scenario.steps.push({ command: line.slice(2), counts: line.startsWith("$") });
    else if (/^ {2}/.test(line)) scenario.steps.at(-1).command += `\n${line.slice(2)}`;
  }
  return scenarios;
}

const MASKS = [
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g, "TIME"],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, "UID"],
  [/(resourceVersion\\?"?: ?\\?")\d+/g, "$1RV"],
  [/(resource version to be \d+, was )\d+/g, "$1RV"],
  [/\b10\.(96|244)\.\d+\.\d+/g, "ADDRESS"],
  [/127\.0\.0\.1:\d+/g, "SERVER"],
  [/\b3[0-2]\d{3}\b/g, "NODEPORT"],
  [/-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, "-CHANCE"],
  [/^([EWI])\d{4} \d\d:\d\d:\d\d\.\d{6} +\w+ /gm, "$1 KLOG "],
  [/(kubectl-edit-|LIVE-|MERGED-)\d+/g, "$1N"],
  [/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, "TOKEN"],
  [/( {2,})\d+[smh](\d+s)?( ago)?(?=\s|$)/gm, "$1AGE"],
];
/** How often kubectl tries again before it says that nobody listens is chance. */
const RETRIES = /^E KLOG memcache\.go.*\n/gm;
const masked = (text, side) =>
  MASKS.reduce((t, [from, to]) => t.replace(from, to), text.replaceAll(side.work, "WORK")).replace(RETRIES, "");

/** A home with a cluster, a `kubectl` in its PATH, and a place to work in. */
function makeSide(name, kubectl) {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), `drykube-writes-${name}-`));
  const side = { home, work: path.join(home, "work"), env: {} };
  for (const directory of ["bin", "work"]) fs.mkdirSync(path.join(home, directory));
  fs.symlinkSync(kubectl, path.join(home, "bin/kubectl"));
  side.env = {
    HOME: home,
    PATH: `${path.join(home, "bin")}:${process.env.PATH}`,
    KUBECONFIG: path.join(home, ".drykube/config"),
    TMPDIR: "/tmp",
    EDITOR: "false",
  };
  const made = spawnSync(path.join(root, "bin/drykube"), ["cluster", "create", "--addons", "none"], { env: side.env });
  if (made.status !== 0) throw new Error(String(made.stderr));
  return side;
}

async function runStep(side, directory, command) {
  const { exit, stdout, stderr } = await bash(command, directory, side.env, STEP_TIMEOUT_MS);
  return { code: exit, stdout: masked(stdout, side), stderr: masked(stderr, side) };
}

function difference(label, realText, ours) {
  // Records may be older than what is masked now.
  const real = realText.replace(RETRIES, "");
  if (real === ours) return "";
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "drykube-writes-"));
  for (const [name, text] of Object.entries({ real, ours })) fs.writeFileSync(path.join(directory, name), `${text}`);
  const { stdout } = spawnSync("diff", ["-U2", "real", "ours"], { cwd: directory, encoding: "utf8" });
  fs.rmSync(directory, { recursive: true });
  const lines = stdout
    .split("\n")
    .slice(2)
    .filter((line) => !line.startsWith("@@"));
  if (lines.length > SHOWN_LINES) lines.splice(SHOWN_LINES, lines.length, "…");
  return `  ${label}:\n${lines.map((line) => `    ${line}`).join("\n")}\n`;
}

/** The results of a scenario's steps at one side. */
async function play(scenario, side) {
  // Both sides work in a directory of the same name: it may be printed.
  const place = path.join(side.work, "here");
  fs.rmSync(place, { recursive: true, force: true });
  fs.mkdirSync(place);
  for (const [name, text] of Object.entries(scenario.files)) {
    fs.mkdirSync(path.dirname(path.join(place, name)), { recursive: true });
    fs.writeFileSync(path.join(place, name), text);
  }
  const results = [];
  for (const { command } of scenario.steps) results.push(await runStep(side, place, command));
  return results;
}

function compare(scenario, real, ours, tally) {
  for (const [i, { command, counts }] of scenario.steps.entries()) {
    if (!counts) continue;
    tally.steps++;
    const report =
      (real[i].code === ours[i].code ? "" : `  exit code: real ${real[i].code}, ours ${ours[i].code}\n`) +
      difference("stdout", real[i].stdout, ours[i].stdout) +
      difference("stderr", real[i].stderr, ours[i].stderr);
    if (report !== "") {
      tally.different++;
      process.stdout.write(`[${scenario.title}] $ ${command}\n${report}`);
    } else if (options.verbose)
      process.stdout.write(`[${scenario.title}] $ ${command}\n${real[i].stdout}${real[i].stderr}`);
  }
}

/** What the real kubectl did in a scenario is kept beside the temporary files: it does not change from run to run. */
function recordOf(scenario) {
  const key = createHash("sha256").update(JSON.stringify(scenario)).digest("hex").slice(0, 24);
  return path.join(options.records, `${key}.json`);
}

/** What the real kubectl does: as it was recorded, or now, against a server of its own. */
async function playReal(scenario, kubectl) {
  const record = recordOf(scenario);
  if (fs.existsSync(record)) return JSON.parse(fs.readFileSync(record, "utf8"));
  const side = makeSide("real", kubectl);
  const server = await startServer(path.join(root, "bin/drykube"), [], side.home, side.env);
  try {
    const results = await play(scenario, side);
    fs.mkdirSync(options.records, { recursive: true });
    fs.writeFileSync(record, JSON.stringify(results));
    return results;
  } finally {
    await stopServer(server);
    fs.rmSync(side.home, { recursive: true, force: true });
  }
}

/** What ours does, which needs no server. */
async function playOurs(scenario) {
  const side = makeSide("ours", path.join(root, "bin/kubectl"));
  try {
    return await play(scenario, side);
  } finally {
    fs.rmSync(side.home, { recursive: true, force: true });
  }
}

async function runFile(file, kubectl, tally) {
  const scenarios = parseScenarios(fs.readFileSync(file, "utf8")).filter((s) => new RegExp(options.only).test(s.title));
  for (const scenario of scenarios)
    compare(scenario, ...(await Promise.all([playReal(scenario, kubectl), playOurs(scenario)])), tally);
}

const kubectl = kubectl133(options.kubectl);
if (kubectl === undefined) {
  console.log("skipped: no kubectl 1.33 in PATH (name one with --kubectl)");
} else {
  const data = path.join(root, "test/conformance/writes");
  const files =
    positionals.length > 0
      ? positionals
      : fs
          .readdirSync(data)
          .sort()
          .map((name) => path.join(data, name));
  const tally = { steps: 0, different: 0 };
  for (const file of files) await runFile(file, kubectl, tally);
  console.log(`${tally.steps - tally.different} of ${tally.steps} steps equal`);
  process.exitCode = tally.different > 0 ? 1 : 0;
}
