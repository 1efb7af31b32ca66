import type { Instant } from "../../../machinery/time.ts";
import { LOG_BYTES } from "./limits.ts";

/** One line of a container's log. Without `newline` the program left it unfinished. */
export interface LogLine {
  readonly at: Instant;
  readonly stream: "stdout" | "stderr";
  /** A byte string without the newline. */
  readonly text: string;
  readonly newline: boolean;
}

/** A piece of output as it was written. */
export interface LogChunk {
  readonly at: Instant;
  readonly stream: "stdout" | "stderr";
  readonly data: string;
}

const RAW_BYTES = 256 << 10;

/** What a container wrote, line by line, as containerd keeps it; the oldest lines go when it grows too big. */
export class ContainerLog {
  lines: LogLine[] = [];
  /** How many lines have been dropped in front. */
  dropped = 0;
  private bytes = 0;
  private readonly partial = { stdout: "", stderr: "" };

  /** The latest raw output, for attach: chunks, and how many bytes came before the first of them. */
  private chunks: LogChunk[] = [];
  private before = 0;
  private kept = 0;

  /** What is kept of it, in bytes. */
  get size(): number {
    return this.bytes;
  }

  /** How many bytes had been written by `at`. */
  written(at: Instant): number {
    return this.chunks.reduce((sum, chunk) => (chunk.at <= at ? sum + chunk.data.length : sum), this.before);
  }

  /** The output after the first `from` bytes, up to `at`. */
  since(from: number, at: Instant): LogChunk[] {
    const out: LogChunk[] = [];
    let position = this.before;
    for (const chunk of this.chunks) {
      const skip = Math.max(0, from - position);
      position += chunk.data.length;
      if (chunk.at <= at && skip < chunk.data.length) out.push({ ...chunk, data: chunk.data.slice(skip) });
    }
    return out;
  }

  private keep(chunk: LogChunk): void {
    this.chunks.push(chunk);
    this.kept += chunk.data.length;
    while (this.kept > RAW_BYTES && this.chunks.length > 1) {
      const gone = this.chunks.shift()!.data.length;
      this.kept -= gone;
      this.before += gone;
    }
  }

  append(at: Instant, stream: "stdout" | "stderr", data: string): void {
    this.keep({ at, stream, data });
    let rest = this.partial[stream] + data;
    for (let cut = rest.indexOf("\n"); cut >= 0; cut = rest.indexOf("\n")) {
      this.push({ at, stream, text: rest.slice(0, cut), newline: true });
      rest = rest.slice(cut + 1);
    }
    while (rest.length > 16_384) {
      this.push({ at, stream, text: rest.slice(0, 16_384), newline: false });
      rest = rest.slice(16_384);
    }
    this.partial[stream] = rest;
  }

  /** Ends unfinished lines: at the container's end, and whenever a terminal's output is looked at. */
  flush(at: Instant): void {
    for (const stream of ["stdout", "stderr"] as const) {
      if (this.partial[stream] !== "") this.push({ at, stream, text: this.partial[stream], newline: false });
      this.partial[stream] = "";
    }
  }

  private push(line: LogLine): void {
    this.lines.push(line);
    this.bytes += line.text.length + 50;
    if (this.bytes <= LOG_BYTES) return;
    let drop = 0;
    while (this.bytes > LOG_BYTES / 2) this.bytes -= this.lines[drop++]!.text.length + 50;
    this.lines = this.lines.slice(drop);
    this.dropped += drop;
  }
}
