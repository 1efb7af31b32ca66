import { deepCopy, type JsonObject } from "../../../machinery/object.ts";
import { flag } from "../../flags/flag.ts";
import { type GenerateOptions, type Generator, generatorCommand } from "../../generate/generator.ts";
import { findResources } from "../../resources/builder.ts";
import type { Session } from "../../session.ts";

/** The job that a cron job would make now. Mirrors create_job.go createJobFromCronJob. */
function jobFromCronJob(name: string, cronJob: JsonObject): JsonObject {
  const { metadata = {}, spec } = deepCopy(cronJob["spec"].jobTemplate) as JsonObject;
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name,
      annotations: { "cronjob.kubernetes.io/instantiate": "manual", ...metadata.annotations },
      ...(metadata.labels === undefined ? {} : { labels: metadata.labels }),
      // No blockOwnerDeletion: that would need a permission that users of cron jobs rarely have.
      ownerReferences: [
        {
          apiVersion: "batch/v1",
          kind: "CronJob",
          name: cronJob["metadata"].name,
          uid: cronJob["metadata"].uid,
          controller: true,
        },
      ],
    },
    spec,
  };
}

async function fromExisting(o: GenerateOptions, session: Session): Promise<JsonObject> {
  const result = await findResources(session, {
    args: [o.flags["from"]],
    namespace: o.namespace,
    flatten: true,
    latest: true,
  });
  const { infos, error } = await result.infos();
  if (error !== undefined) throw error;
  if (infos.length !== 1) throw new Error("from must be an existing cronjob");
  const { object, resource } = infos[0]!;
  if (resource.kind !== "CronJob" || resource.group !== "batch")
    throw new Error(`unknown object type *${resource.version}.${resource.kind}`);
  return jobFromCronJob(o.name, object!);
}

function generate(o: GenerateOptions, session: Session): JsonObject | Promise<JsonObject> {
  if (o.flags["from"] !== "") return fromExisting(o, session);
  const container = {
    name: o.name,
    image: o.flags["image"],
    ...(o.command.length > 0 ? { command: [...o.command] } : {}),
  };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: o.name },
    spec: { template: { spec: { containers: [container], restartPolicy: "Never" } } },
  };
}

const generator: Generator = {
  path: "create job",
  text: {
    usage: "NAME --image=image [--from=cronjob/name] -- [COMMAND] [args...]",
    long: "Create a job.",
    examples: `
# A job
kubectl create job my-job --image=busybox

# With a command
kubectl create job my-job --image=busybox -- date

# What a cron job would run
kubectl create job test-job --from=cronjob/a-cronjob`,
  },
  flags: [
    flag.string("from", "The cron job to make it from, as cronjob/NAME."),
    flag.string("image", "Image of the container."),
  ],
  resource: { group: "batch", version: "v1", resource: "jobs", namespaced: true },
  failure: "failed to create job:",
  validate: ({ flags, command }) => {
    if ((flags["image"] === "") === (flags["from"] === ""))
      throw new Error("either --image or --from must be specified");
    if (command.length > 0 && flags["from"] !== "") throw new Error("cannot specify --from and command");
  },
  generate,
};

/** `kubectl create job`. Mirrors kubectl/pkg/cmd/create/create_job.go. */
export const command = generatorCommand(generator);
