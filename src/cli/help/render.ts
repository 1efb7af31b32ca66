import { type CommandRow, HELP_GROUPS, type ParentCommand } from "../command-row.ts";
import type { FlagSpec } from "../flags/flag.ts";
import type { CommandText } from "./command-text.ts";

const MIN_NAME_WIDTH = 11;

/** A flag whose value has a type of its own, which kubectl's help shows without brackets. */
const SHOWN_BARE = "aggregation-rule";

/** How a flag's default is shown: strings quoted, lists in brackets, the rest bare. */
export function shownDefault(spec: FlagSpec): string {
  if (spec.name === SHOWN_BARE) return spec.default ?? "";
  if (spec.kind === "array" || spec.kind === "strings" || spec.kind === "pairs") return `[${spec.default ?? ""}]`;
  return spec.kind === "string" ? `'${spec.default ?? ""}'` : (spec.default ?? "");
}

/** The flags as kubectl lists them: sorted by name, `    -s, --long=default:` over an indented description. */
export function renderFlags(flags: readonly FlagSpec[]): string {
  return flags
    .filter((f) => f.hidden !== true && f.deprecated === undefined)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((f) => `    ${f.short === undefined ? "" : `-${f.short}, `}--${f.name}=${shownDefault(f)}:\n\t${f.help}\n`)
    .join("\n");
}

const lastWord = (path: string): string => path.slice(path.lastIndexOf(" ") + 1);

function commandList(rows: readonly CommandRow[], siblings: readonly CommandRow[]): string {
  const width = Math.max(MIN_NAME_WIDTH, ...siblings.map((r) => lastWord(r.path).length)) + 3;
  return rows.map((r) => `  ${lastWord(r.path).padEnd(width)}${r.short}\n`).join("");
}

const byName = (rows: readonly CommandRow[]): CommandRow[] =>
  [...rows].sort((a, b) => (lastWord(a.path) < lastWord(b.path) ? -1 : 1));

const usageLine = (path: string, usage: string): string => {
  const line = (usage === "" ? path : `${path} ${usage}`).trimStart();
  return `Usage:\n  ${line.includes("[options]") ? line : `${line} [options]`}\n`;
};

function hints(program: string, path: string, hasChildren: boolean): string {
  const more = `Use "${path} <command> --help" for more information about a given command.\n`;
  return `${hasChildren ? more : ""}Use "${program} options" for a list of global command-line options (applies to all commands).\n`;
}

/** The help of the program itself. */
export function renderRootHelp(program: string, rows: readonly CommandRow[]): string {
  const top = rows.filter((r) => !r.path.includes(" ") && r.hidden !== true);
  const sections: string[] = [
    program === "kubectl"
      ? "kubectl controls a Kubernetes cluster.\n"
      : "drykube is kubectl with a simulated Kubernetes cluster of its own.\n",
  ];
  for (const group of HELP_GROUPS) {
    const members = top.filter((r) => r.group === group);
    if (members.length > 0) sections.push(`${group}:\n${commandList(members, top)}`);
  }
  const own = top.filter((r) => r.program === "drykube");
  if (own.length > 0) sections.push(`Simulated Cluster Commands:\n${commandList(own, top)}`);
  const others = byName(top.filter((r) => r.group === undefined && r.program === undefined));
  if (others.length > 0) sections.push(`Other Commands:\n${commandList(others, top)}`);
  sections.push(usageLine(program, "[flags]"), hints(program, program, true));
  return sections.join("\n");
}

/** The help of one command: what it does, aliases, examples, subcommands, flags, usage. Mirrors kubectl/pkg/util/templates. */
export function renderCommandHelp(
  program: string,
  row: CommandRow,
  children: readonly CommandRow[],
  text: CommandText | ParentCommand,
  flags: readonly FlagSpec[],
): string {
  const path = `${program} ${row.path}`;
  const sections = [`${text.long ?? `${row.short}.`}\n`];
  if (row.aliases !== undefined) sections.push(`Aliases:\n${[lastWord(row.path), ...row.aliases].join(", ")}\n`);
  if (text.examples !== undefined) {
    const lines = text.examples.trim().split("\n");
    sections.push(`Examples:\n${lines.map((line) => `  ${line.trim()}\n`).join("")}`);
  }
  const visible = byName(children.filter((c) => c.hidden !== true));
  if (visible.length > 0) sections.push(`Available Commands:\n${commandList(visible, children)}`);
  const options = renderFlags(flags);
  if (options !== "") sections.push(`Options:\n${options}`);
  sections.push(usageLine(path, text.usage), hints(program, path, visible.length > 0));
  return sections.join("\n");
}
