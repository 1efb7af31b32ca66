import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { type HeldLock, isHeld, readOwner, tryLock } from "../../../src/store/lock.ts";

const scratch = () => path.join(fs.mkdtempSync(path.join(os.tmpdir(), "drykube-lock-")), "lock");

test("a lock has one holder at a time, and says who", () => {
  const file = scratch();
  const lock = tryLock(file);
  expect(isHeld(lock)).toBe(true);
  expect(tryLock(file)).toMatchObject({ pid: process.pid });
  (lock as HeldLock).describe({ endpoint: { url: "https://127.0.0.1:1" } });
  expect(tryLock(file)).toMatchObject({ endpoint: { url: "https://127.0.0.1:1" } });
  (lock as HeldLock).release();
  expect(isHeld(tryLock(file))).toBe(true);
});

test("the lock of a dead process is broken, and nothing is left lying about", () => {
  const file = scratch();
  const dead = spawnSync("true").pid;
  fs.writeFileSync(file, JSON.stringify({ pid: dead, started: "1" }));
  expect(isHeld(tryLock(file))).toBe(true);
  expect(fs.readdirSync(path.dirname(file))).toEqual(["lock"]);
});

test("a pid that was given to another process does not keep a lock", () => {
  const file = scratch();
  fs.writeFileSync(file, JSON.stringify({ pid: process.pid, started: "1" }));
  const known = fs.existsSync("/proc/self/stat");
  expect(isHeld(tryLock(file))).toBe(known);
  if (known) expect(readOwner(file)?.started).not.toBe("1");
});
