import type { Command } from "commander";

/** What a command's help says besides its flags. `usage` is what follows the command's path. */
export interface CommandText {
  readonly usage: string;
  readonly long?: string;
  readonly examples?: string;
}

const texts = new WeakMap<Command, CommandText>();

/** Attaches help text to a command; `define` calls it. */
export function describeCommand(command: Command, text: CommandText): void {
  texts.set(command, text);
  command.usage(text.usage);
}

/** What {@link describeCommand} attached. */
export function commandText(command: Command): CommandText {
  return texts.get(command) ?? { usage: "[flags]" };
}
