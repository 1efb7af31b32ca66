import type { JsonObject } from "../../../machinery/object.ts";
import { flag } from "../../flags/flag.ts";
import { containerNameOf } from "../../generate/containers.ts";
import { type GenerateOptions, type Generator, generatorCommand } from "../../generate/generator.ts";
import type { Session } from "../../session.ts";

function generate({ name, command, flags }: GenerateOptions, session: Session): JsonObject {
  const labels = { app: name };
  const images: readonly string[] = flags["image"];
  const port: number = flags["port"];
  const containers = images.map((image, i) => ({
    name: containerNameOf(session, image),
    image,
    ...(command.length > 0 ? { command: [...command] } : {}),
    ...(i === 0 && port >= 0 ? { ports: [{ containerPort: port }] } : {}),
  }));
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, labels },
    spec: {
      replicas: flags["replicas"],
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    },
  };
}

const generator: Generator = {
  path: "create deployment",
  text: {
    usage: "NAME --image=image -- [COMMAND] [args...]",
    long: "Create a deployment.",
    examples: `
# A deployment that runs busybox
kubectl create deployment my-dep --image=busybox

# With a command
kubectl create deployment my-dep --image=busybox -- date

# Three replicas that expose port 5701
kubectl create deployment my-dep --image=nginx --replicas=3 --port=5701

# Several containers
kubectl create deployment my-dep --image=busybox:latest --image=ubuntu:latest --image=nginx`,
  },
  flags: [
    flag.strings("image", "Image of a container; may be given several times.", { required: true }),
    flag.int32("port", "Port that the first container exposes.", { default: "-1" }),
    flag.int32("replicas", "How many pods.", { short: "r", default: "1" }),
  ],
  resource: { group: "apps", version: "v1", resource: "deployments", namespaced: true },
  failure: "failed to create deployment:",
  validate: ({ flags, command }) => {
    if (flags["image"].length > 1 && command.length > 0)
      throw new Error("cannot specify multiple --image options and command");
  },
  generate,
};

/** `kubectl create deployment`. Mirrors kubectl/pkg/cmd/create/create_deployment.go. */
export const command = generatorCommand(generator);
