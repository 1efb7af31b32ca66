import type { Container, Node, Pod, ResourceFieldSelector } from "../../kinds/types/core_v1.ts";
import { parseQuantity } from "../../machinery/quantity.ts";
import { nodeAddress } from "./pod-status.ts";
import type { PodSync } from "./sync.ts";

/** A map as downward API files show it: key="value" lines by key, escaped as Go's %q. Mirrors pkg/fieldpath FormatMap. */
const formatMap = (map: Record<string, string> | undefined): string =>
  Object.keys(map ?? {})
    .sort()
    .map((key) => `${key}=${JSON.stringify(map?.[key])}`)
    .join("\n");

const subscripted = /^metadata\.(labels|annotations)\['(.*)'\]$/;

/** The value of a fieldRef; undefined where the path is not supported. Mirrors pkg/fieldpath ExtractFieldPathAsString and kubelet_pods.go podFieldSelectorRuntimeValue. */
export function fieldValue(pod: Pod, path: string, sync: Pick<PodSync, "node" | "record">): string | undefined {
  const [, map, key] = subscripted.exec(path) ?? [];
  if (map !== undefined && key !== undefined) {
    const values = (map === "labels" ? pod.metadata.labels : pod.metadata.annotations) ?? {};
    return Object.hasOwn(values, key) ? values[key] : "";
  }
  switch (path) {
    case "metadata.name":
      return pod.metadata.name;
    case "metadata.namespace":
      return pod.metadata.namespace;
    case "metadata.uid":
      return pod.metadata.uid;
    case "metadata.labels":
      return formatMap(pod.metadata.labels);
    case "metadata.annotations":
      return formatMap(pod.metadata.annotations);
    case "spec.nodeName":
      return pod.spec?.nodeName ?? "";
    case "spec.serviceAccountName":
      return pod.spec?.serviceAccountName ?? "";
    case "status.hostIP":
    case "status.hostIPs":
      return nodeAddress(sync.node) ?? "";
    case "status.podIP":
    case "status.podIPs":
      return sync.record.podIP ?? "";
    default:
      return undefined;
  }
}

const nanosPerUnit = 1_000_000_000n;

/** The value of a resourceFieldRef in units of its divisor, rounded up; a missing limit is what the node can give. Mirrors pkg/api/v1/resource ExtractResourceValueByContainerNameAndNodeAllocatable. */
export function resourceFieldValue(
  pod: Pod,
  container: Container,
  ref: ResourceFieldSelector,
  node: Node | undefined,
): string {
  const everyone = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  const subject = ref.containerName ? (everyone.find((c) => c.name === ref.containerName) ?? container) : container;
  const dot = ref.resource.indexOf(".");
  const list = ref.resource.slice(0, dot);
  const name = ref.resource.slice(dot + 1);
  const { limits = {}, requests = {} } = subject.resources ?? {};
  const given = list === "limits" ? (limits[name] ?? node?.status?.allocatable?.[name]) : requests[name];
  const amount = parseQuantity(given ?? "0").nanos;
  const divisor = parseQuantity(ref.divisor ?? "1").nanos || nanosPerUnit;
  const [value, unit] = amount < 0n ? [-amount, -1n] : [amount, 1n];
  return String((unit * (value + divisor - 1n)) / divisor);
}
