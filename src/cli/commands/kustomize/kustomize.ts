import fs from "node:fs";
import path from "node:path";
import { toYaml } from "../../../machinery/codec/yaml-write.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";
import { idOf } from "../../kustomize/resource.ts";

interface KustomizeOptions {
  readonly directory: string;
  readonly output: string;
  readonly anywhere: boolean;
  readonly helm: boolean;
}

/** `kubectl kustomize`. Mirrors kustomize/commands/build as kubectl has it. */
export const command: CommandDefinition<KustomizeOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "DIR",
      long: "Build the objects of a kustomization: of the directory given, or of this one.",
      examples: `
# This directory
kubectl kustomize

# Another
kubectl kustomize /home/config/production`,
    });
    declareFlags(
      c,
      flag.bool("as-current-user", "Run functions as the current user; functions are not run."),
      flag.bool("enable-alpha-plugins", "Run plugins; they are not run."),
      flag.bool("enable-helm", "Render Helm charts; they are not rendered."),
      flag.array("env", "Variables for functions; functions are not run.", { short: "e" }),
      flag.array("helm-api-versions", "API versions for Helm; charts are not rendered."),
      flag.string("helm-command", "The helm program; charts are not rendered.", { default: "helm" }),
      flag.bool("helm-debug", "Debug Helm; charts are not rendered."),
      flag.string("helm-kube-version", "Kubernetes version for Helm; charts are not rendered."),
      flag.string("load-restrictor", "Where files may lie: LoadRestrictionsRootOnly or LoadRestrictionsNone.", {
        default: "LoadRestrictionsRootOnly",
      }),
      flag.array("mount", "Mounts for functions; functions are not run."),
      flag.bool("network", "Network for functions; functions are not run."),
      flag.string("network-name", "Network for functions; functions are not run.", { default: "bridge" }),
      flag.string("output", "File to write to; a directory gets one file for each object.", { short: "o" }),
    );
  },
  complete: (_session, flags, args) => {
    if (args.length > 1) throw new Error("specify one path to kustomization.yaml");
    const restrictor: string = flags["loadRestrictor"];
    if (restrictor !== "LoadRestrictionsRootOnly" && restrictor !== "LoadRestrictionsNone")
      throw new Error(
        `illegal flag value --load-restrictor ${restrictor}; legal values: [LoadRestrictionsRootOnly LoadRestrictionsNone]`,
      );
    return {
      directory: args[0] ?? ".",
      output: flags["output"],
      anywhere: restrictor === "LoadRestrictionsNone",
      helm: flags["enableHelm"],
    };
  },
  run: async (session, o) => {
    const { buildDirectory } = await import("../../kustomize/build.ts");
    const objects = await buildDirectory(session, o.directory, o);
    const texts = objects.map((object) => toYaml(object));
    if (o.output === "") return session.streams.stdout.write(texts.join("---\n"));
    const out = path.resolve(session.cwd, o.output);
    if (!fs.existsSync(out) || !fs.statSync(out).isDirectory()) return fs.writeFileSync(out, texts.join("---\n"));
    objects.forEach((object, i) => {
      const { group, version, kind, name } = idOf(object);
      const file = [...(group === "" ? [] : [group]), version, kind, name].join("_").toLowerCase();
      fs.writeFileSync(path.join(out, `${file}.yaml`), texts[i]!);
    });
  },
};
