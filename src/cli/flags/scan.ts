import type { FlagSpec } from "./flag.ts";
import { FlagValueError, parseFlagValue } from "./values.ts";

/** A command line that pflag would refuse, in its words. */
export class FlagError extends Error {}

/** A command line taken apart: the flags in order with their texts, the arguments, and how many of them came before "--" (-1: none). */
export interface ScannedLine {
  readonly flags: readonly { readonly spec: FlagSpec; readonly text: string }[];
  readonly args: readonly string[];
  readonly argsLenAtDash: number;
}

/** The flags of a command by name and by shorthand. */
export interface FlagTable {
  long(name: string): FlagSpec | undefined;
  short(letter: string): FlagSpec | undefined;
}

/** Indexes flags; earlier ones win, as a command's own shadow the global ones. */
export function flagTable(specs: readonly FlagSpec[]): FlagTable {
  const byName = new Map<string, FlagSpec>();
  const byShort = new Map<string, FlagSpec>();
  for (const spec of specs) {
    if (!byName.has(spec.name)) byName.set(spec.name, spec);
    if (spec.short !== undefined && !byShort.has(spec.short)) byShort.set(spec.short, spec);
  }
  return { long: (name) => byName.get(name.replaceAll("_", "-")), short: (letter) => byShort.get(letter) };
}

/** What a flag given without a value means; undefined where it needs one. */
export function valueWhenBare(spec: FlagSpec): string | undefined {
  return spec.kind === "bool" ? "true" : spec.noOptDefault;
}

function checkValue(spec: FlagSpec, text: string): void {
  try {
    parseFlagValue(spec.kind, text);
  } catch (error) {
    if (!(error instanceof FlagValueError)) throw error;
    const name = spec.short === undefined ? `--${spec.name}` : `-${spec.short}, --${spec.name}`;
    throw new FlagError(`invalid argument ${JSON.stringify(text)} for "${name}" flag: ${error.message}`);
  }
}

/** How Go's %q prints one character. */
const quotedChar = (c: string): string => (c === "'" ? `'\\''` : `'${c}'`);

class Scanner {
  readonly flags: { spec: FlagSpec; text: string }[] = [];
  readonly args: string[] = [];
  argsLenAtDash = -1;
  private readonly table: FlagTable;
  private readonly rest: string[];
  constructor(table: FlagTable, argv: readonly string[]) {
    this.table = table;
    this.rest = [...argv];
  }

  run(): void {
    for (let word = this.rest.shift(); word !== undefined; word = this.rest.shift()) {
      if (word === "--") {
        this.argsLenAtDash = this.args.length;
        this.args.push(...this.rest);
        return;
      }
      if (word.startsWith("--")) this.long(word);
      else if (word.startsWith("-") && word.length > 1) this.shorts(word);
      else this.args.push(word);
    }
  }

  private set(spec: FlagSpec, text: string): void {
    checkValue(spec, text);
    this.flags.push({ spec, text });
  }

  private long(word: string): void {
    const body = word.slice(2);
    if (body.startsWith("-") || body.startsWith("=")) throw new FlagError(`bad flag syntax: ${word}`);
    const equals = body.indexOf("=");
    const name = equals < 0 ? body : body.slice(0, equals);
    const spec = this.table.long(name);
    if (spec === undefined) throw new FlagError(`unknown flag: --${name}`);
    const text = equals >= 0 ? body.slice(equals + 1) : (valueWhenBare(spec) ?? this.rest.shift());
    if (text === undefined) throw new FlagError(`flag needs an argument: ${word}`);
    this.set(spec, text);
  }

  private shorts(word: string): void {
    let letters = word.slice(1);
    while (letters !== "") {
      const letter = String.fromCodePoint(letters.codePointAt(0)!);
      const spec = this.table.short(letter);
      if (spec === undefined) throw new FlagError(`unknown shorthand flag: ${quotedChar(letter)} in -${letters}`);
      const bare = valueWhenBare(spec);
      if (letters.length > 2 && letters[1] === "=") {
        this.set(spec, letters.slice(2));
        return;
      }
      if (bare !== undefined) {
        this.set(spec, bare);
        letters = letters.slice(letter.length);
        continue;
      }
      const text = letters.length > 1 ? letters.slice(1) : this.rest.shift();
      if (text === undefined) throw new FlagError(`flag needs an argument: ${quotedChar(letter)} in -${letters}`);
      this.set(spec, text);
      return;
    }
  }
}

/** Takes a command line apart in pflag's dialect. Throws {@link FlagError} at the first thing pflag would refuse. Mirrors spf13/pflag FlagSet.parseArgs. */
export function scanLine(table: FlagTable, argv: readonly string[]): ScannedLine {
  const scanner = new Scanner(table, argv);
  scanner.run();
  return { flags: scanner.flags, args: scanner.args, argsLenAtDash: scanner.argsLenAtDash };
}
