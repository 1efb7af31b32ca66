import type { JsonObject } from "../../../machinery/object.ts";
import { flag } from "../../flags/flag.ts";
import { type GenerateOptions, type Generator, generatorCommand } from "../../generate/generator.ts";

function generate({ name, command, flags }: GenerateOptions): JsonObject {
  const container = { name, image: flags["image"], ...(command.length > 0 ? { command: [...command] } : {}) };
  const restartPolicy = flags["restart"] === "" ? "OnFailure" : flags["restart"];
  return {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name },
    spec: {
      schedule: flags["schedule"],
      jobTemplate: { metadata: { name }, spec: { template: { spec: { containers: [container], restartPolicy } } } },
    },
  };
}

const generator: Generator = {
  path: "create cronjob",
  text: {
    usage: "NAME --image=image --schedule='0/5 * * * ?' -- [COMMAND] [args...] [flags]",
    long: "Create a cron job.",
    examples: `
# A cron job
kubectl create cronjob my-job --image=busybox --schedule="*/1 * * * *"

# With a command
kubectl create cronjob my-job --image=busybox --schedule="*/1 * * * *" -- date`,
  },
  flags: [
    flag.string("image", "Image of the container.", { required: true }),
    flag.string("restart", "The pods' restart policy: OnFailure or Never."),
    flag.string("schedule", "When to run, in Cron's format.", { required: true }),
  ],
  resource: { group: "batch", version: "v1", resource: "cronjobs", namespaced: true },
  failure: "failed to create cronjob:",
  generate,
};

/** `kubectl create cronjob`. Mirrors kubectl/pkg/cmd/create/create_cronjob.go. */
export const command = generatorCommand(generator);
