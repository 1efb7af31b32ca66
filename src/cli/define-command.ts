import type { Command } from "commander";
import type { Session, SignalExits } from "./session.ts";

/** What commands that follow something answer to being stopped. Mirrors kubectl/pkg/util/interrupt. */
export const INTERRUPTED: SignalExits = { SIGINT: 1, SIGTERM: 1, SIGHUP: 1 };

/**
 * One kubectl command: flags → options → validate → run. `define` declares flags and help on a commander Command
 * (the pflag layer reads them from there); `complete` turns flags and arguments into options; `validate` refuses
 * them with a UsageError; `run` does the work through the session's client.
 */
export interface CommandDefinition<O = unknown> {
  define(command: Command): void;
  complete(session: Session, flags: Readonly<Record<string, any>>, args: readonly string[]): O | Promise<O>;
  validate?(options: O): void;
  run(session: Session, options: O): Promise<void>;
  /** The exit codes of signals that the command catches, without a word; of others it dies. */
  readonly exitOn?: SignalExits;
}
