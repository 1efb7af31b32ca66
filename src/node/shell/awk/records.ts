import { errnoOf, strerror } from "../../runtime/machine/errno.ts";
import { launchFor } from "../../runtime/machine/launch.ts";
import { type OpenFile, Pipe } from "../../runtime/machine/open-file.ts";
import type { Run } from "../../runtime/machine/process.ts";
import { complain, isGnu } from "../applets/lib.ts";
import { compileRegex, type Regex, searchRegex } from "../lang/regex.ts";
import type { Interpreter } from "./interpreter.ts";
import type { Expression } from "./syntax.ts";
import { toNumber, toText, type Value } from "./values.ts";

interface Source {
  readonly file: OpenFile;
  buffer: string;
  ended: boolean;
}

/** awk's input: files record by record, the present record and its fields. */
export class Records {
  private readonly awk: Interpreter;
  private readonly files: string[];
  private readonly others = new Map<string, Source>();
  private current: Source | undefined;
  private started = false;
  private record = "";
  private fields: string[] | undefined;
  status = 0;
  private readonly dynamic = new Map<string, Regex>();

  constructor(awk: Interpreter, files: readonly string[]) {
    this.awk = awk;
    this.files = [...files];
  }

  get text(): string {
    return this.record;
  }

  private list(): string[] {
    this.fields ??= this.split(this.record, toText(this.awk.get("FS")));
    return this.fields;
  }

  get count(): number {
    return this.list().length;
  }

  setCount(n: number): void {
    const list = this.list();
    while (list.length < Math.min(n, 32_767)) list.push("");
    list.length = Math.max(0, Math.min(n, 32_767));
    this.join();
  }

  private join(): void {
    this.record = this.list().join(toText(this.awk.get("OFS")));
  }

  field(n: number): Value {
    return { input: n === 0 ? this.record : (this.list()[n - 1] ?? "") };
  }

  setField(n: number, text: string): void {
    if (n === 0) {
      this.record = text;
      this.fields = undefined;
      return;
    }
    const list = this.list();
    while (list.length < n) list.push("");
    list[n - 1] = text;
    this.join();
  }

  /** Splits as FS asks: blanks, one character, or a regular expression. */
  split(text: string, separator: string | Regex): string[] {
    if (text === "") return [];
    if (separator === " ") return text.split(/[ \t\n]+/).filter((word) => word !== "");
    if (typeof separator === "string") {
      if (separator === "") return [...text];
      if (separator.length === 1 && separator !== "\\") return text.split(separator);
    }
    const regex = typeof separator === "string" ? this.compiled(separator) : separator;
    const out: string[] = [];
    let from = 0;
    for (let at = 0; at <= text.length; ) {
      const match = searchRegex(regex, text, at);
      if (match === undefined) break;
      if (match.end === match.start) {
        at = match.end + 1;
        continue;
      }
      out.push(text.slice(from, match.start));
      from = match.end;
      at = match.end;
    }
    out.push(text.slice(from));
    return out;
  }

  compiled(source: string): Regex {
    let regex = this.dynamic.get(source);
    if (regex === undefined) {
      const made = compileRegex(source, { extended: true });
      if (typeof made === "string") throw `illegal regular expression ${source}: ${made}`;
      regex = made;
      if (this.dynamic.size > 200) this.dynamic.clear();
      this.dynamic.set(source, regex);
    }
    return regex;
  }

  *regexOf(e: Expression): Run<Regex> {
    return e.t === "regex" ? e.regex : this.compiled(toText(yield* this.awk.evaluate(e)));
  }

  skipFile(): void {
    this.current = undefined;
  }

  /** Reads the next record of the main input; false at its end. */
  *next(): Run<boolean> {
    const record = yield* this.read();
    if (record === undefined) return false;
    this.record = record;
    this.fields = undefined;
    return true;
  }

  private *read(): Run<string | undefined> {
    for (;;) {
      if (this.current === undefined && !(yield* this.openNext())) return undefined;
      const record = yield* this.fromSource(this.current!);
      if (record !== undefined) {
        this.awk.globals.set("NR", toNumber(this.awk.get("NR")) + 1);
        this.awk.globals.set("FNR", toNumber(this.awk.get("FNR")) + 1);
        return record;
      }
      this.current = undefined;
    }
  }

  private *openNext(): Run<boolean> {
    const { process, globals } = this.awk;
    for (;;) {
      const name = this.files.shift();
      if (name === undefined) {
        if (this.started) return false;
        this.started = true;
        const stdin = process.files.get(0);
        if (stdin === undefined) return false;
        this.current = { file: stdin, buffer: "", ended: false };
        return true;
      }
      const assignment = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(name);
      if (assignment !== null) {
        globals.set(assignment[1]!, { input: assignment[2]! });
        continue;
      }
      this.started = true;
      globals.set("FILENAME", name);
      globals.set("FNR", 0);
      try {
        this.current = {
          file: name === "-" ? process.files.get(0)! : process.open(name, "r"),
          buffer: "",
          ended: false,
        };
        return true;
      } catch (caught) {
        const why = strerror(errnoOf(caught));
        yield* complain(process, "awk", isGnu(process) ? `cannot open "${name}" (${why})` : `${name}: ${why}`);
        this.status = isGnu(process) ? 2 : 1;
      }
    }
  }

  private *fromSource(source: Source): Run<string | undefined> {
    const separator = toText(this.awk.get("RS"));
    for (;;) {
      const cut = this.cut(source, separator);
      if (cut !== undefined) return cut;
      if (source.ended) {
        if (source.buffer === "") return undefined;
        const rest = separator === "" || separator.length > 1 ? source.buffer.replace(/\n+$/, "") : source.buffer;
        source.buffer = "";
        return rest;
      }
      const data = source.file.take(1 << 16, this.awk.process, false);
      if (data === undefined) yield { queues: [source.file.readable] };
      else if (data === "") source.ended = true;
      else source.buffer += data;
    }
  }

  private cut(source: Source, separator: string): string | undefined {
    if (separator === "") source.buffer = source.buffer.replace(/^\n+/, "");
    let start =
      separator === "" ? source.buffer.indexOf("\n\n") : separator.length === 1 ? source.buffer.indexOf(separator) : -1;
    let end = start + (separator === "" ? 2 : 1);
    if (separator.length > 1) {
      const match = searchRegex(this.compiled(separator), source.buffer, 0);
      if (match !== undefined && match.end > match.start && (match.end < source.buffer.length || source.ended)) {
        start = match.start;
        end = match.end;
      }
    }
    if (start < 0) return undefined;
    const record = source.buffer.slice(0, start);
    source.buffer = source.buffer.slice(end);
    return record;
  }

  /** getline in its forms: 1 for a record, 0 at the end, -1 where the file cannot be read. */
  *getline(e: Expression & { t: "getline" }): Run<Value> {
    let record: string | undefined;
    if (e.file === undefined && e.command === undefined) record = yield* this.read();
    else {
      const source = yield* this.otherSource(e);
      if (source === undefined) return -1;
      record = yield* this.fromSource(source);
      if (record !== undefined && e.command !== undefined) this.awk.globals.set("NR", toNumber(this.awk.get("NR")) + 1);
    }
    if (record === undefined) return 0;
    if (e.target !== undefined) yield* this.awk.store(e.target, record);
    else this.setField(0, record);
    return 1;
  }

  private *otherSource(e: Expression & { t: "getline" }): Run<Source | undefined> {
    const name = toText(yield* this.awk.evaluate((e.file ?? e.command)!));
    let source = this.others.get(name);
    if (source !== undefined) return source;
    const { process } = this.awk;
    try {
      if (e.file !== undefined) source = { file: process.open(name, "r"), buffer: "", ended: false };
      else {
        const [reader, writer] = new Pipe().ends();
        const found = launchFor(process, ["sh", "-c", name]);
        if (!("program" in found)) return undefined;
        process.fork(found.program, found.argv).attach(1, writer);
        source = { file: reader, buffer: "", ended: false };
      }
    } catch {
      return undefined;
    }
    this.others.set(name, source);
    return source;
  }

  close(name: string): boolean {
    return this.others.delete(name);
  }
}
