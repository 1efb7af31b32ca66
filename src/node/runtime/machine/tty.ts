import type { Machine } from "./machine.ts";
import { type OpenFile, WaitQueue } from "./open-file.ts";
import type { Process } from "./process.ts";

/** Whether a terminal's screen takes more, and who waits for that. */
interface TtyOutlet {
  blocked(): boolean;
  readonly writable: WaitQueue;
}

/**
 * A pseudo terminal: cooked input with echo, erase, ^C, ^D and ^U, and output with carriage returns. A program that
 * edits lines itself (an interactive shell) sets `raw`.
 */
export class Tty {
  /** Bytes that reads may take. */
  private ready = "";
  /** The line being typed. */
  private line = "";
  private hungUp = false;
  private endOfFile = 0;
  raw = false;
  /** The process group that ^C reaches. */
  foreground: number | undefined;
  width = 80;
  height = 24;
  readonly readable = new WaitQueue();
  private readonly machine: Machine;
  private readonly output: (data: string, at: number) => void;

  private readonly outlet: TtyOutlet | undefined;

  constructor(machine: Machine, output: (data: string, at: number) => void, outlet?: TtyOutlet) {
    this.machine = machine;
    this.output = output;
    this.outlet = outlet;
  }

  /** The descriptor that programs get as stdin, stdout and stderr. */
  file(): OpenFile {
    return {
      kind: "tty",
      refs: 0,
      readable: this.readable,
      ...(this.outlet === undefined ? {} : { writable: this.outlet.writable }),
      take: (max, _by, line) => this.take(max, line),
      put: (data, by) => {
        if (this.outlet?.blocked() === true) return 0;
        this.show(data, by.time);
        return data.length;
      },
      close: () => {},
    };
  }

  /** Shows bytes on the terminal. */
  show(data: string, at: number): void {
    this.output(data.replace(/\r?\n/g, "\r\n"), at);
  }

  private take(max: number, line: boolean): string | undefined {
    if (this.ready === "") {
      if (this.endOfFile > 0) {
        this.endOfFile--;
        return "";
      }
      return this.hungUp ? "" : undefined;
    }
    const newline = this.ready.indexOf("\n");
    const cooked = !this.raw || line;
    const end = Math.min(max, cooked && newline >= 0 ? newline + 1 : this.ready.length);
    const data = this.ready.slice(0, end);
    this.ready = this.ready.slice(end);
    return data;
  }

  /** What the user types. */
  type(data: string, at: number): void {
    for (const c of data) {
      if (!this.raw) this.cook(c, at);
      // A ^C behind keys that the editor has not read yet waits its turn: it is the end of that line.
      else if (c !== "\x03" || this.ready !== "" || !this.interrupt(at)) this.ready += c;
    }
    this.readable.wake(at);
  }

  /** The other side has gone. */
  hangUp(at: number): void {
    this.hungUp = true;
    this.readable.wake(at);
  }

  private cook(c: string, at: number): void {
    if (c === "\x03") {
      this.show("^C", at);
      this.line = "";
      this.ready = "";
      this.interrupt(at);
    } else if (c === "\x04") {
      if (this.line === "") this.endOfFile++;
      this.ready += this.line;
      this.line = "";
    } else if (c === "\x7f" || c === "\b") {
      if (this.line === "") return;
      this.line = this.line.slice(0, -1);
      this.show("\b \b", at);
    } else if (c === "\x15") {
      this.show("\b \b".repeat(this.line.length), at);
      this.line = "";
    } else if (c === "\r" || c === "\n") {
      this.show("\n", at);
      this.ready += `${this.line}\n`;
      this.line = "";
    } else if (this.line.length < 4096) {
      this.line += c;
      this.show(c < " " && c !== "\t" ? `^${String.fromCharCode(c.charCodeAt(0) + 64)}` : c, at);
    }
  }

  /** ^C for the foreground processes; false where nobody is hit. */
  private interrupt(at: number): boolean {
    let hit = false;
    for (const process of [...this.machine.processes]) {
      if (process.group !== this.foreground || !this.controls(process)) continue;
      hit = this.machine.signal(process, "INT", at) || hit;
    }
    return hit;
  }

  private controls(process: Process): boolean {
    for (const file of process.files.values()) if (file.kind === "tty" && file.readable === this.readable) return true;
    return false;
  }
}
