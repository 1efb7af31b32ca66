import { humanDuration } from "../../../machinery/duration.ts";
import type { TypedObject } from "../../../machinery/object.ts";
import { canonicalQuantity } from "../../../machinery/quantity.ts";
import { type Instant, parseTime } from "../../../machinery/time.ts";

/** How long ago `time` was: "5m30s", or "<unknown>" for no time. Mirrors printers.translateTimestampSince. */
export function since(time: string | undefined | null, now: Instant): string {
  const at = parseTime(time);
  return Number.isNaN(at) ? "<unknown>" : humanDuration(now - at);
}

/** The Age cell. */
export const age = (object: TypedObject, now: Instant): string => since(object.metadata.creationTimestamp, now);

/** Names and images of containers, comma-separated. Mirrors printers.layoutContainerCells. */
export function containerCells(
  containers: readonly { readonly name: string; readonly image?: string }[] | undefined,
): [names: string, images: string] {
  const all = containers ?? [];
  return [all.map((c) => c.name).join(","), all.map((c) => c.image ?? "").join(",")];
}

/** The canonical text of an amount; "0" for none. Mirrors Quantity.String of the zero value. */
export const quantityCell = (amount: string | number | undefined): string =>
  amount === undefined ? "0" : canonicalQuantity(amount);

const modeOrder: readonly (readonly [mode: string, short: string])[] = [
  ["ReadWriteOnce", "RWO"],
  ["ReadOnlyMany", "ROX"],
  ["ReadWriteMany", "RWX"],
  ["ReadWriteOncePod", "RWOP"],
];

/** "RWO,ROX". Mirrors storage util GetAccessModesAsString. */
export const accessModesCell = (modes: readonly string[] | undefined): string =>
  modeOrder
    .filter(([mode]) => modes?.includes(mode))
    .map(([, short]) => short)
    .join(",");

/** The storage class of a volume or a claim: the beta annotation before the field. Mirrors storage util GetPersistentVolumeClass. */
export const storageClassOf = (
  object: TypedObject & { readonly spec?: { readonly storageClassName?: string } },
): string =>
  object.metadata.annotations?.["volume.beta.kubernetes.io/storage-class"] ?? object.spec?.storageClassName ?? "";

/** "10.0.0.1:80", or "[fd00::1]:80". Mirrors net.JoinHostPort. */
export const joinHostPort = (host: string, port: number | string): string =>
  host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;

/** The first `max` of a list, and how many more there are. */
export function firstOf(list: readonly string[], max: number, separator = ","): string {
  const shown = list.slice(0, max).join(separator);
  return list.length > max ? `${shown} + ${list.length - max} more...` : shown;
}

/** Where a load balancer can be reached: addresses or host names, each once, in order. Mirrors printers.loadBalancerStatusStringer (wide). */
export const loadBalancerCell = (
  ingress: readonly { readonly ip?: string; readonly hostname?: string }[] | undefined,
): string =>
  [...new Set((ingress ?? []).map((i) => i.ip || i.hostname || "").filter((t) => t !== ""))].sort().join(",");

/** "Approved,Issued": the state of a signing request. Mirrors printers.extractCSRStatus. */
export function csrState(conditions: readonly { readonly type: string }[] | undefined, certificate?: string): string {
  const has = (type: string): boolean => (conditions ?? []).some((c) => c.type === type);
  const decision = has("Denied") ? "Denied" : has("Approved") ? "Approved" : "Pending";
  return `${decision}${has("Failed") ? ",Failed" : ""}${certificate ? ",Issued" : ""}`;
}

/** "True" or "False", "<unset>" where nothing is said. Mirrors printers.printBoolPtr. */
export const booleanText = (value: boolean | undefined | null): string =>
  value === undefined || value === null ? "<unset>" : value ? "True" : "False";

const rolePrefix = "node-role.kubernetes.io/";

/** The roles of a node, from its labels, sorted. Mirrors printers.findNodeRoles. */
export function nodeRoles(labels: Readonly<Record<string, string>> | undefined): string[] {
  const roles = new Set<string>();
  for (const [key, value] of Object.entries(labels ?? {})) {
    if (key.startsWith(rolePrefix) && key.length > rolePrefix.length) roles.add(key.slice(rolePrefix.length));
    else if (key === "kubernetes.io/role" && value !== "") roles.add(value);
  }
  return [...roles].sort();
}
