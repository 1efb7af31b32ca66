import { fnv32a } from "../../../machinery/hash.ts";
import type { JsonObject, KubeObject } from "../../../machinery/object.ts";
import { parsePairs } from "../../change/pairs.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { argsLenAtDash, changed, declareFlags, flag } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";
import { attachToPod } from "../../pods/attach.ts";
import { throwFailure } from "../../pods/terminal.ts";
import { findResources } from "../../resources/builder.ts";
import { type Info, pathOf } from "../../resources/info.ts";
import type { Session } from "../../session.ts";
import { poll } from "../../wait/poll.ts";
import {
  type CopyOptions,
  containerOf,
  copyOfPod,
  type DebugContainer,
  nodePod,
  withDebugContainer,
} from "./debug-pods.ts";

interface DebugOptions extends Omit<DebugContainer, "name">, Omit<CopyOptions, "name"> {
  readonly targets: readonly string[];
  readonly filenames: readonly string[];
  readonly container: string;
  readonly copyTo: string;
  readonly replace: boolean;
  readonly target: string;
  readonly attach: boolean;
  readonly quiet: boolean;
}

const PROFILES = ["legacy", "general", "baseline", "netadmin", "restricted", "sysadmin"];
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

function complete(_session: Session, flags: Readonly<Record<string, any>>, args: readonly string[]): DebugOptions {
  if (flags["custom"] !== "") throw new Error("--custom is not there yet in this version of drykube");
  const dash = argsLenAtDash(flags);
  const attach = changed(flags, "attach") ? flags["attach"] : flags["attach"] || flags["stdin"] || flags["tty"];
  return {
    targets: dash < 0 ? args : args.slice(0, dash),
    command: dash < 0 ? [] : args.slice(dash),
    filenames: flags["filename"],
    container: flags["container"],
    copyTo: flags["copyTo"],
    replace: flags["replace"],
    target: flags["target"],
    attach,
    quiet: flags["quiet"],
    image: flags["image"],
    imagePullPolicy: flags["imagePullPolicy"],
    env: [...parsePairs(flags["env"], "env", false).set].map(([name, value]) => ({ name, value })),
    argumentsOnly: flags["argumentsOnly"],
    stdin: flags["stdin"],
    tty: flags["tty"],
    profile: flags["profile"],
    sameNode: flags["sameNode"],
    shareProcesses: flags["shareProcesses"],
    keep: new Set((Object.keys(KEPT) as (keyof typeof KEPT)[]).filter((k) => flags[KEPT[k]] === true)),
    images: parsePairs(flags["setImage"], "image", false).set,
  };
}

function validate(o: DebugOptions): void {
  if (o.copyTo === "") {
    if (o.image === "") throw new Error("you must specify --image when not using --copy-to.");
    if (o.images.size > 0) throw new Error("--set-image may only be used with --copy-to.");
  } else if (o.image === "" && o.images.size === 0 && o.command.length === 0)
    throw new Error("you must specify --image, --set-image or command arguments.");
  else if (o.target !== "") throw new Error("--target is incompatible with --copy-to. Use --share-processes instead.");
  if (o.command.length > 0 && o.argumentsOnly === false && o.image === "" && o.container === "")
    throw new Error("you must specify an existing container or a new image when specifying args.");
  if (o.tty && !o.stdin) throw new Error("-i/--stdin is required for containers with -t/--tty=true");
  if (!["", "Always", "IfNotPresent", "Never"].includes(o.imagePullPolicy))
    throw new Error(`invalid image pull policy: ${o.imagePullPolicy}`);
  if (!PROFILES.includes(o.profile)) throw new Error(`unknown profile: ${o.profile}`);
}

function nameFor(session: Session, o: DebugOptions, pod: KubeObject | undefined): string {
  if (o.container !== "") return o.container;
  if (o.copyTo !== "" && o.image === "") return pod?.["spec"]?.containers?.[0]?.name ?? "debugger";
  const name = `debugger-${suffix(session, pod?.metadata.name ?? "")}`;
  if (!o.quiet) session.streams.stderr.write(`Defaulting debug container name to ${name}.\n`);
  return name;
}

async function addEphemeral(session: Session, o: DebugOptions, pod: KubeObject): Promise<[KubeObject, string]> {
  const name = nameFor(session, o, pod);
  if (o.target !== "" && !o.quiet)
    session.streams.stderr.write(
      `Targeting container ${JSON.stringify(o.target)}. If you don't see processes from this container it may be because the container runtime doesn't support this feature.\n`,
    );
  const container = {
    ...containerOf({ ...o, name }),
    ...(o.target === "" ? {} : { targetContainerName: o.target }),
  };
  const client = await session.client();
  const patched = await client.patch<KubeObject>(
    placeOf(pod),
    pod.metadata.name!,
    "application/strategic-merge-patch+json",
    { spec: { ephemeralContainers: [container] } },
    { subresource: "ephemeralcontainers" },
  );
  return [patched, name];
}

async function copyPod(session: Session, o: DebugOptions, pod: KubeObject): Promise<[KubeObject, string]> {
  const client = await session.client();
  const wantsContainer = o.image !== "" || o.command.length > 0 || o.container !== "";
  const name = wantsContainer ? nameFor(session, o, pod) : (pod["spec"].containers[0]?.name ?? "");
  const copy = copyOfPod(pod, { ...o, name: o.copyTo });
  const body = wantsContainer ? withDebugContainer(copy, { ...o, name }) : copy;
  if (o.replace) await client.delete(placeOf(pod), pod.metadata.name!, { gracePeriodSeconds: 0 });
  return [await client.create<KubeObject>(placeOf(pod), body as KubeObject), name];
}

async function debugNode(session: Session, o: DebugOptions, node: string): Promise<[KubeObject, string]> {
  const client = await session.client();
  const { name: namespace } = await session.namespace();
  const name = o.container === "" ? "debugger" : o.container;
  const pod = nodePod(`node-debugger-${node}-${suffix(session, node)}`, node, { ...o, name });
  if (!o.quiet)
    session.streams.stdout.write(
      `Creating debugging pod ${pod["metadata"].name} with container ${name} on node ${node}.\n`,
    );
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
  let made: [KubeObject, string];
  if (group === "" && kind === "Node") made = await debugNode(session, o, info.name);
  else if (group !== "" || kind !== "Pod")
    throw new Error(
      `${JSON.stringify(`${group === "" ? "" : group}/${version}, Kind=${kind}`)} not supported by debug`,
    );
  else {
    const pod = { ...info.object, metadata: { namespace: pathOf(info).namespace, ...info.object!["metadata"] } };
    made = await (o.copyTo === "" ? addEphemeral : copyPod)(session, o, pod as KubeObject);
  }
  if (o.attach) await attachTo(session, o, ...made);
}

async function run(session: Session, o: DebugOptions): Promise<void> {
  const { name, explicit } = await session.namespace();
  if (o.profile === "legacy" && !o.quiet)
    session.streams.stderr.write(
      '--profile=legacy is deprecated and will be removed in the future. It is recommended to explicitly specify a profile, for example "--profile=general".\n',
    );
  const result = await findResources(session, {
    args: o.targets.flatMap((t) => (t.includes("/") ? [t] : [`pods/${t}`])),
    filenames: o.filenames,
    namespace: name,
    enforceNamespace: explicit,
    latest: true,
  });
  const { infos, error } = await result.infos();
  if (error !== undefined) throw error;
  for (const info of infos) await debugOne(session, o, info);
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
      flag.array("env", "Variable NAME=VALUE of the container."),
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
      flag.strings("set-image", "Images of the copy's containers, as NAME=IMAGE; * for all."),
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
