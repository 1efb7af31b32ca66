import { deepCopy, type JsonObject, type KubeObject } from "../../../machinery/object.ts";

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
  readonly profile: string;
}

const PTRACE = { capabilities: { add: ["SYS_PTRACE"] } };
const SECURITY: ReadonlyMap<string, JsonObject> = new Map<string, JsonObject>([
  ["general", PTRACE],
  ["baseline", {}],
  [
    "restricted",
    {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
    },
  ],
  ["netadmin", { capabilities: { add: ["NET_ADMIN", "NET_RAW"] } }],
  ["sysadmin", { privileged: true }],
]);

/** The container, as all three ways of debugging have it. */
export function containerOf(c: DebugContainer): JsonObject {
  const security = SECURITY.get(c.profile) ?? {};
  return {
    name: c.name,
    image: c.image,
    ...(c.env.length === 0 ? {} : { env: [...c.env] }),
    ...(c.imagePullPolicy === "" ? {} : { imagePullPolicy: c.imagePullPolicy }),
    ...(c.command.length === 0 ? {} : { [c.argumentsOnly ? "args" : "command"]: [...c.command] }),
    ...(c.stdin ? { stdin: true } : {}),
    ...(c.tty ? { tty: true } : {}),
    terminationMessagePolicy: "File",
    ...(Object.keys(security).length === 0 ? {} : { securityContext: security }),
  };
}

/** The pod that `debug node/NAME` makes: on the node, in its namespaces, with its files under /host. */
export function nodePod(name: string, node: string, c: DebugContainer): JsonObject {
  const isRestricted = c.profile === "restricted" || c.profile === "baseline";
  const host = isRestricted
    ? {}
    : {
        hostIPC: true,
        hostNetwork: true,
        hostPID: true,
        volumes: [{ name: "host-root", hostPath: { path: "/" } }],
      };
  const { securityContext, ...container } = containerOf(c);
  const secured = c.profile === "general" || securityContext === undefined ? {} : { securityContext };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: {
      containers: [
        {
          ...container,
          ...secured,
          ...(isRestricted ? {} : { volumeMounts: [{ name: "host-root", mountPath: "/host" }] }),
        },
      ],
      nodeName: node,
      restartPolicy: "Never",
      tolerations: [{ operator: "Exists" }],
      ...host,
    },
  };
}

/** What a copy keeps, and what is different in it. */
export interface CopyOptions {
  readonly name: string;
  readonly sameNode: boolean;
  /** Undefined: only when the pod has no host PID namespace. */
  readonly shareProcesses: boolean;
  readonly keep: ReadonlySet<
    "annotations" | "labels" | "livenessProbe" | "readinessProbe" | "startupProbe" | "initContainers"
  >;
  /** Container (or *) to image. */
  readonly images: ReadonlyMap<string, string>;
}

function changedContainer(container: JsonObject, o: CopyOptions): JsonObject {
  const copy = { ...container };
  for (const probe of ["livenessProbe", "readinessProbe", "startupProbe"] as const)
    if (!o.keep.has(probe)) delete copy[probe];
  const image = o.images.get(String(copy["name"])) ?? o.images.get("*");
  return image === undefined ? copy : { ...copy, image };
}

/** A copy of a pod for debugging, not yet with its debugging container. Mirrors debug.go generatePodCopyWithDebugContainer. */
export function copyOfPod(pod: KubeObject, o: CopyOptions): JsonObject {
  const spec = deepCopy(pod["spec"]) as JsonObject;
  delete spec["ephemeralContainers"];
  if (!o.sameNode) delete spec["nodeName"];
  if (!o.keep.has("initContainers")) delete spec["initContainers"];
  if (o.shareProcesses && spec["hostPID"] !== true) spec["shareProcessNamespace"] = true;
  for (const list of ["containers", "initContainers"])
    if (spec[list] !== undefined) spec[list] = spec[list].map((c: JsonObject) => changedContainer(c, o));
  const { labels, annotations, namespace } = pod.metadata;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: o.name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(o.keep.has("labels") && labels !== undefined ? { labels } : {}),
      ...(o.keep.has("annotations") && annotations !== undefined ? { annotations } : {}),
    },
    spec,
  };
}

/** Puts the debugging container into a copy: changes the one of its name, or adds it. */
export function withDebugContainer(copy: JsonObject, c: DebugContainer): JsonObject {
  const containers: readonly JsonObject[] = copy["spec"].containers;
  const isThere = containers.some((known) => known["name"] === c.name);
  const merged = containers.map((known) => {
    if (known["name"] !== c.name) return known;
    const { image, terminationMessagePolicy: _, ...own } = containerOf(c);
    const { command: __, args: ___, ...kept } = known;
    return { ...(c.command.length > 0 ? kept : known), ...own, ...(image === "" ? {} : { image }) };
  });
  return { ...copy, spec: { ...copy["spec"], containers: isThere ? merged : [...containers, containerOf(c)] } };
}
