import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";

const { openPack } = createRequire(import.meta.url)("../../../bin/loader.cjs") as {
  openPack(directory: string): { load(name: string): { value: string } } | undefined;
};

function writePack(directory: string, value: string): void {
  const script = (n: number): string =>
    `[function(exports,require,module,__filename,__dirname){exports.value="${value}${n}"}]`;
  const size = script(1).length;
  fs.mkdirSync(directory);
  fs.writeFileSync(path.join(directory, "pack.bin"), script(1) + script(2));
  const scripts = [
    [0, size, 0, true],
    [size, size, 0, true],
  ];
  const index = { v8: "", arch: "", size: 2 * size, scripts, chunks: { "a.js": [0, 0], "b.js": [1, 0] } };
  fs.writeFileSync(path.join(directory, "pack.json"), JSON.stringify(index));
}

test("a running process goes on with the build that it began with", () => {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "drykube-loader-"));
  try {
    const dist = path.join(scratch, "dist");
    writePack(dist, "old");
    const running = openPack(dist)!;
    expect(running.load("a.js").value).toBe("old1");
    fs.rmSync(dist, { recursive: true });
    writePack(dist, "a new build, with other offsets");
    expect(running.load("b.js").value).toBe("old2");
    expect(openPack(dist)!.load("b.js").value).toBe("a new build, with other offsets2");
  } finally {
    fs.rmSync(scratch, { recursive: true });
  }
});

test("where there is no pack, there is nothing to open", () => {
  expect(openPack(path.join(os.tmpdir(), "drykube-no-such-directory"))).toBeUndefined();
});
