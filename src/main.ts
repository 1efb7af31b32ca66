import fs from "node:fs";
import path from "node:path";
import { ExitError } from "./cli/exit.ts";
import { runCommandLine } from "./cli/run-command.ts";
import type { Host, InputStream, OutputStream, SignalExits } from "./cli/session.ts";
import { onFile } from "./machinery/system-error.ts";

const RETRY_MS = 5;
const EXIT_PIPE = 141;

/** Waits without an event loop: a terminal's or pipe's buffer is full. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += fs.writeSync(fd, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EPIPE") throw new ExitError("", EXIT_PIPE);
      if (code !== "EAGAIN") throw error;
      pause();
    }
  }
}

const STREAM_FILES = ["/dev/stdin", "/dev/stdout", "/dev/stderr"] as const;

function outputStream(fd: 1 | 2, terminal: () => NodeJS.WriteStream, signals: Signals): OutputStream {
  let isTTY: boolean | undefined;
  return {
    write(text) {
      // A process that was stopped has nothing more to say.
      if (signals.caught !== undefined) return;
      onFile(STREAM_FILES[fd], () => writeAll(fd, typeof text === "string" ? Buffer.from(text) : text));
    },
    get isTTY() {
      isTTY ??= fs.fstatSync(fd).isCharacterDevice() && terminal().isTTY === true;
      return isTTY;
    },
    get columns() {
      return this.isTTY ? terminal().columns : 80;
    },
    get rows() {
      return this.isTTY ? terminal().rows : 24;
    },
    onResize: (listener) => {
      terminal().on("resize", listener);
      return () => terminal().off("resize", listener);
    },
  };
}

function readAllSync(): string {
  const chunks: Buffer[] = [];
  const chunk = Buffer.alloc(65536);
  for (;;) {
    try {
      const count = fs.readSync(0, chunk, 0, chunk.length, null);
      if (count === 0) return Buffer.concat(chunks).toString("utf8");
      chunks.push(Buffer.from(chunk.subarray(0, count)));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EOF") return Buffer.concat(chunks).toString("utf8");
      if (code !== "EAGAIN") throw error;
      pause();
    }
  }
}

const inputStream: InputStream = {
  get isTTY() {
    return fs.fstatSync(0).isCharacterDevice() && process.stdin.isTTY === true;
  },
  readAll: async () => onFile(STREAM_FILES[0], readAllSync),
  chunks: async function* (signal) {
    const stop = (): unknown => process.stdin.destroy();
    signal?.addEventListener("abort", stop, { once: true });
    try {
      for await (const chunk of process.stdin) yield chunk as Uint8Array;
    } catch (error) {
      if (signal?.aborted !== true) throw error;
    }
  },
  setRawMode: (on) => {
    process.stdin.setRawMode?.(on);
    if (!on) process.stdin.pause();
  },
};

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type SignalName = keyof typeof SIGNALS;

/** The signals that ask the process to end. */
interface Signals {
  /** Aborted by the first one. Asking for it is what catches them. */
  readonly signal: AbortSignal;
  readonly caught: SignalName | undefined;
}

function createSignals(): Signals {
  let stop: AbortController | undefined;
  let caught: SignalName | undefined;
  const listen = (): AbortController => {
    const controller = new AbortController();
    for (const name of Object.keys(SIGNALS) as SignalName[])
      process.on(name, () => {
        if (caught !== undefined) process.exit(SIGNALS[name]);
        caught = name;
        controller.abort();
      });
    return controller;
  };
  return {
    get signal() {
      stop ??= listen();
      return stop.signal;
    },
    get caught() {
      return caught;
    },
  };
}

/** Waits that end early when the process is asked to end. One listener for all: many parts of a command may wait at once. */
function createSleep(signals: Signals): (ms: number) => Promise<void> {
  const waiting = new Set<() => void>();
  let listening = false;
  const listen = (): void => {
    listening = true;
    signals.signal.addEventListener("abort", () => {
      for (const done of [...waiting]) done();
    });
  };
  return (ms) =>
    new Promise((resolve) => {
      if (!listening) listen();
      if (signals.signal.aborted) return resolve();
      const done = (): void => {
        clearTimeout(timer);
        waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      waiting.add(done);
    });
}

/** Where a schema lies: in schemas/, beside dist/ when built, beside src/ otherwise; descriptions ("docs/core_v1.json") are made by the build. */
const schemaFile = (file: string): string =>
  file.startsWith("docs/")
    ? path.join(__dirname, "docs", path.basename(file))
    : path.join(__dirname, "..", "schemas", path.basename(file));

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };
const PLATFORMS: Readonly<Record<string, string>> = { win32: "windows" };

function makeHost(program: "kubectl" | "drykube", signals: Signals, exitOn: Host["exitOn"]): Host {
  return {
    program,
    get signal() {
      return signals.signal;
    },
    exitOn,
    streams: {
      stdout: outputStream(1, () => process.stdout, signals),
      stderr: outputStream(2, () => process.stderr, signals),
      stdin: inputStream,
    },
    env: process.env,
    cwd: process.cwd(),
    now: () => Date.now(),
    sleep: createSleep(signals),
    readSchema: (file) => fs.readFileSync(schemaFile(file), "utf8"),
    platform: `${PLATFORMS[process.platform] ?? process.platform}/${ARCHITECTURES[process.arch] ?? process.arch}`,
    pid: process.pid,
  };
}

/** Ends as a process does that has not caught the signal: whoever waits for it sees the signal. */
function dieOf(name: SignalName): never {
  process.removeAllListeners(name);
  process.kill(process.pid, name);
  pause();
  return process.exit(SIGNALS[name]);
}

/** The process edge: runs one command line as `program`, ends it on signals, and exits with its code. The only user of process.*. */
export function main(program: "kubectl" | "drykube"): void {
  const signals = createSignals();
  // What counts where nothing is left to wait for before the command has ended: a mistake of ours, but no success.
  process.exitCode = 1;
  let exits: SignalExits = {};
  const end = (code: number): never => {
    const { caught } = signals;
    if (caught === undefined) return process.exit(code);
    const known = exits[caught];
    return known === undefined ? dieOf(caught) : process.exit(known);
  };
  const host = makeHost(program, signals, (codes) => {
    exits = codes;
    // Asked for, so that they are caught.
    void signals.signal;
  });
  runCommandLine(host, process.argv.slice(2)).then(end, (error: unknown) => {
    if (error instanceof ExitError) end(error.code);
    throw error;
  });
}
