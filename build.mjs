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
writePack(temporary, new Map());
fs.rmSync(outDir, { recursive: true, force: true });
fs.renameSync(temporary, outDir);
if (!flags.has("--no-cache")) writePack(outDir, warmCaches());

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

/** pack.bin: each chunk's wrapped source, then its code cache. pack.json: where each begins, and for which V8 the caches are. */
function writePack(directory, caches) {
  const chunks = {};
  const parts = [];
  let offset = 0;
  for (const name of chunksOf(directory)) {
    const source = fs.readFileSync(path.join(directory, name), "utf8");
    const wrapped = Buffer.from(`(function(exports,require,module,__filename,__dirname){${source}\n})`);
    const cache = caches.get(name) ?? Buffer.alloc(0);
    chunks[name] = [offset, wrapped.length, cache.length, /^[\x00-\x7f]*$/.test(source)];
    parts.push(wrapped, cache);
    offset += wrapped.length + cache.length;
  }
  fs.writeFileSync(path.join(directory, "pack.bin"), Buffer.concat(parts));
  const index = { v8: process.versions.v8, arch: process.arch, chunks };
  fs.writeFileSync(path.join(directory, "pack.json"), JSON.stringify(index));
}

/** Runs usual commands and keeps what V8 compiled for them, functions that ran included. */
function warmCaches() {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "drykube-build-"));
  const env = { ...process.env, HOME: scratch, DRYKUBE_HOME: "", KUBECONFIG: "" };
  const manifest = path.join(root, "fixtures/manifests/quickstart.yaml");
  const commands = [
    ["drykube", "cluster", "create", "--addons", "none"],
    ["kubectl", "apply", "-f", manifest],
    ["kubectl", "create", "deployment", "x", "--image=nginx"],
    ["kubectl", "run", "y", "--image=nginx", "--dry-run=client", "-o", "yaml"],
    ["kubectl", "expose", "deployment", "x", "--port=80"],
    ["kubectl", "scale", "deployment", "x", "--replicas=2"],
    ["kubectl", "describe", "pods"],
    ["kubectl", "logs", "deployment/web"],
    ["kubectl", "exec", "deploy/web", "--", "ls"],
    ["kubectl", "delete", "deployment", "x"],
    ["kubectl", "get", "all", "-o", "wide"],
    ["kubectl", "get", "pods", "-o", "yaml"],
    ["kubectl", "get", "pods"],
  ];
  const caches = new Map();
  try {
    for (const [program, ...args] of commands) {
      const out = path.join(scratch, "caches");
      fs.rmSync(out, { recursive: true, force: true });
      fs.mkdirSync(out);
      const recorder = path.join(root, "bin/record-code-cache.cjs");
      spawnSync(process.execPath, [recorder, out, program, ...args], { env, cwd: scratch, timeout: 30_000 });
      for (const name of fs.readdirSync(out)) {
        const cache = fs.readFileSync(path.join(out, name));
        if (cache.length > (caches.get(name)?.length ?? 0)) caches.set(name, cache);
      }
    }
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
  return caches;
}
