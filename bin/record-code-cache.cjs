"use strict";
// Part of the build: runs one command line and writes the code cache of every chunk that it loaded.
//   node record-code-cache.cjs OUTPUT_DIRECTORY PROGRAM ARGUMENT…
const fs = require("node:fs");
const path = require("node:path");
const { openPack } = require("./loader.cjs");

const [output, program, ...args] = process.argv.slice(2);
process.argv = [process.argv[0], program, ...args];
const pack = openPack(path.join(__dirname, "../dist"));
process.on("exit", () => {
  for (const [name, script] of pack.scripts) fs.writeFileSync(path.join(output, name), script.createCachedData());
});
pack.load("main.js").main(program);
