import type { Process, Run } from "../runtime/machine/process.ts";
import type { Tty } from "../runtime/machine/tty.ts";

/** Line editing as readline and busybox do it: cursor keys, history, ^A ^E ^K ^U ^W ^L, backspace, delete. */
export class LineEditor {
  private readonly process: Process;
  private readonly tty: Tty | undefined;
  private readonly history: string[] = [];
  private text = "";
  private cursor = 0;
  private place = 0;
  private escape = "";

  constructor(process: Process, tty: Tty | undefined) {
    this.process = process;
    this.tty = tty;
  }

  /** Adds a command to the history. */
  remember(source: string): void {
    const line = source.trimEnd();
    if (line !== "" && this.history[this.history.length - 1] !== line) this.history.push(line);
    if (this.history.length > 200) this.history.shift();
  }

  /** Reads one line; undefined at the end of the input, "interrupted" after ^C. */
  *read(prompt: string): Run<{ text: string } | "interrupted" | undefined> {
    const { process, tty } = this;
    this.text = "";
    this.cursor = 0;
    this.place = this.history.length;
    if (tty !== undefined) tty.raw = true;
    yield* process.write(1, prompt);
    try {
      for (;;) {
        const c = yield* this.key();
        if (c === "\x03") {
          yield* process.write(1, "^C\n");
          return "interrupted";
        }
        if (c === "" || (c === "\x04" && this.text === "")) return undefined;
        if (c === "\r" || c === "\n") {
          yield* process.write(1, "\n");
          return { text: this.text };
        }
        const shown = this.press(c, prompt);
        if (shown !== "") yield* process.write(1, shown);
      }
    } finally {
      if (tty !== undefined) tty.raw = false;
    }
  }

  private *key(): Run<string> {
    const file = this.process.files.get(0);
    for (;;) {
      if (this.process.pending.length > 0) {
        const signal = this.process.pending.shift();
        if (signal === "INT") return "\x03";
        continue;
      }
      const c = file?.take(1, this.process, false);
      if (c !== undefined) return c;
      if (file === undefined) return "";
      yield { queues: [file.readable] };
    }
  }

  /** Takes a key and answers what to send to the terminal. */
  private press(c: string, prompt: string): string {
    if (this.escape !== "" || c === "\x1b") return this.sequence(c);
    if (c === "\x7f" || c === "\b") return this.cursor === 0 ? "" : this.change(this.cursor - 1, this.cursor, "");
    if (c === "\x04") return this.change(this.cursor, this.cursor + 1, "");
    if (c === "\x01") return this.move(0);
    if (c === "\x05") return this.move(this.text.length);
    if (c === "\x02") return this.move(this.cursor - 1);
    if (c === "\x06") return this.move(this.cursor + 1);
    if (c === "\x0b") return this.change(this.cursor, this.text.length, "");
    if (c === "\x15") return this.change(0, this.cursor, "");
    if (c === "\x17") return this.change(this.text.slice(0, this.cursor).search(/\S*\s*$/), this.cursor, "");
    if (c === "\x10") return this.recall(-1);
    if (c === "\x0e") return this.recall(1);
    if (c === "\x0c") return `\x1b[H\x1b[2J${prompt}${this.text}${"\b".repeat(this.text.length - this.cursor)}`;
    if (c < " ") return "";
    return this.text.length >= 4096 ? "" : this.change(this.cursor, this.cursor, c);
  }

  private sequence(c: string): string {
    this.escape += c;
    if (/^\x1b([[O]?|\[[0-9;]*)$/.test(this.escape) && this.escape.length < 8) return "";
    const key = this.escape.slice(1).replace("O", "[");
    this.escape = "";
    if (key === "[A") return this.recall(-1);
    if (key === "[B") return this.recall(1);
    if (key === "[C") return this.move(this.cursor + 1);
    if (key === "[D") return this.move(this.cursor - 1);
    if (key === "[H" || key === "[1~") return this.move(0);
    if (key === "[F" || key === "[4~") return this.move(this.text.length);
    return key === "[3~" ? this.change(this.cursor, this.cursor + 1, "") : "";
  }

  private move(to: number): string {
    const target = Math.max(0, Math.min(this.text.length, to));
    const shown = target < this.cursor ? "\b".repeat(this.cursor - target) : this.text.slice(this.cursor, target);
    this.cursor = target;
    return shown;
  }

  /** Replaces a stretch of the line and redraws what follows. */
  private change(from: number, to: number, by: string): string {
    const start = Math.max(0, from);
    const rest = this.text.slice(to);
    const gone = Math.max(0, this.text.length - (start + by.length + rest.length));
    const back = this.move(start);
    this.text = this.text.slice(0, start) + by + rest;
    this.cursor = start + by.length;
    return `${back}${by}${rest}${" ".repeat(gone)}${"\b".repeat(rest.length + gone)}`;
  }

  private recall(step: number): string {
    const place = this.place + step;
    if (place < 0 || place > this.history.length) return "";
    this.place = place;
    return this.change(0, this.text.length, this.history[place] ?? "");
  }
}
