import { formatTime } from "../../../machinery/time.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { UsageError } from "../../exit.ts";
import { parseGoDuration } from "../../flags/values.ts";
import { describeCommand } from "../../help/command-text.ts";
import { withControls } from "../cluster-controls.ts";

interface Options {
  /** Milliseconds to go forward; undefined: only tell the time. */
  readonly advanceMs: number | undefined;
}

/** `drykube clock [advance DURATION]`: tells the simulated time, or moves it forward with everything that happens meanwhile. */
export const command: CommandDefinition<Options> = {
  define: (c) =>
    describeCommand(c, {
      usage: "[advance DURATION]",
      long: "Tell the simulated time, or move it forward: everything that would have happened meanwhile happens at once.",
      examples:
        "  # What time is it in the cluster?\n  drykube clock\n\n  # Five minutes later\n  drykube clock advance 5m",
    }),
  complete: (_session, _flags, args) => {
    if (args.length === 0) return { advanceMs: undefined };
    if (args[0] !== "advance" || args.length !== 2)
      throw new UsageError("expected 'clock' or 'clock advance DURATION'");
    const advanceMs = parseGoDuration(args[1]!);
    if (!(advanceMs > 0))
      throw new UsageError(`DURATION must be positive, got ${args[1]}: time does not run backwards`);
    return { advanceMs };
  },
  run: (session, { advanceMs }) =>
    withControls(session, async (controls) => {
      session.streams.stdout.write(`${formatTime(await controls.clock(advanceMs ?? 0))}\n`);
    }),
};
