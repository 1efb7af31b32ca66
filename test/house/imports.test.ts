import { describe, expect, test } from "vitest";
import { layerOf, type SourceFile, sources } from "./sources.ts";

/**
 * Who may import whom. A layer always may import itself and node:. "types of X" means type-only imports; "lazily X"
 * means dynamic imports only (and types).
 */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  machinery: [],
  sim: ["machinery"],
  store: ["machinery"],
  kinds: ["machinery", "types of client"],
  client: ["machinery", "types of kinds"],
  apiserver: ["machinery", "kinds", "store", "types of client", "types of node"],
  controllers: ["machinery", "kinds", "client", "types of sim"],
  scheduler: ["machinery", "kinds", "client", "controllers"],
  node: ["machinery", "kinds", "client", "controllers", "types of sim", "types of apiserver"],
  cluster: ["machinery", "sim", "store", "kinds", "client", "apiserver", "controllers", "scheduler", "node"],
  serve: ["machinery", "client", "cluster", "store"],
  cli: ["machinery", "kinds", "client", "lazily cluster", "lazily serve"],
  main: ["cli", "machinery"],
};

/** Packages that a layer may load; node: is free for all but the pure layers. */
const PURE = new Set(["machinery", "sim", "kinds", "scheduler", "apiserver", "controllers"]);

describe("who may import whom", () => {
  const files = sources();

  test("each import is allowed by the table", () => {
    const wrong: string[] = [];
    for (const file of files) {
      const layer = layerOf(file.path);
      for (const { target, kind } of file.imports) {
        if (!target.endsWith(".ts")) continue;
        const other = layerOf(target);
        if (other === layer || (layer === "main" && other === "main")) continue;
        const rules = ALLOWED[layer] ?? [];
        const allowed =
          rules.includes(other) ||
          (kind === "type" && (rules.includes(`types of ${other}`) || rules.includes(`lazily ${other}`))) ||
          (kind === "dynamic" && rules.includes(`lazily ${other}`));
        if (!allowed) wrong.push(`${file.path} → ${target} (${kind})`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("the pure layers reach neither files nor the network nor the process", () => {
    const wrong = files
      .filter((file) => PURE.has(layerOf(file.path)))
      .flatMap((file) =>
        file.imports
          .filter(
            ({ target, kind }) =>
              kind !== "type" && /^(node:)?(fs|net|http|https|child_process|os|tls|dns|worker_threads)$/.test(target),
          )
          .map(({ target }) => `${file.path} → ${target}`),
      );
    expect(wrong).toEqual([]);
  });

  test("clocks, timers and dice are parameters: they appear at the edges only", () => {
    const edges =
      /^(main\.ts|serve\/|cluster\/|client\/https|client\/websocket|cli\/commands\/(serve|port-forward|proxy))/;
    const wrong = files
      .filter((file) => !edges.test(file.path))
      .filter((file) =>
        /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\brandomUUID\(|(?<!\.)\bsetTimeout\(|(?<!\.)\bsetInterval\(/.test(
          code(file.text),
        ),
      )
      .map((file) => file.path);
    expect(wrong).toEqual([]);
  });

  test("process.* belongs to the edge", () => {
    const edges = /^(main\.ts|serve\/|cluster\/|store\/lock\.ts|store\/state-file\.ts|cli\/commands\/(serve)\/)/;
    // In the simulated machines `process` is a simulated process; they import nothing of Node's.
    const simulated = (file: SourceFile): boolean => layerOf(file.path) === "node";
    const wrong = files
      .filter((file) => !edges.test(file.path) && !simulated(file))
      .filter((file) => /\bprocess\.(?!nextTick)/.test(code(file.text)))
      .map((file) => file.path);
    expect(wrong).toEqual([]);
  });

  test("there are no cycles of static imports", () => {
    const byPath = new Map(files.map((file) => [file.path, file]));
    const state = new Map<string, "open" | "done">();
    const cycles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      if (state.get(path) === "done") return;
      if (state.get(path) === "open") {
        cycles.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
        return;
      }
      state.set(path, "open");
      for (const { target, kind } of byPath.get(path)?.imports ?? [])
        if (kind === "static" && byPath.has(target)) visit(target, [...trail, path]);
      state.set(path, "done");
    };
    for (const file of files) visit(file.path, []);
    expect(cycles).toEqual([]);
  });

  test("no default exports, no barrels", () => {
    expect(files.filter((file) => /^export default/m.test(file.text)).map((f) => f.path)).toEqual([]);
    expect(files.filter((file) => /^export \* from/m.test(file.text)).map((f) => f.path)).toEqual([]);
  });
});

/** The text without comments and strings. */
function code(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/(^|\s)\/\/.*$/gm, "$1")
    .replace(/"(?:[^"\\\n]|\\.)*"/g, '""')
    .replace(/'(?:[^'\\\n]|\\.)*'/g, "''");
}
