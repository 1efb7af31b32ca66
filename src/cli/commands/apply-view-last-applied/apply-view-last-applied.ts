import { toJson } from "../../../machinery/codec/json.ts";
import { readYaml } from "../../../machinery/codec/yaml-read.ts";
import { toYaml } from "../../../machinery/codec/yaml-write.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { UsageError } from "../../exit.ts";
import { filenameFlags, selectorFlag } from "../../flags/common-flags.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";
import { type BuildOptions, findResources } from "../../resources/builder.ts";
import { lastAppliedOf } from "../../resources/last-applied.ts";

interface ViewOptions {
  readonly build: BuildOptions;
  readonly output: string;
}

/** `kubectl apply view-last-applied`. Mirrors kubectl/pkg/cmd/apply/apply_view_last_applied.go. */
export const command: CommandDefinition<ViewOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "(TYPE [NAME | -l label] | TYPE/NAME | -f FILENAME)",
      long: "View the configuration that the last apply left in an object, as YAML or JSON.",
      examples: "# Of a deployment\nkubectl apply view-last-applied deployment/nginx",
    });
    declareFlags(
      c,
      flag.bool("all", "All resources of the given types in the namespace."),
      ...filenameFlags("that name the objects"),
      flag.string("output", "Output format. One of (yaml, json).", { short: "o", default: "yaml" }),
      selectorFlag,
    );
  },
  complete: async (session, flags, args) => {
    const { name, explicit } = await session.namespace();
    return {
      build: {
        args,
        filenames: flags["filename"],
        kustomize: flags["kustomize"],
        recursive: flags["recursive"],
        labelSelector: flags["selector"],
        selectAll: flags["all"],
        namespace: name,
        enforceNamespace: explicit,
        latest: true,
        flatten: true,
      },
      output: flags["output"],
    };
  },
  run: async (session, o) => {
    const texts: string[] = [];
    await (await findResources(session, o.build)).visit((info) => {
      const text = lastAppliedOf(info.object!);
      if (text !== undefined) texts.push(text);
      else if (info.source !== "")
        throw new Error(
          `error when no last-applied-configuration annotation found on resource: ${info.name}\n ${JSON.stringify(info.source)}: <nil>`,
        );
    });
    if (o.output !== "yaml" && o.output !== "json")
      throw new UsageError(
        `Unexpected -o output mode: ${o.output}, the flag 'output' must be one of yaml|json`,
        "apply view-last-applied",
      );
    for (const text of texts) {
      // As YAML the annotation need not even be JSON.
      const value: unknown = o.output === "json" ? JSON.parse(text) : readYaml(text);
      session.streams.stdout.write(
        o.output === "json" ? toJson(value, { sortKeys: false, indent: "  " }) : toYaml(value),
      );
    }
  },
};
