import { goQuote } from "../../../machinery/field-error.ts";
import type { DescribeWriter } from "../../definition.ts";
import type {
  Container,
  ContainerPort,
  ContainerState,
  ContainerStatus,
  ResourceRequirements,
  SeccompProfile,
} from "../../types/core_v1.ts";
import { booleanText, quantityCell } from "../table/cells.ts";
import { describeEnvironment, type FieldResolver } from "./environment.ts";
import { field } from "./fields.ts";
import { probeText } from "./probe.ts";
import { rfc1123 } from "./time.ts";

const byText =
  <T>(of: (item: T) => string) =>
  (a: T, b: T): number =>
    of(a) < of(b) ? -1 : of(a) > of(b) ? 1 : 0;

function ports(out: DescribeWriter, label: string, texts: readonly string[]): void {
  if (texts.length > 1) field(out, `${label}s`, texts.join(", "), 2);
  else field(out, label, texts[0] ?? "<none>", 2);
}

/** The profile of system calls, of a pod (level 0) or a container. */
export function describeSeccomp(
  out: DescribeWriter,
  profile: SeccompProfile | undefined,
  level: number,
  profileLevel: number,
): void {
  if (!profile) return;
  field(out, "SeccompProfile", profile.type, level);
  if (profile.type === "Localhost") field(out, "LocalhostProfile", profile.localhostProfile ?? "", profileLevel);
}

function basics(out: DescribeWriter, container: Container, status: ContainerStatus | undefined): void {
  if (status) field(out, "Container ID", status.containerID ?? "", 2);
  field(out, "Image", container.image ?? "", 2);
  if (status) field(out, "Image ID", status.imageID ?? "", 2);
  const all: readonly ContainerPort[] = container.ports ?? [];
  const texts = (of: (p: ContainerPort) => number): string[] => all.map((p) => `${of(p)}/${p.protocol ?? ""}`);
  ports(
    out,
    "Port",
    texts((p) => p.containerPort),
  );
  ports(
    out,
    "Host Port",
    texts((p) => p.hostPort ?? 0),
  );
  describeSeccomp(out, container.securityContext?.seccompProfile, 2, 3);
}

function command(out: DescribeWriter, label: string, words: readonly string[] | undefined): void {
  if (!words?.length) return;
  out.write(2, `${label}:\n`);
  for (const word of words) for (const line of word.split("\n")) out.write(3, `${line}\n`);
}

function state(out: DescribeWriter, label: string, { running, waiting, terminated }: ContainerState): void {
  if (running) {
    field(out, label, "Running", 2);
    field(out, "Started", rfc1123(running.startedAt), 3);
  } else if (!terminated || waiting) {
    field(out, label, "Waiting", 2);
    if (waiting?.reason) field(out, "Reason", waiting.reason, 3);
  } else {
    field(out, label, "Terminated", 2);
    if (terminated.reason) field(out, "Reason", terminated.reason, 3);
    if (terminated.message) field(out, "Message", terminated.message, 3);
    field(out, "Exit Code", terminated.exitCode ?? 0, 3);
    if ((terminated.signal ?? 0) > 0) field(out, "Signal", terminated.signal, 3);
    field(out, "Started", rfc1123(terminated.startedAt), 3);
    field(out, "Finished", rfc1123(terminated.finishedAt), 3);
  }
}

function status(out: DescribeWriter, of: ContainerStatus): void {
  state(out, "State", of.state ?? {});
  if (of.lastState?.terminated) state(out, "Last State", of.lastState);
  field(out, "Ready", booleanText(of.ready ?? false), 2);
  field(out, "Restart Count", of.restartCount ?? 0, 2);
}

/** "Limits:" and "Requests:", of a container (level 2) or a pod (level 1). Mirrors describe.describeResources. */
export function describeResources(
  out: DescribeWriter,
  resources: ResourceRequirements | undefined,
  level: number,
): void {
  for (const [label, list = {}] of [
    ["Limits", resources?.limits],
    ["Requests", resources?.requests],
  ] as const) {
    const names = Object.keys(list).sort();
    if (names.length > 0) out.write(level, `${label}:\n`);
    for (const name of names) field(out, name, quantityCell(list[name]), level + 1);
  }
}

function probes(out: DescribeWriter, container: Container): void {
  if (container.livenessProbe) field(out, "Liveness", probeText(container.livenessProbe), 2);
  if (container.readinessProbe) field(out, "Readiness", probeText(container.readinessProbe), 2);
  if (container.startupProbe) field(out, "Startup", probeText(container.startupProbe), 2);
}

function mounts(out: DescribeWriter, { volumeMounts = [], volumeDevices = [] }: Container): void {
  const none = volumeMounts.length === 0 ? "\t<none>" : "";
  out.write(2, `Mounts:${none}\n`);
  for (const mount of [...volumeMounts].sort(byText((m) => m.mountPath))) {
    const path = mount.subPath ? `,path=${goQuote(mount.subPath)}` : "";
    out.write(3, `${mount.mountPath} from ${mount.name} (${mount.readOnly ? "ro" : "rw"}${path})\n`);
  }
  if (volumeDevices.length === 0) return;
  // "<none>" here speaks of the mounts, in kubectl as well.
  out.write(2, `Devices:${none}\n`);
  for (const device of [...volumeDevices].sort(byText((d) => d.devicePath)))
    out.write(3, `${device.devicePath} from ${device.name}\n`);
}

/** How a list of containers is described. */
export interface ContainersOptions {
  readonly statuses?: readonly ContainerStatus[] | undefined;
  readonly resolve?: FieldResolver;
  /** What stands before the label: blanks inside a pod template. */
  readonly space?: string;
}

/** "Containers:" and all that kubectl says about each. Mirrors describe.describeContainers. */
export function describeContainers(
  out: DescribeWriter,
  label: string,
  containers: readonly Container[] | undefined,
  { statuses = [], resolve, space = "" }: ContainersOptions = {},
): void {
  out.write(0, `${space}${label}:${containers?.length ? "" : " <none>"}\n`);
  for (const container of containers ?? []) {
    const own = statuses.findLast((s) => s.name === container.name);
    out.write(1, `${space === "" ? "" : " "}${container.name}:\n`);
    basics(out, container, own);
    command(out, "Command", container.command);
    command(out, "Args", container.args);
    if (own) status(out, own);
    describeResources(out, container.resources, 2);
    probes(out, container);
    describeEnvironment(out, container, resolve);
    mounts(out, container);
  }
}
