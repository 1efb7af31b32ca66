import type { DescribeContext, DescribeFacet, DescribeWriter } from "../../definition.ts";
import { terminatingText } from "../../shared/describe/claim.ts";
import { describeContainers, describeResources, describeSeccomp } from "../../shared/describe/containers.ts";
import { describeEvents } from "../../shared/describe/events.ts";
import { annotations, controlledBy, field, labels, rows } from "../../shared/describe/fields.ts";
import { describeTolerations, describeTopologySpread } from "../../shared/describe/pod-template.ts";
import { rfc1123 } from "../../shared/describe/time.ts";
import { describeVolumes } from "../../shared/describe/volumes.ts";
import { podQosClass } from "../../shared/pod/qos.ts";
import type { Container, Pod } from "../../types/core_v1.ts";

const mirrorAnnotation = "kubernetes.io/config.mirror";

/** What a fieldRef yields, as far as kubectl looks: it knows two fields. Mirrors describe.EnvValueRetriever. */
function fieldValue({ metadata }: Pod, path: string): string {
  if (path === "metadata.name") return metadata.name ?? "";
  return path === "metadata.namespace" ? (metadata.namespace ?? "") : "";
}

function schedulingFields(out: DescribeWriter, { spec, status }: Pod): void {
  if (spec?.priority !== undefined) field(out, "Priority", spec.priority);
  if (spec?.priorityClassName) field(out, "Priority Class Name", spec.priorityClassName);
  if (spec?.runtimeClassName) field(out, "Runtime Class Name", spec.runtimeClassName);
  if (spec?.serviceAccountName) field(out, "Service Account", spec.serviceAccountName);
  field(out, "Node", spec?.nodeName ? `${spec.nodeName}/${status?.hostIP ?? ""}` : "<none>");
  if (status?.startTime) field(out, "Start Time", rfc1123(status.startTime));
}

function statusFields(out: DescribeWriter, { metadata, spec, status }: Pod, now: number): void {
  const phase = status?.phase ?? "";
  if (metadata.deletionTimestamp && phase !== "Failed" && phase !== "Succeeded") {
    field(out, "Status", terminatingText(metadata.deletionTimestamp, now));
    field(out, "Termination Grace Period", `${metadata.deletionGracePeriodSeconds ?? 0}s`);
  } else field(out, "Status", phase);
  if (status?.reason) field(out, "Reason", status.reason);
  if (status?.message) field(out, "Message", status.message);
  describeSeccomp(out, spec?.securityContext?.seccompProfile, 0, 0);
}

function addresses(out: DescribeWriter, { status }: Pod): void {
  field(out, "IP", status?.podIP ?? "");
  if (!status?.podIPs?.length) {
    field(out, "IPs", "<none>");
    return;
  }
  out.write(0, "IPs:\n");
  for (const { ip } of status.podIPs) field(out, "IP", ip, 1);
}

function containerLists(out: DescribeWriter, pod: Pod): void {
  const { spec, status } = pod;
  const resolve = (path: string): string => fieldValue(pod, path);
  if (spec?.initContainers?.length)
    describeContainers(out, "Init Containers", spec.initContainers, {
      statuses: status?.initContainerStatuses,
      resolve,
    });
  describeContainers(out, "Containers", spec?.containers, { statuses: status?.containerStatuses, resolve });
  if (spec?.ephemeralContainers?.length)
    describeContainers(out, "Ephemeral Containers", spec.ephemeralContainers as Container[], {
      statuses: status?.ephemeralContainerStatuses,
      resolve,
    });
}

function conditions(out: DescribeWriter, { spec, status }: Pod): void {
  const all = status?.conditions ?? [];
  if (spec?.readinessGates?.length) {
    out.write(0, "Readiness Gates:\n");
    const gates = spec.readinessGates.map((g) => {
      const met = all.find((c) => c.type === g.conditionType)?.status ?? "<none>";
      return [`${g.conditionType} `, `${met} `];
    });
    rows(out, 1, [["Type", "Status"], ...gates]);
  }
  if (all.length === 0) return;
  out.write(0, "Conditions:\n");
  rows(out, 1, [["Type", "Status"], ...all.map((c) => [`${c.type} `, `${c.status} `])]);
}

async function describePod(pod: Pod, context: DescribeContext, out: DescribeWriter): Promise<void> {
  const { metadata, spec, status } = pod;
  field(out, "Name", metadata.name ?? "");
  field(out, "Namespace", metadata.namespace ?? "");
  schedulingFields(out, pod);
  labels(out, "Labels", metadata.labels);
  annotations(out, "Annotations", metadata.annotations);
  statusFields(out, pod, context.now);
  addresses(out, pod);
  controlledBy(out, pod);
  if (status?.nominatedNodeName) field(out, "NominatedNodeName", status.nominatedNodeName);
  if (spec?.resources) {
    out.write(0, "Resources:\n");
    describeResources(out, spec.resources, 1);
  }
  containerLists(out, pod);
  conditions(out, pod);
  describeVolumes(out, spec?.volumes, "");
  field(out, "QoS Class", status?.qosClass || podQosClass(pod));
  labels(out, "Node-Selectors", spec?.nodeSelector);
  describeTolerations(out, "Tolerations", spec?.tolerations);
  describeTopologySpread(out, spec?.topologySpreadConstraints, "");
  // Events name static pods by the hash of their manifest.
  const mirrored = metadata.annotations?.[mirrorAnnotation];
  await describeEvents(pod, context, out, { kind: "", ...(mirrored === undefined ? {} : { uid: mirrored }) });
}

/** Mirrors describe.describePod. */
export const describe: DescribeFacet<Pod> = { describe: describePod };
