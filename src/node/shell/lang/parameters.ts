import type { Run } from "../../runtime/machine/process.ts";
import type { Part, Word } from "./ast.ts";
import { arithmetic, setElement } from "./expand-arithmetic.ts";
import { deliver, type Fields } from "./fields.ts";
import { replace, strip } from "./pattern.ts";
import type { Control, Shell } from "./state.ts";

type Parameter = Part & { t: "param" };

/** The values that $@ or ${name[@]} stand for; undefined where the parameter is a single one. */
function* listOf(shell: Shell, part: Parameter): Run<{ values: string[]; star: boolean } | undefined> {
  if (part.name === "@" || part.name === "*") return { values: shell.positional, star: part.name === "*" };
  if (part.index === undefined) return undefined;
  const index = yield* shell.engine.expandString(shell, part.index);
  if (index !== "@" && index !== "*") return undefined;
  const variable = shell.variables.get(part.name);
  const sorted =
    variable?.elements === undefined ? undefined : elements(variable.elements, variable.associative === true);
  if (part.indirect) return { values: sorted?.map(([key]) => key) ?? (variable ? ["0"] : []), star: index === "*" };
  return { values: sorted?.map(([, value]) => value) ?? (variable ? [variable.value] : []), star: index === "*" };
}

function elements(map: ReadonlyMap<string, string>, associative: boolean): [string, string][] {
  return associative ? [...map] : [...map].sort((a, b) => Number(a[0]) - Number(b[0]));
}

/** The value of a single parameter; undefined where unset. */
function* singleValue(shell: Shell, part: Parameter): Run<string | undefined> {
  const { name } = part;
  if (/^\d+$/.test(name)) return name === "0" ? shell.name : shell.positional[Number(name) - 1];
  if (part.index !== undefined) return yield* elementOf(shell, part);
  if (name === "?") return String(shell.status);
  if (name === "#") return String(shell.positional.length);
  if (name === "$") return String(shellPid(shell));
  if (name === "!") return shell.lastBackground === undefined ? undefined : String(shell.lastBackground);
  if (name === "-")
    return `${[...shell.options].filter((o) => o.length === 1).join("")}${shell.interactive ? "i" : ""}`;
  return shell.get(name);
}

/** $$ is the main shell's pid in subshells too. */
function shellPid(shell: Shell): number {
  let { process } = shell;
  for (let up = process.parent; shell.subshell && up !== undefined && up.comm === process.comm; up = up.parent) {
    process = up;
    if (up.session !== shell.process.session) break;
  }
  return process.pid;
}

function* elementOf(shell: Shell, part: Parameter): Run<string | undefined> {
  const variable = shell.variables.get(part.name);
  if (variable?.associative === true)
    return variable.elements?.get(yield* shell.engine.expandString(shell, part.index!));
  let index = yield* arithmetic(shell, part.index!);
  if (variable?.elements === undefined) return index === 0n ? shell.get(part.name) : undefined;
  if (index < 0n)
    index += 1n + [...variable.elements.keys()].reduce((max, key) => (BigInt(key) > max ? BigInt(key) : max), -1n);
  return variable.elements.get(String(index));
}

/** Expands ${…} in all its forms into `fields`. */
export function* expandParameter(
  shell: Shell,
  given: Parameter,
  fields: Fields,
  split: boolean,
  quoted: boolean,
): Run<void> {
  let part = given;
  const list = yield* listOf(shell, part);
  if (part.length) {
    const text = list === undefined ? String(((yield* checked(shell, part)) ?? "").length) : String(list.values.length);
    return deliver(shell, text, fields, split, quoted);
  }
  if (list !== undefined) return yield* expandList(shell, part, list, fields, split, quoted);
  if (part.indirect) part = { ...part, name: (yield* singleValue(shell, part)) ?? "", indirect: false };
  const value = yield* singleValue(shell, part);
  if (part.op !== undefined && "-=?+".includes(part.op))
    return yield* conditional(shell, part, value, fields, split, quoted);
  if (value === undefined) yield* checkSet(shell, part);
  const text = part.op === undefined ? (value ?? "") : yield* transform(shell, part, value ?? "");
  deliver(shell, text, fields, split, quoted);
}

function* checked(shell: Shell, part: Parameter): Run<string | undefined> {
  const value = yield* singleValue(shell, part);
  if (value === undefined) yield* checkSet(shell, part);
  return value;
}

/** `set -u` */
function* checkSet(shell: Shell, part: Parameter): Run<void> {
  if (!shell.options.has("u") || part.name === "!" || part.name === "-") return;
  const words = { dash: "parameter not set", ash: "parameter not set", bash: "unbound variable" }[shell.dialect];
  yield* shell.complain(`${/^\d+$/.test(part.name) && shell.bash ? `$${part.name}` : part.name}: ${words}`);
  throw { control: "abort", status: shell.bash ? (shell.script ? 1 : 127) : 2 } satisfies Control;
}

function* conditional(
  shell: Shell,
  part: Parameter,
  value: string | undefined,
  fields: Fields,
  split: boolean,
  quoted: boolean,
): Run<void> {
  const missing = value === undefined || (part.colon === true && value === "");
  if (part.op === "+" ? missing : !missing)
    return part.op === "+" ? undefined : deliver(shell, value!, fields, split, quoted);
  if (part.op === "=") {
    const text = yield* shell.engine.expandString(shell, part.word ?? []);
    if (!shell.set(part.name, text)) yield* readOnly(shell, part.name);
    return deliver(shell, text, fields, split, quoted);
  }
  if (part.op === "?") {
    const text = yield* shell.engine.expandString(shell, part.word ?? []);
    const words =
      text !== ""
        ? text
        : part.colon
          ? shell.bash
            ? "parameter null or not set"
            : "parameter not set or null"
          : "parameter not set";
    yield* shell.complain(`${part.name}: ${words}`);
    throw { control: "abort", status: shell.bash ? 127 : 2 } satisfies Control;
  }
  if (quoted) fields.quoted(yield* shell.engine.expandString(shell, part.word ?? []));
  else yield* expandOperand(shell, part.word ?? [], fields, split);
}

/** The literal text of an unquoted ${x:-a b} is split too. */
function* expandOperand(shell: Shell, word: Word, fields: Fields, split: boolean): Run<void> {
  for (const part of word) {
    if (part.t === "lit") deliver(shell, part.v, fields, split, false);
    else yield* shell.engine.expandInto(shell, [part], fields, split);
  }
}

/** Complains about a read-only variable and ends the command. */
export function* readOnly(shell: Shell, name: string): Run<never> {
  yield* shell.complain(`${name}: ${shell.bash ? "readonly variable" : "is read only"}`);
  throw { control: "abort", status: shell.bash ? 1 : 2 } satisfies Control;
}

function* expandList(
  shell: Shell,
  part: Parameter,
  list: { values: string[]; star: boolean },
  fields: Fields,
  split: boolean,
  quoted: boolean,
): Run<void> {
  let { values } = list;
  if (part.op === ":")
    values = yield* slice(shell, part, part.name === "@" || part.name === "*" ? [shell.name, ...values] : values);
  else if (part.op !== undefined && "-=?+".includes(part.op)) {
    const joined = values.length === 0 ? undefined : values.join(" ");
    if (part.op === "+" || joined === undefined || (part.colon && joined === ""))
      return yield* conditional(shell, part, joined, fields, split, quoted);
  } else if (part.op !== undefined) {
    const out: string[] = [];
    for (const value of values) out.push(yield* transform(shell, part, value));
    values = out;
  }
  const ifs = shell.variables.get("IFS")?.value ?? " \t\n";
  if (quoted && list.star) return fields.quoted(values.join(ifs[0] ?? ""));
  if (!quoted && !split) return fields.literal(values.join(" "));
  values.forEach((value, i) => {
    if (i > 0) fields.close();
    if (quoted) fields.quoted(value);
    else fields.split(value, ifs);
  });
}

function* slice(shell: Shell, part: Parameter, values: string[]): Run<string[]> {
  let from = Number(yield* arithmetic(shell, part.word!));
  const all = part.name === "@" || part.name === "*" ? values.slice(from === 0 ? 0 : 0) : values;
  if (from < 0) from = Math.max(0, all.length + from);
  const count = part.word2 === undefined ? all.length : Number(yield* arithmetic(shell, part.word2));
  return all.slice(from, from + count);
}

function* transform(shell: Shell, part: Parameter, value: string): Run<string> {
  const { op } = part;
  if (op === "#" || op === "##" || op === "%" || op === "%%")
    return strip(value, yield* shell.engine.expandPattern(shell, part.word ?? []), op);
  if (op === "/" || op === "//" || op === "/#" || op === "/%") {
    const pattern = yield* shell.engine.expandPattern(shell, part.word ?? []);
    return replace(value, pattern, yield* shell.engine.expandString(shell, part.word2 ?? []), op);
  }
  if (op === ":") {
    const length = value.length;
    let from = Number(yield* arithmetic(shell, part.word!));
    if (from < 0) from = length + from < 0 ? length : length + from;
    const count = part.word2 === undefined ? length : Number(yield* arithmetic(shell, part.word2));
    return count < 0 ? value.slice(from, length + count) : value.slice(from, from + count);
  }
  if (op === "^") return value.slice(0, 1).toUpperCase() + value.slice(1);
  if (op === "^^") return value.toUpperCase();
  if (op === ",") return value.slice(0, 1).toLowerCase() + value.slice(1);
  if (op === ",,") return value.toLowerCase();
  const how = yield* shell.engine.expandString(shell, part.word ?? []);
  if (how === "Q") return `'${value.replaceAll("'", "'\\''")}'`;
  return how === "U" ? value.toUpperCase() : how === "L" ? value.toLowerCase() : value;
}

/** Carries out name=value, name+=value, name[i]=value and name=(…). */
export function* assign(
  shell: Shell,
  to: {
    readonly name: string;
    readonly append: boolean;
    readonly index?: Word;
    readonly value: Word;
    readonly array?: readonly Word[];
  },
  words: (shell: Shell, words: readonly Word[]) => Run<string[]>,
): Run<void> {
  const old = shell.variables.get(to.name);
  if (old?.readonly === true) yield* readOnly(shell, to.name);
  if (to.array !== undefined) {
    const values = yield* words(shell, to.array);
    assignArray(shell, to.name, values, to.append);
    return;
  }
  let value = yield* shell.engine.expandString(shell, to.value);
  if (to.index !== undefined) {
    const key = old?.associative
      ? yield* shell.engine.expandString(shell, to.index)
      : String(yield* arithmetic(shell, to.index));
    setElement(shell, to.name, key, to.append ? (old?.elements?.get(key) ?? "") + value : value);
    return;
  }
  if (old?.integer)
    value = String(yield* arithmetic(shell, [{ t: "str", v: to.append ? `${old.value || 0}+(${value})` : value }]));
  else if (to.append) value = (old?.value ?? "") + value;
  shell.set(to.name, value);
}

/** Fills an array variable. `[key]=value` sets that element. */
export function assignArray(shell: Shell, name: string, values: readonly string[], append: boolean): void {
  const old = shell.variables.get(name);
  const map = append
    ? new Map(old?.elements ?? (old && old.value !== "" ? [["0", old.value]] : []))
    : new Map<string, string>();
  let next = append ? Math.max(-1, ...[...map.keys()].map(Number).filter((n) => !Number.isNaN(n))) + 1 : 0;
  for (const value of values) {
    const keyed = /^\[([^\]]+)\]=([\s\S]*)$/.exec(value);
    if (keyed !== null) {
      map.set(keyed[1]!, keyed[2]!);
      if (/^\d+$/.test(keyed[1]!)) next = Number(keyed[1]) + 1;
    } else map.set(String(next++), value);
  }
  shell.variables.set(name, {
    exported: false,
    readonly: false,
    ...old,
    value: map.get("0") ?? "",
    elements: map,
  });
}
