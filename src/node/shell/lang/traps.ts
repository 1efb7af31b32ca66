import type { Run } from "../../runtime/machine/process.ts";
import type { Shell } from "./state.ts";

/** Runs the traps of the signals that have come in. */
export function* runTraps(shell: Shell): Run<void> {
  for (let signal = shell.process.pending.shift(); signal !== undefined; signal = shell.process.pending.shift()) {
    const action = shell.traps.get(signal);
    if (action === undefined || action === "") continue;
    const { status } = shell;
    yield* shell.engine.runText(shell, action);
    shell.status = status;
  }
}
