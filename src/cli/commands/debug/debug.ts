import { fnv32a } from "../../../machinery/hash.ts";
import type { JsonObject, KubeObject } from "../../../machinery/object.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { argsLenAtDash, changed, declareFlags, flag } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";
import { isImageReference } from "../../image-reference.ts";
import { attachToPod } from "../../pods/attach.ts";
import { throwFailure } from "../../pods/terminal.ts";
import { findResources } from "../../resources/builder.ts";
import { type Info, pathOf } from "../../resources/info.ts";
import type { Session } from "../../session.ts";
import { poll } from "../../wait/poll.ts";
import {
  type CopyOptions,
  containersByName,
  copyOfPod,
  type DebugContainer,
  nodePod,
  putDebugContainer,
  withEphemeralContainer,
} from "./debug-pods.ts";
import { PROFILES, type Profile } from "./profiles.ts";

interface DebugOptions extends Omit<DebugContainer, "name">, Omit<CopyOptions, "name"> {
  readonly targets: readonly string[];
  readonly filenames: readonly string[];
  readonly container: string;
  readonly copyTo: string;
  readonly replace: boolean;
  readonly target: string;
  readonly attach: boolean;
  readonly attachGiven: boolean;
  readonly quiet: boolean;
  /** The partial container of --custom. */
  readonly custom: JsonObject | undefined;
}

const KEPT = {
  annotations: "keepAnnotations",
  labels: "keepLabels",
  livenessProbe: "keepLiveness",
  readinessProbe: "keepReadiness",
  startupProbe: "keepStartup",
  initContainers: "keepInitContainers",
} as const;

/** Five letters and digits for a name, different from call to call. */
function suffix(session: Session, seed: string): string {
  const letters = "bcdfghjklmnpqrstvwxz2456789";
  let state = fnv32a(`${seed} ${session.now()} ${session.pid}`);
  return Array.from({ length: 5 }, () => {
    const letter = letters[state % letters.length];
    state = Math.floor(state / letters.length);
    return letter;
  }).join("");
}

const PODS = { group: "", version: "v1", resource: "pods" } as const;
const placeOf = (pod: KubeObject) => ({ ...PODS, namespace: pod.metadata.namespace! });

function profileOf(name: string): Profile {
  const profile = PROFILES.find((p) => p === name);
  if (profile === undefined) throw new Error(`unknown profile: ${name}`);
  return profile;
}

async function complete(
  session: Session,
  flags: Readonly<Record<string, any>>,
  args: readonly string[],
): Promise<DebugOptions> {
  const dash = argsLenAtDash(flags);
  const hasCommand = dash >= 0 && args.length > dash;
  const attachGiven = changed(flags, "attach");
  const profile = profileOf(flags["profile"]);
  const custom =
    flags["custom"] === "" ? undefined : await (await import("./custom.ts")).readCustom(session, flags["custom"]);
  return {
    targets: hasCommand ? args.slice(0, dash) : args,
    command: hasCommand ? args.slice(dash) : [],
    filenames: flags["filename"],
    container: flags["container"],
    copyTo: flags["copyTo"],
    replace: flags["replace"],
    target: flags["target"],
    attach: flags["attach"] || (!attachGiven && flags["stdin"]),
    attachGiven,
    quiet: flags["quiet"],
    custom,
    image: flags["image"],
    imagePullPolicy: flags["imagePullPolicy"],
    env: [...new Map<string, string>(flags["env"])].map(([name, value]) => ({ name, value })),
    argumentsOnly: flags["argumentsOnly"],
    stdin: flags["stdin"],
    tty: flags["tty"],
    profile,
    sameNode: flags["sameNode"],
    shareProcesses: changed(flags, "share-processes") ? flags["shareProcesses"] : undefined,
    keep: new Set((Object.keys(KEPT) as (keyof typeof KEPT)[]).filter((k) => flags[KEPT[k]] === true)),
    images: new Map(flags["setImage"]),
  };
}

function checkCopying(o: DebugOptions): void {
  if (o.copyTo !== "") {
    if (o.image === "" && o.images.size === 0 && o.command.length === 0)
      throw new Error("you must specify --image, --set-image or command arguments.");
    if (o.command.length > 0 && o.container === "" && o.image === "")
      throw new Error("you must specify an existing container or a new image when specifying args.");
    return;
  }
  if (o.replace) throw new Error("--replace may only be used with --copy-to.");
  if (o.sameNode) throw new Error("--same-node may only be used with --copy-to.");
  if (o.images.size > 0) throw new Error("--set-image may only be used with --copy-to.");
  if (o.image === "") throw new Error("you must specify --image when not using --copy-to.");
}

function validate(o: DebugOptions): void {
  if (o.attach && o.attachGiven && o.image === "" && o.container === "")
    throw new Error("you must specify --container or create a new container using --image in order to attach.");
  checkCopying(o);
  if (o.image !== "" && !isImageReference(o.image))
    throw new Error(`invalid image name ${JSON.stringify(o.image)}: invalid reference format`);
  if (o.targets.length === 0 && o.filenames.length === 0) throw new Error("NAME or filename is required for debug");
  if (!["", "Always", "IfNotPresent", "Never"].includes(o.imagePullPolicy))
    throw new Error(`invalid image pull policy: ${o.imagePullPolicy}`);
  for (const [name, image] of o.images)
    if (!isImageReference(image))
      throw new Error(
        `invalid image name ${JSON.stringify(image)} for container ${JSON.stringify(name)}: invalid reference format`,
      );
  if (o.target !== "" && o.copyTo !== "")
    throw new Error("--target is incompatible with --copy-to. Use --share-processes instead.");
}

/** The last checks, between which something is said already. */
function checkRest(session: Session, o: DebugOptions): void {
  const { stdout, stderr } = session.streams;
  if (o.target !== "" && !o.quiet)
    stdout.write(
      `Targeting container ${JSON.stringify(o.target)}. If you don't see processes from this container it may be because the container runtime doesn't support this feature.\n`,
    );
  if (o.tty && !o.stdin) throw new Error("-i/--stdin is required for containers with -t/--tty=true");
  const fixed = ["name", "command", "image", "lifecycle", "volumeDevices"] as const;
  if (fixed.some((field) => o.custom?.[field]?.length !== 0 && o.custom?.[field]))
    throw new Error("name, command, image, lifecycle and volume devices are not modifiable via custom profile");
  if (o.profile === "legacy")
    stderr.write(
      '--profile=legacy is deprecated and will be removed in the future. It is recommended to explicitly specify a profile, for example "--profile=general".\n',
    );
}

function nameFor(session: Session, o: DebugOptions, pod: KubeObject): string {
  if (o.container !== "") return o.container;
  const taken = containersByName(pod as unknown as JsonObject);
  let name = "";
  for (let round = 0; name === "" || taken.has(name); round++)
    name = `debugger-${suffix(session, `${pod.metadata.name} ${round}`)}`;
  if (!o.quiet) session.streams.stdout.write(`Defaulting debug container name to ${name}.\n`);
  return name;
}

/** Lays --custom over the debugging container. */
async function customize(session: Session, o: DebugOptions, list: JsonObject[], name: string): Promise<void> {
  if (o.custom === undefined) return;
  const at = list.findIndex((c) => c["name"] === name);
  if (at < 0) throw new Error(`unable to find the ${name} container in the pod ${o.copyTo}`);
  list[at] = (await import("./custom.ts")).customized(session, list[at]!, { ...o.custom, name });
}

/** Says that a user of the whole pod gets in the way of what the profile grants. Mirrors debug.go displayWarning. */
function warnOfUser(session: Session, pod: JsonObject, container: JsonObject | undefined): void {
  const security = container?.["securityContext"];
  if (!pod["spec"].securityContext?.runAsUser || security === undefined || security.runAsUser === 0) return;
  if (!security.privileged && (security.capabilities?.add ?? []).length === 0) return;
  session.streams.stderr.write(
    'Warning: Non-root user is configured for the entire target Pod, and some capabilities granted by debug profile may not work. Please consider using "--custom" with a custom profile that specifies "securityContext.runAsUser: 0".\n',
  );
}

/** A pod with the container to attach to; "" where there is none. */
type Made = readonly [KubeObject, string];

async function addEphemeral(session: Session, o: DebugOptions, pod: KubeObject): Promise<Made> {
  const name = nameFor(session, o, pod);
  const changed = withEphemeralContainer(pod, { ...o, name }, o.target);
  await customize(session, o, changed["spec"].ephemeralContainers, name);
  warnOfUser(session, changed as unknown as JsonObject, changed["spec"].ephemeralContainers.at(-1));
  const { twoWayPatch } = await import("../../change/two-way-patch.ts");
  const kind = { group: "", version: "v1", kind: "Pod" };
  const { type, body } = await twoWayPatch(
    session,
    kind,
    pod as unknown as JsonObject,
    changed as unknown as JsonObject,
  );
  const client = await session.client();
  const write = { subresource: "ephemeralcontainers" };
  return [await client.patch<KubeObject>(placeOf(pod), pod.metadata.name!, type, body, write), name];
}

/** The name of the container that debugs in a copy; "" where only images change. */
function nameInCopy(session: Session, o: DebugOptions, pod: KubeObject): string {
  if (containersByName(pod as unknown as JsonObject).has(o.container) || o.image !== "")
    return nameFor(session, o, pod);
  if (o.images.size > 0) return "";
  throw new Error("you must specify image when creating new container");
}

async function copyPod(session: Session, o: DebugOptions, pod: KubeObject): Promise<Made> {
  const copy = copyOfPod(pod, { ...o, name: o.copyTo });
  const name = nameInCopy(session, o, pod);
  if (name !== "") {
    putDebugContainer(copy, { ...o, name }, o.keep);
    await customize(session, o, copy["spec"].containers, name);
    warnOfUser(session, copy, containersByName(copy).get(name));
  }
  const client = await session.client();
  const created = await client.create<KubeObject>(placeOf(pod), copy as KubeObject);
  if (o.replace) await client.delete(placeOf(pod), pod.metadata.name!, { gracePeriodSeconds: 0 });
  return [created, name];
}

async function debugNode(session: Session, o: DebugOptions, node: string): Promise<Made> {
  const client = await session.client();
  const { name: namespace } = await session.namespace();
  const name = o.container === "" ? "debugger" : o.container;
  const pod = nodePod(`node-debugger-${node}-${suffix(session, node)}`, node, { ...o, name });
  if (!o.quiet)
    session.streams.stdout.write(
      `Creating debugging pod ${pod["metadata"].name} with container ${name} on node ${node}.\n`,
    );
  await customize(session, o, pod["spec"].containers, name);
  return [await client.create<KubeObject>({ ...PODS, namespace }, pod as KubeObject), name];
}

const statusOf = (pod: KubeObject, container: string): JsonObject | undefined =>
  ["containerStatuses", "ephemeralContainerStatuses", "initContainerStatuses"]
    .flatMap((list) => (pod["status"]?.[list] ?? []) as JsonObject[])
    .find((s) => s["name"] === container);

/** Waits for the container and stays with it; what ended before is shown by its logs. */
async function attachTo(session: Session, o: DebugOptions, pod: KubeObject, container: string): Promise<void> {
  const client = await session.client();
  const ready = await poll(session, Number.POSITIVE_INFINITY, async () => {
    const now = await client.get<KubeObject>(placeOf(pod), pod.metadata.name!);
    const state = statusOf(now, container)?.["state"];
    return state?.running !== undefined || state?.terminated !== undefined ? now : undefined;
  });
  if (ready === undefined) return;
  if (statusOf(ready, container)?.["state"]?.terminated !== undefined) {
    const { printLogs } = await import("../../pods/logs.ts");
    await printLogs(session, { pod: ready, container, query: {}, prefix: "" });
    return;
  }
  throwFailure(await attachToPod(session, ready, { container, stdin: o.stdin, tty: o.tty, quiet: o.quiet }));
}

async function debugOne(session: Session, o: DebugOptions, info: Info): Promise<void> {
  const { kind, group, version } = info.resource;
  let made: Made;
  if (group === "" && kind === "Node") made = await debugNode(session, o, info.name);
  else if (group !== "" || kind !== "Pod")
    throw new Error(
      `${JSON.stringify(`${group === "" ? "" : group}/${version}, Kind=${kind}`)} not supported by debug`,
    );
  else {
    const pod = { ...info.object, metadata: { namespace: pathOf(info).namespace, ...info.object!["metadata"] } };
    made = await (o.copyTo === "" ? addEphemeral : copyPod)(session, o, pod as KubeObject);
  }
  if (o.attach && made[1] !== "") await attachTo(session, o, ...made);
}

async function run(session: Session, o: DebugOptions): Promise<void> {
  checkRest(session, o);
  const { name, explicit } = await session.namespace();
  const result = await findResources(session, {
    args: o.targets.flatMap((t) => (t.includes("/") ? [t] : [`pods/${t}`])),
    filenames: o.filenames,
    namespace: name,
    enforceNamespace: explicit,
    latest: true,
    typed: true,
  });
  await result.visit((info) => debugOne(session, o, info));
}

/** `kubectl debug`. Mirrors kubectl/pkg/cmd/debug. */
export const command: CommandDefinition<DebugOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "(POD | TYPE[[.VERSION].GROUP]/NAME) [ -- COMMAND [args...] ]",
      long: `Debug a pod or a node.

 A running pod gets an ephemeral container; with --copy-to, a copy of it is made and changed; for a node, a pod is made that sees the node's files under /host.`,
      examples: `
# A shell beside a running pod's containers
kubectl debug mypod -it --image=busybox

# A copy of it, with another command
kubectl debug mypod -it --copy-to=my-debugger --container=mycontainer -- sh

# A copy with other images
kubectl debug mypod --copy-to=my-debugger --set-image=*=busybox

# On a node
kubectl debug node/mynode -it --image=busybox`,
    });
    declareFlags(
      c,
      flag.bool("arguments-only", "What follows -- are arguments, not the command."),
      flag.bool("attach", "Attach to the container once it runs; the default with -i and -t."),
      flag.string("container", "Name of the debugging container.", { short: "c" }),
      flag.string("copy-to", "Debug a copy of the pod, with this name."),
      flag.string("custom", "File with a partial container that goes over the profile."),
      flag.pairs("env", "Variable NAME=VALUE of the container."),
      flag.strings("filename", "File that names what to debug.", { short: "f" }),
      flag.string("image", "Image of the debugging container."),
      flag.string("image-pull-policy", "Always, IfNotPresent or Never; the server's choice when absent."),
      flag.bool("keep-annotations", "Keep the annotations in a copy."),
      flag.bool("keep-init-containers", "Keep the init containers in a copy.", { default: "true" }),
      flag.bool("keep-labels", "Keep the labels in a copy."),
      flag.bool("keep-liveness", "Keep liveness probes in a copy."),
      flag.bool("keep-readiness", "Keep readiness probes in a copy."),
      flag.bool("keep-startup", "Keep startup probes in a copy."),
      flag.string("profile", `Debugging profile: ${PROFILES.join(", ")}.`, { default: "legacy" }),
      flag.bool("quiet", "Say nothing besides.", { short: "q" }),
      flag.bool("replace", "Delete the pod when a copy is made."),
      flag.bool("same-node", "Put the copy onto the same node."),
      flag.pairs("set-image", "Images of the copy's containers, as NAME=IMAGE; * for all."),
      flag.bool("share-processes", "Containers of a copy see each other's processes.", { default: "true" }),
      flag.bool("stdin", "Keep standard input open.", { short: "i" }),
      flag.string("target", "Container whose processes an ephemeral container sees."),
      flag.bool("tty", "A terminal for the container.", { short: "t" }),
    );
  },
  complete,
  validate,
  run,
};
