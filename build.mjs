// Builds dist/: one CommonJS chunk a command, facet and controller, so that a command loads what it needs, and the
// pack that bin/loader.cjs reads: all chunks in one file, with V8's code cache beside those that usual commands load.
//   node build.mjs [--no-minify] [--no-cache] [--if-possible]
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { buildDocs } from "./schemas/build-docs.mjs";

const root = path.dirname(fileURLToPath(import.meta.url));
const flags = new Set(process.argv.slice(2));

/** What the code caches are made for: the commands that people type most. */
const WARM_COMMANDS = [
  ["drykube", "cluster", "create", "--addons", "none"],
  ["kubectl", "apply", "-f", path.join(root, "fixtures/manifests/quickstart.yaml")],
  ["kubectl", "create", "deployment", "x", "--image=nginx"],
  ["kubectl", "run", "y", "--image=nginx", "--dry-run=client", "-o", "yaml"],
  ["kubectl", "expose", "deployment", "x", "--port=80"],
  ["kubectl", "scale", "deployment", "x", "--replicas=2"],
  ["kubectl", "describe", "pods"],
  ["kubectl", "logs", "deployment/web"],
  ["kubectl", "exec", "deploy/web", "--", "ls"],
  ["kubectl", "delete", "deployment", "x"],
  ["drykube", "cluster", "delete"],
  ["drykube", "cluster", "create", "--addons", "none"],
  ["kubectl", "apply", "-f", path.join(root, "fixtures/manifests/quickstart.yaml")],
  ["kubectl", "get", "nodes"],
  ["kubectl", "get", "pods", "-o", "yaml"],
  ["kubectl", "get", "pods"],
];
const NOTHING_KNOWN = { groups: [], caches: new Map() };

let rolldown;
try {
  ({ rolldown } = await import("rolldown"));
} catch (error) {
  // A production install (`npm ci --omit=dev`) has no bundler; the published package brings its dist along.
  if (flags.has("--if-possible")) process.exit(0);
  throw error;
}

const outDir = path.join(root, "dist");
const temporary = `${outDir}.${process.pid}`;
const bundle = await rolldown({
  input: { main: path.join(root, "src/main.ts") },
  platform: "node",
  logLevel: "warn",
  resolve: { extensions: [".ts", ".js", ".mjs", ".cjs", ".json"] },
});
await bundle.write({
  dir: temporary,
  format: "cjs",
  exports: "named",
  minify: flags.has("--no-minify") ? false : { compress: true, mangle: true, codegen: true },
  sourcemap: false,
  entryFileNames: "[name].js",
  chunkFileNames: "[name]-[hash].js",
});
await bundle.close();
buildDocs(temporary);
builtinsByRequire(temporary);
writePack(temporary, NOTHING_KNOWN);
if (!flags.has("--no-cache")) warmPack(temporary);
replaceDirectory(outDir, temporary);

/** What runs from the old directory goes on: it has the pack open, and nothing in there is ever written again. */
function replaceDirectory(directory, next) {
  const old = `${next}.old`;
  if (fs.existsSync(directory)) fs.renameSync(directory, old);
  fs.renameSync(next, directory);
  fs.rmSync(old, { recursive: true, force: true });
}

/** import() of a builtin costs a module loader that nothing else needs, and a packed chunk has none. */
function builtinsByRequire(directory) {
  for (const name of chunksOf(directory)) {
    const file = path.join(directory, name);
    const text = fs.readFileSync(file, "utf8");
    const next = text.replace(/\bimport\(([`"'])(node:[a-z_/]+)\1\)/g, 'Promise.resolve().then(()=>require("$2"))');
    if (next !== text) fs.writeFileSync(file, next);
  }
}

function chunksOf(directory) {
  return fs
    .readdirSync(directory)
    .filter((name) => name.endsWith(".js"))
    .sort();
}

/**
 * pack.bin: scripts, each a list of wrapped chunks, and behind it its code cache. pack.json: where each begins, which
 * chunks are where, and for which V8 the caches are. Chunks that are always loaded together share a script.
 */
function writePack(directory, { groups, caches }) {
  const grouped = new Set(groups.flat());
  const scripts = [];
  const chunks = {};
  const parts = [];
  let offset = 0;
  for (const names of [
    ...groups,
    ...chunksOf(directory)
      .filter((name) => !grouped.has(name))
      .map((name) => [name]),
  ]) {
    const functions = names.map((name) => {
      const source = fs.readFileSync(path.join(directory, name), "utf8");
      return `function(exports,require,module,__filename,__dirname){${source}\n}`;
    });
    const text = `[${functions.join(",")}]`;
    const source = Buffer.from(text);
    const cache = caches.get(names.join(" ")) ?? Buffer.alloc(0);
    names.forEach((name, i) => {
      chunks[name] = [scripts.length, i];
    });
    scripts.push([offset, source.length, cache.length, /^[\x00-\x7f]*$/.test(text)]);
    parts.push(source, cache);
    offset += source.length + cache.length;
  }
  fs.writeFileSync(path.join(directory, "pack.bin"), Buffer.concat(parts));
  const index = { v8: process.versions.v8, arch: process.arch, size: offset, scripts, chunks };
  fs.writeFileSync(path.join(directory, "pack.json"), JSON.stringify(index));
}

/** Runs usual commands twice: to see which chunks go together, and then to keep what V8 compiled for them, functions that ran included. */
function warmPack(directory) {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "drykube-build-"));
  try {
    const groups = groupsOf(WARM_COMMANDS.map((command) => record(directory, scratch, "names", command).names));
    writePack(directory, { groups, caches: new Map() });
    const caches = new Map();
    for (const command of WARM_COMMANDS)
      for (const [key, cache] of record(directory, scratch, "caches", command).caches)
        if (cache.length > (caches.get(key)?.length ?? 0)) caches.set(key, cache);
    writePack(directory, { groups, caches });
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

/** What one command line loaded: the chunks' names or ("caches") the code cache of each script by the names in it too. */
function record(directory, scratch, what, [program, ...args]) {
  const out = path.join(scratch, "recorded");
  fs.rmSync(out, { recursive: true, force: true });
  fs.mkdirSync(out);
  // Certificates that Node would read at each start are for nothing here.
  const env = { ...process.env, HOME: scratch, DRYKUBE_HOME: "", KUBECONFIG: "", NODE_EXTRA_CA_CERTS: "" };
  const recorder = path.join(root, "bin/record-code-cache.cjs");
  spawnSync(process.execPath, [recorder, what, directory, out, program, ...args], {
    env,
    cwd: scratch,
    timeout: 30_000,
  });
  const list = fs.existsSync(path.join(out, "list.json"))
    ? JSON.parse(fs.readFileSync(path.join(out, "list.json"), "utf8"))
    : [];
  const caches =
    what === "caches"
      ? list.map(({ names }, i) => [names.join(" "), fs.readFileSync(path.join(out, `${i}.cache`))])
      : [];
  return { names: list.flatMap(({ loaded }) => loaded), caches };
}

/** Chunks that the same commands loaded, where that is worth a script of their own. */
function groupsOf(loads) {
  const users = new Map();
  loads.forEach((names, command) => {
    for (const name of names) users.set(name, `${users.get(name) ?? ""} ${command}`);
  });
  const groups = new Map();
  for (const [name, key] of users) groups.set(key, [...(groups.get(key) ?? []), name]);
  return [...groups.values()].filter((names) => names.length > 1);
}
