import {
  findInfos,
  podSpecOf,
  refuseLocalServer,
  type SetOptions,
  setFlags,
  setOptions,
  updateObjects,
} from "../../change/template-update.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { declareFlags } from "../../flags/flag.ts";
import { recordFlag } from "../../flags/record.ts";
import { describeCommand } from "../../help/command-text.ts";
import type { Info } from "../../resources/info.ts";

interface SetServiceAccountOptions extends SetOptions {
  readonly infos: readonly Info[];
  readonly serviceAccount: string;
}

/** `kubectl set serviceaccount`. Mirrors kubectl/pkg/cmd/set/set_serviceaccount.go. */
export const command: CommandDefinition<SetServiceAccountOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "(-f FILENAME | TYPE NAME) SERVICE_ACCOUNT",
      long: "Change the service account of a pod template.",
      examples: `
# A deployment
kubectl set serviceaccount deployment nginx-deployment serviceaccount1`,
    });
    declareFlags(c, ...setFlags, recordFlag);
  },
  complete: async (session, flags, args) => {
    const resources = args.slice(0, -1);
    const base = await setOptions(session, flags, resources);
    if (args.length === 0) throw new Error("serviceaccount is required");
    refuseLocalServer(base);
    return { ...base, serviceAccount: args.at(-1)!, infos: await findInfos(session, base.build) };
  },
  run: (session, o) =>
    updateObjects(session, o, o.infos, {
      operation: "serviceaccount updated",
      failure: "failed to patch ServiceAccountName",
      evenUnchanged: true,
      update: async (info, object) => {
        (await podSpecOf(info, object))["serviceAccountName"] = o.serviceAccount;
        return true;
      },
    }),
};
