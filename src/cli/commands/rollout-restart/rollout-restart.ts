import type { JsonObject } from "../../../machinery/object.ts";
import { formatTime } from "../../../machinery/time.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { fieldManagerFlag } from "../../flags/common-flags.ts";
import { declareFlags } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";
import { operationPrinter } from "../../printers/format.ts";
import { type PrintOptions, printFlags, printOptionsOf } from "../../printers/print-flags.ts";
import type { BuildOptions } from "../../resources/builder.ts";
import { pathOf } from "../../resources/info.ts";
import { workloadOf } from "../../resources/workload.ts";
import { forEachInfo, rolloutFlags, rolloutTarget, subjectError } from "../rollout/shared.ts";

interface RestartOptions {
  readonly build: BuildOptions;
  readonly fieldManager: string;
  readonly print: PrintOptions;
}

const RESTARTED_AT = "kubectl.kubernetes.io/restartedAt";

/** `kubectl rollout restart`. Mirrors kubectl/pkg/cmd/rollout/rollout_restart.go. */
export const command: CommandDefinition<RestartOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "RESOURCE",
      long: "Restart a resource: its pods are replaced as by a rollout.",
      examples: `
# A deployment, a daemon set
kubectl rollout restart deployment/nginx
kubectl rollout restart daemonset/abc

# All deployments with a label
kubectl rollout restart deployment --selector=app=nginx`,
    });
    declareFlags(c, ...printFlags(), ...rolloutFlags, fieldManagerFlag("kubectl-rollout"));
  },
  complete: async (session, flags, args) => ({
    build: await rolloutTarget(session, flags, args),
    fieldManager: flags["fieldManager"],
    print: printOptionsOf(flags),
  }),
  run: async (session, o) => {
    const client = await session.client();
    const restartedAt = formatTime(session.clusterNow());
    await forEachInfo(session, o.build, async (info) => {
      if ((await workloadOf(info.resource))?.canRestart !== true)
        throw subjectError(info, "restarting is not supported");
      if (info.object!["spec"]?.paused === true)
        throw subjectError(info, "can't restart paused deployment (run rollout resume first)");
      if (info.object!["spec"]?.template?.metadata?.annotations?.[RESTARTED_AT] === restartedAt)
        throw new Error(
          `failed to create patch for ${info.name}: if restart has already been triggered within the past second, please wait before attempting to trigger another`,
        );
      const patch = { spec: { template: { metadata: { annotations: { [RESTARTED_AT]: restartedAt } } } } };
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
      session.streams.stdout.write((await operationPrinter(session, o.print, "restarted"))(info.object));
    });
  },
};
