"use strict";
// Part of the build: runs one command line and writes what it loaded: list.json names the chunks of each script and
// which of them were loaded; with "caches", N.cache is the code cache of the N-th.
//   node record-code-cache.cjs names|caches DIST OUTPUT_DIRECTORY PROGRAM ARGUMENT…
const fs = require("node:fs");
const path = require("node:path");
const { openPack } = require("./loader.cjs");

const [what, directory, output, program, ...args] = process.argv.slice(2);
process.argv = [process.argv[0], program, ...args];
const pack = openPack(directory);
process.on("exit", () => {
  const list = [...pack.scripts].map(([number, script], i) => {
    if (what === "caches") fs.writeFileSync(path.join(output, `${i}.cache`), script.createCachedData());
    const names = Object.keys(pack.index.chunks).filter((name) => pack.index.chunks[name][0] === number);
    return { names, loaded: names.filter((name) => pack.modules.has(name)) };
  });
  fs.writeFileSync(path.join(output, "list.json"), JSON.stringify(list));
});
pack.load("main.js").main(program);
