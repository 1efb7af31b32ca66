import type { JsonObject } from "../../../machinery/object.ts";
import {
  findInfos,
  podSpecOf,
  refuseLocalResources,
  refuseLocalServer,
  type SetOptions,
  selectContainers,
  setFlags,
  setOptions,
  updateObjects,
} from "../../change/template-update.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { selectorFlag } from "../../flags/common-flags.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { recordFlag } from "../../flags/record.ts";
import { resourceList } from "../../generate/resource-list.ts";
import { describeCommand } from "../../help/command-text.ts";
import type { Info } from "../../resources/info.ts";

interface SetResourcesOptions extends SetOptions {
  readonly infos: readonly Info[];
  readonly containers: string;
  readonly limits: JsonObject | undefined;
  readonly requests: JsonObject | undefined;
}

function merge(container: JsonObject, kind: "limits" | "requests", values: JsonObject | undefined): void {
  if (values === undefined) return;
  const resources = container["resources"] ?? {};
  container["resources"] = { ...resources, [kind]: { ...resources[kind], ...values } };
}

/** `kubectl set resources`. Mirrors kubectl/pkg/cmd/set/set_resources.go. */
export const command: CommandDefinition<SetResourcesOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "(-f FILENAME | TYPE NAME)  ([--limits=LIMITS & --requests=REQUESTS]",
      long: "Change what containers ask for and may use of the machine, in a pod template.",
      examples: `
# Limits of one container
kubectl set resources deployment nginx -c=nginx --limits=cpu=200m,memory=512Mi

# Limits and requests of all containers
kubectl set resources deployment nginx --limits=cpu=200m,memory=512Mi --requests=cpu=100m,memory=256Mi`,
    });
    declareFlags(
      c,
      ...setFlags,
      recordFlag,
      flag.string("containers", "Names of the containers; * stands for anything.", { short: "c", default: "*" }),
      flag.string("limits", "Comma-separated limits, as cpu=100m,memory=256Mi."),
      flag.string("requests", "Comma-separated requests, as cpu=100m,memory=256Mi."),
      selectorFlag,
    );
  },
  complete: async (session, flags, args) => {
    const base = await setOptions(session, flags, args);
    refuseLocalResources(base, args);
    const infos = await findInfos(session, base.build);
    if (base.all && base.selector !== "") throw new Error("cannot set --all and --selector at the same time");
    if (flags["limits"] === "" && flags["requests"] === "")
      throw new Error("you must specify an update to requests or limits (in the form of --requests/--limits)");
    refuseLocalServer(base);
    return {
      ...base,
      infos,
      containers: flags["containers"],
      limits: resourceList(flags["limits"]),
      requests: resourceList(flags["requests"]),
    };
  },
  run: async (session, o) => {
    const errors: unknown[] = [];
    await updateObjects(session, o, o.infos, {
      operation: "resource requirements updated",
      failure: "failed to patch resources update to pod template",
      errors,
      update: async (info, object) => {
        const spec = await podSpecOf(info, object);
        const containers = [
          ...selectContainers(spec["containers"], o.containers),
          ...selectContainers(spec["initContainers"], o.containers),
        ];
        if (containers.length === 0) {
          errors.push(new Error(`error: unable to find container named ${o.containers}`));
          return false;
        }
        for (const container of containers) {
          merge(container, "limits", o.limits);
          merge(container, "requests", o.requests);
        }
        return true;
      },
    });
  },
};
