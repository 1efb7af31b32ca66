import { deepCopy, type JsonObject, type KubeObject } from "../../../machinery/object.ts";
import { applyProfile, type Keep, type Profile } from "./profiles.ts";

/** What the debugging container is to be. */
export interface DebugContainer {
  readonly name: string;
  readonly image: string;
  readonly imagePullPolicy: string;
  readonly env: readonly JsonObject[];
  readonly command: readonly string[];
  readonly argumentsOnly: boolean;
  readonly stdin: boolean;
  readonly tty: boolean;
  readonly profile: Profile;
}

const commandOf = (c: DebugContainer): JsonObject =>
  c.command.length === 0 ? {} : { [c.argumentsOnly ? "args" : "command"]: [...c.command] };

function containerOf(c: DebugContainer): JsonObject {
  return {
    name: c.name,
    image: c.image,
    ...(c.env.length === 0 ? {} : { env: [...c.env] }),
    ...(c.imagePullPolicy === "" ? {} : { imagePullPolicy: c.imagePullPolicy }),
    ...commandOf(c),
    ...(c.stdin ? { stdin: true } : {}),
    ...(c.tty ? { tty: true } : {}),
    terminationMessagePolicy: "File",
  };
}

/** The pod with one more ephemeral container. Mirrors debug.go generateDebugContainer. */
export function withEphemeralContainer(pod: KubeObject, c: DebugContainer, target: string): KubeObject {
  const copy = deepCopy(pod);
  const spec: JsonObject = copy["spec"];
  const container = { ...containerOf(c), ...(target === "" ? {} : { targetContainerName: target }) };
  spec["ephemeralContainers"] = [...(spec["ephemeralContainers"] ?? []), container];
  applyProfile(c.profile, "ephemeral", copy, container);
  return copy;
}

/** The pod that `debug node/NAME` makes on the node. Mirrors debug.go generateNodeDebugPod. */
export function nodePod(name: string, node: string, c: DebugContainer): JsonObject {
  const container = containerOf(c);
  const pod: JsonObject = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: {
      containers: [container],
      nodeName: node,
      restartPolicy: "Never",
      tolerations: [{ operator: "Exists" }],
    },
  };
  applyProfile(c.profile, "node", pod, container);
  return pod;
}

/** What is different in a copy. */
export interface CopyOptions {
  readonly name: string;
  readonly sameNode: boolean;
  /** Undefined: as the pod has it, or as the profile wants it. */
  readonly shareProcesses: boolean | undefined;
  readonly keep: Keep;
  /** Container (or *) to image. */
  readonly images: ReadonlyMap<string, string>;
}

/** A copy of a pod for debugging, not yet with its debugging container. Mirrors debug.go generatePodCopyWithDebugContainer. */
export function copyOfPod(pod: KubeObject, o: CopyOptions): JsonObject {
  const spec = deepCopy(pod["spec"]) as JsonObject;
  delete spec["ephemeralContainers"];
  if (!o.sameNode) delete spec["nodeName"];
  if (o.shareProcesses !== undefined) spec["shareProcessNamespace"] = o.shareProcesses;
  for (const container of spec["containers"]) {
    const image = o.images.get(String(container["name"])) ?? o.images.get("*");
    if (image) container["image"] = image;
  }
  const { labels, annotations, namespace } = pod.metadata;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: o.name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels: { ...labels } }),
      ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
    },
    spec,
  };
}

/** The containers of a pod of every sort, by name. */
export function containersByName(pod: JsonObject): ReadonlyMap<string, JsonObject> {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = pod["spec"];
  const all: readonly JsonObject[] = [...containers, ...initContainers, ...ephemeralContainers];
  return new Map(all.map((c) => [String(c["name"]), c]));
}

/** Puts the debugging container into a copy: changes the one of its name, or adds it. Changes the copy. */
export function putDebugContainer(copy: JsonObject, c: DebugContainer, keep: Keep): void {
  let container = containersByName(copy).get(c.name);
  if (container === undefined) {
    container = { name: c.name, terminationMessagePolicy: "File" };
    copy["spec"].containers.push(container);
  }
  if (c.command.length > 0 && !c.argumentsOnly) delete container["args"];
  Object.assign(container, commandOf(c));
  if (c.env.length > 0) container["env"] = [...c.env];
  if (c.image !== "") container["image"] = c.image;
  if (c.imagePullPolicy !== "") container["imagePullPolicy"] = c.imagePullPolicy;
  delete container["stdin"];
  delete container["tty"];
  if (c.stdin) container["stdin"] = true;
  if (c.tty) container["tty"] = true;
  applyProfile(c.profile, "copy", copy, container, keep);
}
