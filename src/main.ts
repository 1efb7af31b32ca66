import fs from "node:fs";
import path from "node:path";
import { ExitError } from "./cli/exit.ts";
import { runCommandLine } from "./cli/run-command.ts";
import type { Host, InputStream, OutputStream } from "./cli/session.ts";

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

function outputStream(fd: number, terminal: () => NodeJS.WriteStream): OutputStream {
  let isTTY: boolean | undefined;
  return {
    write: (text) => writeAll(fd, typeof text === "string" ? Buffer.from(text) : text),
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
  readAll: async () => readAllSync(),
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

/** Waits that end early when the process is asked to end. One listener for all: many parts of a command may wait at once. */
function createSleep(signal: AbortSignal): (ms: number) => Promise<void> {
  const waiting = new Set<() => void>();
  signal.addEventListener("abort", () => {
    for (const done of [...waiting]) done();
  });
  return (ms) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
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

function makeHost(program: "kubectl" | "drykube", signal: AbortSignal): Host {
  return {
    program,
    signal,
    streams: {
      stdout: outputStream(1, () => process.stdout),
      stderr: outputStream(2, () => process.stderr),
      stdin: inputStream,
    },
    env: process.env,
    cwd: process.cwd(),
    now: () => Date.now(),
    sleep: createSleep(signal),
    readSchema: (file) => fs.readFileSync(schemaFile(file), "utf8"),
    platform: `${PLATFORMS[process.platform] ?? process.platform}/${ARCHITECTURES[process.arch] ?? process.arch}`,
    pid: process.pid,
  };
}

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** The process edge: runs one command line as `program`, ends it on signals, and exits with its code. The only user of process.*. */
export function main(program: "kubectl" | "drykube"): void {
  const stop = new AbortController();
  let interrupted: number | undefined;
  for (const [name, code] of Object.entries(SIGNALS))
    process.on(name, () => {
      if (interrupted !== undefined) process.exit(code);
      interrupted = code;
      stop.abort();
    });
  runCommandLine(makeHost(program, stop.signal), process.argv.slice(2)).then(
    (code) => process.exit(interrupted ?? code),
    (error: unknown) => {
      if (error instanceof ExitError) process.exit(error.code);
      throw error;
    },
  );
}
