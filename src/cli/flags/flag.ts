import { type Command, Option } from "commander";
import { parseFlagValue } from "./values.ts";

/** pflag's value types that kubectl uses. `strings` is a StringSlice (commas separate), `array` a StringArray (each use is one value), `pairs` a StringToString. */
export type FlagKind =
  | "string"
  | "bool"
  | "int"
  | "int32"
  | "int64"
  | "duration"
  | "strings"
  | "array"
  | "pairs"
  | "level"
  | "vmodule"
  | "goDuration";

/** One flag of a command, as data. */
export interface FlagSpec {
  readonly name: string;
  readonly kind: FlagKind;
  readonly help: string;
  readonly short?: string;
  /** As pflag's DefValue: the text that a user would type; for lists the elements joined by commas. */
  readonly default?: string;
  /** The value of the flag given without one (pflag's NoOptDefVal). A bool always has "true". */
  readonly noOptDefault?: string;
  readonly required?: boolean;
  readonly hidden?: boolean;
  /** Why the flag is deprecated; printed on use, and the flag is not shown in help. */
  readonly deprecated?: string;
}

type Extra = Omit<FlagSpec, "name" | "kind" | "help">;
const of =
  (kind: FlagKind, fallback: string) =>
  (name: string, help: string, extra: Extra = {}): FlagSpec => ({ name, kind, help, default: fallback, ...extra });

/** Builders of {@link FlagSpec}: name, help, and what differs from the kind's usual. */
export const flag = {
  string: of("string", ""),
  bool: of("bool", "false"),
  int: of("int", "0"),
  int32: of("int32", "0"),
  int64: of("int64", "0"),
  duration: of("duration", "0s"),
  strings: of("strings", ""),
  array: of("array", ""),
  pairs: of("pairs", ""),
  /** klog's own types, with errors of their own. */
  level: of("level", "0"),
  vmodule: of("vmodule", ""),
  goDuration: of("goDuration", "0s"),
} as const;

/** Whether each use of a flag adds to its value. */
const isListKind = (kind: FlagKind): boolean => kind === "array" || kind === "strings" || kind === "pairs";

/** The value of an absent flag. */
function defaultValue(spec: FlagSpec): unknown {
  const text = spec.default ?? "";
  if (!isListKind(spec.kind)) return parseFlagValue(spec.kind, text);
  return text === "" ? [] : text.split(",");
}

const declared = new WeakMap<Command, FlagSpec[]>();

/** Declares flags on a command, in pflag's dialect; {@link flagsOf} reads them back. */
export function declareFlags(command: Command, ...flags: readonly FlagSpec[]): void {
  const known = declared.get(command);
  if (known === undefined) declared.set(command, [...flags]);
  else known.push(...flags);
}

/** The flags that were declared on a command, in order. */
export function flagsOf(command: Command): readonly FlagSpec[] {
  return declared.get(command) ?? [];
}

/** Gives a command the values of flags: an option for each that the line names, the default of the others. Options for all would be a good part of what a short command costs. */
export function prepareFlags(command: Command, flags: readonly FlagSpec[], given: ReadonlySet<string>): void {
  for (const spec of flags)
    if (given.has(spec.name)) command.addOption(optionOf(spec));
    else command.setOptionValueWithSource(flagKey(spec.name), defaultValue(spec), "default");
}

/** commander's option for a flag, in the form that every line is brought to. */
function optionOf(spec: FlagSpec): Option {
  const option = new Option(`--${spec.name} <value>`, spec.help);
  option.negate = false; // "--no-headers" is a flag of its own here, not the negation of "--headers"
  option.default(defaultValue(spec));
  let seen: readonly unknown[] = [];
  option.argParser((text: string) => {
    const value = parseFlagValue(spec.kind, text);
    if (!isListKind(spec.kind)) return value;
    seen = [...seen, ...(value as readonly unknown[])];
    return seen;
  });
  return option;
}

/** The key of a flag in a command's parsed flags: "dry-run" → "dryRun". */
export function flagKey(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, c: string) => c.toUpperCase());
}

/** What a command line said beyond its values: which flags were given, and how many arguments came before "--" (-1: no "--"). */
export interface CommandLineFacts {
  readonly changed: ReadonlySet<string>;
  readonly argsLenAtDash: number;
  /** The whole line as --record keeps it. */
  readonly text: string;
}

const facts = new WeakMap<object, CommandLineFacts>();

/** Remembers the facts of a command line beside its parsed flags. */
export function setFacts(flags: object, of: CommandLineFacts): void {
  facts.set(flags, of);
}

/** Whether the flag was given on the command line (pflag's Changed). */
export function changed(flags: object, name: string): boolean {
  return facts.get(flags)?.changed.has(name) ?? false;
}

/** cobra's ArgsLenAtDash: how many arguments came before "--", or -1 where there was none. */
export function argsLenAtDash(flags: object): number {
  return facts.get(flags)?.argsLenAtDash ?? -1;
}

/** The command line, with flags behind the arguments and written out: "kubectl scale web --replicas=2". Mirrors genericclioptions.parseCommandArguments. */
export function commandLine(flags: object): string {
  return facts.get(flags)?.text ?? "";
}
