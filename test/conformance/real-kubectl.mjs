// Replays the transcripts with real kubectl binaries against `drykube serve`: what fails here is the server's.
//   node test/conformance/real-kubectl.mjs [--only REGEX] [--show N] [--jobs N] [KUBECTL…]
// Without binaries it looks for kubectl, kubectl.1.NN and kubectl-1.NN in PATH. Build first.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { realKubectls, root } from "./kubectls.mjs";
import { bash, freePort, startServer, stopServer } from "./processes.mjs";

const STEP_TIMEOUT_MS = 60_000;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: "string", default: "" },
    show: { type: "string", default: "0" },
    jobs: { type: "string", default: "2" },
    transcripts: { type: "string", default: path.join(root, "fixtures/transcripts") },
  },
});

// Type-stripping is not in every Node that we support, and the parser of transcripts must not be there twice.
const { parseTranscript, normalise } = await loadTranscriptModule();

async function loadTranscriptModule() {
  const { rolldown } = await import("rolldown");
  const bundle = await rolldown({ input: path.join(root, "test/transcripts/transcript.ts"), logLevel: "warn" });
  const { output } = await bundle.generate({ format: "esm" });
  await bundle.close();
  return import(`data:text/javascript,${encodeURIComponent(output[0].code)}`);
}

/** Starts `drykube serve` over a fresh cluster below `scratch`. */
async function serve(scratch, env) {
  const drykube = path.join(root, "bin/drykube");
  const made = await bash(`${drykube} cluster create --addons none`, scratch, env, STEP_TIMEOUT_MS);
  if (made.exit !== 0) throw new Error(`cluster create: ${made.stderr}`);
  const port = await freePort();
  const kubeconfig = path.join(scratch, "kubeconfig");
  const written = fs.readFileSync(path.join(env.HOME, ".drykube/config"), "utf8");
  fs.writeFileSync(kubeconfig, written.replace(/https:\/\/127\.0\.0\.1:\d+/, `https://127.0.0.1:${port}`));
  const child = await startServer(drykube, [`--port=${port}`], scratch, env);
  return { child, kubeconfig };
}

/** Replays one transcript with one binary on a server of its own. */
async function replay(file, kubectl) {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "drykube-real-"));
  const work = path.join(scratch, "work");
  const bin = path.join(scratch, "bin");
  for (const directory of [work, bin]) fs.mkdirSync(directory);
  for (const name of ["kubectl", "k"]) fs.symlinkSync(kubectl, path.join(bin, name));
  const directories = [
    [work, "$WORK"],
    [scratch, "$DIR"],
  ];
  const base = {
    PATH: `${bin}:${process.env.PATH}`,
    HOME: work,
    LANG: "C.UTF-8",
    TERM: "dumb",
    NO_COLOR: "1",
    EDITOR: "false",
    TZ: "UTC",
  };
  const differences = [];
  let steps = 0;
  let server;
  try {
    server = await serve(scratch, base);
    // Where a transcript looks at its configuration it must find it where kubectl looks by itself.
    fs.mkdirSync(path.join(work, ".kube"));
    fs.copyFileSync(server.kubeconfig, path.join(work, ".kube/config"));
    const masked = (answer, names) => ({
      stdout: normalise(answer.stdout, names),
      stderr: normalise(answer.stderr, names),
      exit: answer.exit,
    });
    for (const event of parseTranscript(fs.readFileSync(file, "utf8"))) {
      if ("file" in event) {
        fs.mkdirSync(path.dirname(path.join(work, event.file)), { recursive: true });
        fs.writeFileSync(path.join(work, event.file), event.text);
        continue;
      }
      steps++;
      const actual = masked(await bash(event.run, work, base, STEP_TIMEOUT_MS), directories);
      const expected = masked(event, []);
      if (JSON.stringify(actual) !== JSON.stringify(expected)) differences.push({ run: event.run, expected, actual });
    }
  } finally {
    if (server !== undefined) await stopServer(server.child);
    fs.rmSync(scratch, { recursive: true, force: true });
  }
  return { steps, differences };
}

function printDifference({ run, expected, actual }) {
  const quoted = (text) =>
    text
      .split("\n")
      .map((line) => `    | ${line}`)
      .join("\n");
  console.log(`  $ ${run}\n  expected (exit ${expected.exit}):`);
  for (const stream of ["stdout", "stderr"]) if (expected[stream]) console.log(quoted(expected[stream]));
  console.log(`  actual (exit ${actual.exit}):`);
  for (const stream of ["stdout", "stderr"]) if (actual[stream]) console.log(quoted(actual[stream]));
}

/** Replays every transcript with one binary and prints the figures. */
async function judge(version, kubectl, files) {
  const totals = { transcripts: 0, steps: 0, matched: 0 };
  const wrong = [];
  const queue = [...files];
  const worker = async () => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const name = path.basename(file, ".txt");
      const { steps, differences } = await replay(file, kubectl).catch((error) => ({
        steps: 1,
        differences: [{ run: "(start)", expected: { exit: 0 }, actual: { exit: 1, stderr: error.message } }],
      }));
      totals.steps += steps;
      totals.matched += steps - differences.length;
      if (differences.length === 0) totals.transcripts++;
      else wrong.push({ name, steps, differences });
    }
  };
  await Promise.all(Array.from({ length: Number(options.jobs) }, worker));
  wrong.sort((a, b) => a.name.localeCompare(b.name));
  for (const { name, steps, differences } of wrong) {
    console.log(`${name}: ${differences.length} of ${steps} steps differ`);
    for (const difference of differences.slice(0, Number(options.show))) printDifference(difference);
  }
  console.log(
    `${version}: ${totals.transcripts} of ${files.length} transcripts, ${totals.matched} of ${totals.steps} steps match`,
  );
}

const found = realKubectls(positionals);
if (found.length === 0) console.log("skipped: no real kubectl in PATH, and none given");
const only = new RegExp(options.only);
const files = fs
  .readdirSync(options.transcripts)
  .filter((name) => name.endsWith(".txt") && only.test(name))
  .sort()
  .map((name) => path.join(options.transcripts, name));
for (const [version, kubectl] of found) await judge(version, kubectl, files);
