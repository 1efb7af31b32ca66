import type { JsonObject } from "../../../machinery/object.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { fieldManagerFlag } from "../../flags/common-flags.ts";
import { declareFlags } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";
import { operationPrinter } from "../../printers/format.ts";
import { type PrintOptions, printFlags, printOptionsOf } from "../../printers/print-flags.ts";
import type { BuildOptions } from "../../resources/builder.ts";
import { pathOf } from "../../resources/info.ts";
import { workloadOf } from "../../resources/workload.ts";
import { forEachInfo, rolloutFlags, rolloutTarget, subjectError } from "./shared.ts";

interface Pausing {
  readonly verb: string;
  readonly paused: boolean;
  readonly already: string;
  readonly unsupported: string;
  readonly long: string;
  readonly examples: string;
}

interface PausingOptions {
  readonly build: BuildOptions;
  readonly fieldManager: string;
  readonly print: PrintOptions;
}

/** pause and resume, which differ in words only. */
export function pausing(p: Pausing): CommandDefinition<PausingOptions> {
  return {
    define: (c) => {
      describeCommand(c, { usage: "RESOURCE", long: p.long, examples: p.examples });
      declareFlags(c, ...printFlags(), ...rolloutFlags, fieldManagerFlag("kubectl-rollout"));
    },
    complete: async (session, flags, args) => ({
      build: await rolloutTarget(session, flags, args),
      fieldManager: flags["fieldManager"],
      print: printOptionsOf(flags),
    }),
    run: async (session, o) => {
      const client = await session.client();
      await forEachInfo(session, o.build, async (info) => {
        if ((await workloadOf(info.resource))?.canPause !== true) throw subjectError(info, p.unsupported);
        if ((info.object!["spec"]?.paused === true) === p.paused) throw subjectError(info, p.already);
        const patch = { spec: { paused: p.paused ? true : null } };
        info.object = await client.patch<JsonObject>(
          pathOf(info),
          info.name,
          "application/strategic-merge-patch+json",
          patch,
          {
            fieldManager: o.fieldManager,
          },
        );
        // A wrong format shows only now: the object is changed by then.
        session.streams.stdout.write((await operationPrinter(session, o.print, p.verb))(info.object));
      });
    },
  };
}
