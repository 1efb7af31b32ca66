import { parsePairs, splitPairs } from "../../change/pairs.ts";
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
import { declareFlags } from "../../flags/flag.ts";
import { recordFlag } from "../../flags/record.ts";
import { describeCommand } from "../../help/command-text.ts";
import { aggregate } from "../../report-error.ts";
import type { Info } from "../../resources/info.ts";

interface SetImageOptions extends SetOptions {
  readonly images: ReadonlyMap<string, string>;
  readonly infos: readonly Info[];
}

function check(o: SetImageOptions, resources: readonly string[]): void {
  const errors: Error[] = [];
  if (o.all && o.selector !== "") errors.push(new Error("cannot set --all and --selector at the same time"));
  const hasFiles = (o.build.filenames ?? []).length > 0 || (o.build.kustomize ?? "") !== "";
  if (resources.length === 0 && !hasFiles)
    errors.push(new Error("one or more resources must be specified as <resource> <name> or <resource>/<name>"));
  if (o.images.size === 0) errors.push(new Error("at least one image update is required"));
  else if (o.images.size > 1 && o.images.has("*"))
    errors.push(
      new Error(
        "all containers are already specified by *, but saw more than one container_name=container_image pairs",
      ),
    );
  if (errors.length > 0) throw aggregate(errors);
  refuseLocalServer(o);
}

/** `kubectl set image`. Mirrors kubectl/pkg/cmd/set/set_image.go. */
export const command: CommandDefinition<SetImageOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "(-f FILENAME | TYPE NAME) CONTAINER_NAME_1=CONTAINER_IMAGE_1 ... CONTAINER_NAME_N=CONTAINER_IMAGE_N",
      long: "Change the images of containers in a pod or a pod template.",
      examples: `
# Two containers
kubectl set image deployment/nginx busybox=busybox nginx=nginx:1.9.1

# All containers of a daemon set
kubectl set image daemonset abc *=nginx:1.9.1

# What a file would come to
kubectl set image -f path/to/file.yaml nginx=nginx:1.9.1 --local -o yaml`,
    });
    declareFlags(c, ...setFlags, recordFlag, selectorFlag);
  },
  complete: async (session, flags, args) => {
    const { resources, pairs } = splitPairs(args, "image");
    const images = parsePairs(pairs, "image", false).set;
    const base = await setOptions(session, flags, resources);
    refuseLocalResources(base, resources);
    const options = { ...base, images, infos: await findInfos(session, base.build) };
    check(options, resources);
    return options;
  },
  run: async (session, o) => {
    const errors: unknown[] = [];
    await updateObjects(session, o, o.infos, {
      operation: "image updated",
      failure: "failed to patch image update to pod template:",
      errors,
      update: async (info, object) => {
        const spec = await podSpecOf(info, object);
        for (const [name, image] of o.images) {
          const containers = [
            ...selectContainers(spec["initContainers"], name),
            ...selectContainers(spec["containers"], name),
          ];
          if (containers.length === 0)
            errors.push(new Error(`error: unable to find container named ${JSON.stringify(name)}`));
          for (const container of containers) container["image"] = image;
        }
        return undefined;
      },
    });
  },
};
