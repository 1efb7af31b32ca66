// Builds dist/: one CommonJS chunk a command, facet and controller, so that a command loads what it needs.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(fileURLToPath(import.meta.url));

let rolldown;
try {
  ({ rolldown } = await import("rolldown"));
} catch (error) {
  // A production install (`npm ci --omit=dev`) has no bundler; the published package brings its dist along.
  if (process.argv.includes("--if-possible")) process.exit(0);
  throw error;
}

const outDir = process.env.DRYKUBE_DIST ?? path.join(root, "dist");
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
  minify: process.argv.includes("--no-minify") ? false : { compress: true, mangle: true, codegen: true },
  sourcemap: false,
  entryFileNames: "[name].js",
  chunkFileNames: "[name]-[hash].js",
});
await bundle.close();
fs.rmSync(outDir, { recursive: true, force: true });
fs.renameSync(temporary, outDir);
