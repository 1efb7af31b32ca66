"use strict";
// Loads the chunks of dist/ from one packed file, each script with V8's code cache beside it: compiling and resolving
// modules is most of what a short command costs. Where the pack is missing the chunks are required one by one.
const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

/** Builtins that a library names at its top and most commands never touch. */
const LATE = new Set(["child_process", "node:child_process", "node:zlib"]);

/** A builtin that is loaded when something of it is used. */
const late = (id) => new Proxy({}, { get: (_target, key) => require(id)[key] });

/** The index and the pack that it describes; looks again where a new build came between the two. */
function openFiles(directory) {
  for (let attempt = 0; ; attempt++) {
    const index = JSON.parse(fs.readFileSync(path.join(directory, "pack.json"), "latin1"));
    const fd = fs.openSync(path.join(directory, "pack.bin"), "r");
    if (fs.fstatSync(fd).size === index.size || attempt === 3) return [index, fd];
    fs.closeSync(fd);
  }
}

/**
 * @param {string} directory dist/
 * @returns {{ load(name: string): any, index: any, modules: ReadonlyMap<string, any>, scripts: ReadonlyMap<number, vm.Script> } | undefined} undefined where there is no pack
 */
function openPack(directory) {
  let index;
  // Held open as long as the process lives: a server goes on reading the files that it began with, whatever replaces them.
  let fd;
  try {
    [index, fd] = openFiles(directory);
  } catch {
    return undefined;
  }
  // A cache belongs to the V8 that made it; another V8 would read it only to refuse it.
  const usable = index.v8 === process.versions.v8 && index.arch === process.arch;
  const modules = new Map();
  const scripts = new Map();
  const functions = [];

  const read = (offset, length) => {
    const bytes = Buffer.allocUnsafeSlow(length);
    for (let filled = 0; filled < length; ) {
      const count = fs.readSync(fd, bytes, filled, length - filled, offset + filled);
      if (count === 0) throw new Error(`${directory}/pack.bin is damaged: install drykube again`);
      filled += count;
    }
    return bytes;
  };
  const compile = (number) => {
    const [offset, size, cacheSize, ascii] = index.scripts[number];
    const bytes = read(offset, usable ? size + cacheSize : size);
    const script = new vm.Script(bytes.toString(ascii ? "latin1" : "utf8", 0, size), {
      filename: path.join(directory, `pack.bin#${number}`),
      cachedData: usable && cacheSize > 0 ? bytes.subarray(size) : undefined,
    });
    scripts.set(number, script);
    return script.runInThisContext();
  };
  const load = (name) => {
    const known = modules.get(name);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    modules.set(name, module);
    const [number, position] = index.chunks[name];
    functions[number] ??= compile(number);
    functions[number][position](module.exports, requireFrom, module, path.join(directory, name), directory);
    return module.exports;
  };
  const requireFrom = (id) => (id.startsWith("./") ? load(id.slice(2)) : LATE.has(id) ? late(id) : require(id));
  return { load, index, modules, scripts };
}

/** Runs the command line as `program`. */
exports.main = (program) => {
  const directory = path.join(__dirname, "../dist");
  const pack = openPack(directory);
  const entry = pack === undefined ? require("../dist/main.js") : pack.load("main.js");
  entry.main(program);
};

exports.openPack = openPack;
