import fs from "node:fs";
import path from "node:path";

/** Who holds a state. `endpoint` is set by a server, to which other processes then go instead of the file. */
export interface LockOwner {
  readonly pid: number;
  /** When the process started, in the kernel's own count: a reused pid has another. Empty where the platform does not tell. */
  readonly started: string;
  readonly endpoint?: { readonly url: string };
}

/** A lock that is held. */
export interface HeldLock {
  /** Replaces what the lock says about its owner. */
  describe(owner: Omit<LockOwner, "pid" | "started">): void;
  release(): void;
}

/** How long a breaker that died itself may stand in the way, in milliseconds. */
const STALE_BREAKER_MS = 2000;

let attempts = 0;

/**
 * Takes the lock, or says who has it. Exclusive by link(2), which fails where the name exists, on every file system. A
 * lock whose process is gone is broken by whoever first creates the dead owner's break file, so that nobody removes
 * the lock of a living successor.
 */
export function tryLock(file: string): HeldLock | LockOwner {
  const self: LockOwner = { pid: process.pid, started: startOf(process.pid) };
  const mine = `${file}.${process.pid}.${++attempts}`;
  fs.writeFileSync(mine, JSON.stringify(self), { mode: 0o600 });
  try {
    for (let round = 0; round < 3; round++) {
      if (linked(mine, file)) return held(file, self);
      const owner = readOwner(file);
      if (owner === undefined) continue;
      if (owner !== UNREADABLE && isAlive(owner)) return owner;
      breakLock(file, owner);
    }
    return readOwner(file) ?? self;
  } finally {
    fs.rmSync(mine, { force: true });
  }
}

export function isHeld(lock: HeldLock | LockOwner): lock is HeldLock {
  return "release" in lock;
}

/** What a lock names that was whole when it was linked and is not any more: the machine went down before it was on disk. */
const UNREADABLE: LockOwner = { pid: 0, started: "" };

/** The owner that a lock file names; undefined where there is no lock. */
export function readOwner(file: string): LockOwner | undefined {
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    const owner = JSON.parse(text) as LockOwner;
    return typeof owner?.pid === "number" && owner.pid > 0 && typeof owner.started === "string" ? owner : UNREADABLE;
  } catch {
    return UNREADABLE;
  }
}

/** Whether the process that an owner names still runs. */
export function isAlive(owner: LockOwner): boolean {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  const started = startOf(owner.pid);
  return started === "" || owner.started === "" || started === owner.started;
}

function held(file: string, self: LockOwner): HeldLock {
  return {
    describe(owner) {
      const next = `${file}.${process.pid}.${++attempts}`;
      fs.writeFileSync(next, JSON.stringify({ ...self, ...owner }), { mode: 0o600 });
      fs.renameSync(next, file);
    },
    release: () => fs.rmSync(file, { force: true }),
  };
}

function linked(from: string, to: string): boolean {
  try {
    fs.linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function breakLock(file: string, dead: LockOwner): void {
  const breaker = `${file}.break.${dead.pid}.${dead.started}`;
  try {
    fs.closeSync(fs.openSync(breaker, "wx", 0o600));
  } catch {
    removeStaleBreaker(breaker);
    return;
  }
  const owner = readOwner(file);
  if (owner !== undefined && owner.pid === dead.pid && owner.started === dead.started) fs.rmSync(file, { force: true });
  fs.rmSync(breaker, { force: true });
}

function removeStaleBreaker(breaker: string): void {
  try {
    const age = fs.statSync(path.dirname(breaker)).mtimeMs - fs.statSync(breaker).mtimeMs;
    if (age > STALE_BREAKER_MS) fs.rmSync(breaker, { force: true });
  } catch {
    // It is gone already, which is what we want.
  }
}

/** The 22nd field of /proc/PID/stat; the process name before it may hold blanks and brackets. */
function startOf(pid: number): string {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}
