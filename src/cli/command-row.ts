import type { CommandDefinition } from "./define-command.ts";

/** The sections of the root help, in its order. Commands without one are "Other Commands". */
export const HELP_GROUPS = [
  "Basic Commands (Beginner)",
  "Basic Commands (Intermediate)",
  "Deploy Commands",
  "Cluster Management Commands",
  "Troubleshooting and Debugging Commands",
  "Advanced Commands",
  "Settings Commands",
] as const;

export type HelpGroup = (typeof HELP_GROUPS)[number];

/** A command that only holds others: how it answers when called itself. */
export interface ParentCommand {
  /** What follows the command's path in its usage line. */
  readonly usage: string;
  readonly long?: string;
  readonly examples?: string;
  /** Where its help goes when called bare; kubectl is not of one mind. */
  readonly helpTo: "stdout" | "stderr";
  readonly exitCode: 0 | 1;
}

/** One command as data. Behaviour hangs on a literal loader, so that naming a command loads nothing. */
export interface CommandRow {
  /** The words that call it: "get", "create deployment". */
  readonly path: string;
  readonly aliases?: readonly string[];
  /** Words that people try instead (cobra's SuggestFor). */
  readonly suggestFor?: readonly string[];
  readonly short: string;
  readonly group?: HelpGroup;
  readonly hidden?: boolean;
  /** Offered by this program only; absent: by both. */
  readonly program?: "drykube";
  readonly load?: () => Promise<{ readonly command: CommandDefinition<any> }>;
  readonly parent?: ParentCommand;
  /** The exit code of wrong flags, for a command that tells of them as of a wrong call (cobra's SetFlagErrorFunc). */
  readonly flagErrorCode?: number;
}

/** A {@link ParentCommand}: most print their help to stderr and fail. */
export function parentCommand(usage: string, more: Partial<ParentCommand> = {}): ParentCommand {
  return { usage, helpTo: "stderr", exitCode: 1, ...more };
}
