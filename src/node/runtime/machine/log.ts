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

/** What a container wrote, line by line, as containerd keeps it; the oldest lines go when it grows too big. */
export class ContainerLog {
  lines: LogLine[] = [];
  /** How many lines have been dropped in front. */
  dropped = 0;
  private bytes = 0;
  private readonly partial = { stdout: "", stderr: "" };

  append(at: Instant, stream: "stdout" | "stderr", data: string): void {
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
