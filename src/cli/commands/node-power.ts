import { ExitError, UsageError } from "../exit.ts";
import type { Session } from "../session.ts";
import { withControls } from "./cluster-controls.ts";

/** The one node that `node stop` and `node start` take. */
export function nodeArgument(args: readonly string[]): string {
  if (args.length !== 1) throw new UsageError(`exactly one node NAME is required, got ${args.length}`);
  return args[0]!;
}

/** Switches the machine under a node on or off, and says so. */
export function setNodePower(session: Session, name: string, on: boolean): Promise<void> {
  return withControls(session, async (controls) => {
    const changed = await controls.setNodePower(name, on);
    if (changed === undefined) throw new ExitError(`Error from server (NotFound): nodes "${name}" not found`);
    const word = on ? "started" : "stopped";
    session.streams.stdout.write(`node/${name} ${changed ? word : `already ${word}`}\n`);
  });
}
