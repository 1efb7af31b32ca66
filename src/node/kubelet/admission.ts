import type { Lister } from "../../client/lister.ts";
import { nodeAllowed } from "../../kinds/shared/scheduling/node-affinity.ts";
import type { Amounts } from "../../kinds/shared/scheduling/pod-requests.ts";
import { addAmounts, amounts, hostPorts, podRequests } from "../../kinds/shared/scheduling/pod-requests.ts";
import { untoleratedTaint } from "../../kinds/shared/scheduling/taints.ts";
import type { Node, Pod } from "../../kinds/types/core_v1.ts";

/** Why a kubelet gives a pod up. */
export interface Refusal {
  readonly reason: string;
  readonly message: string;
}

const terminal = (pod: Pod): boolean => pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
const isStatic = (pod: Pod): boolean => pod.metadata.annotations?.["kubernetes.io/config.mirror"] !== undefined;

/** Why a kubelet refuses a pod that is bound to its node; undefined: it takes it. Mirrors pkg/kubelet/lifecycle/predicate.go Admit and generalFilter. */
export function admissionFailure(pod: Pod, node: Node, lister: Lister): Refusal | undefined {
  const others = neighbours(pod, node, lister);
  const failed = (reason: string, message: string): Refusal => ({ reason, message });
  const sysctl = forbiddenSysctl(pod);
  if (sysctl !== undefined) return failed("SysctlForbidden", `forbidden sysctl: ${sysctl}`);
  const short = shortage(pod, node, others);
  if (short) return short;
  if (!nodeAllowed(pod, node))
    return failed("NodeAffinity", "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector");
  if (portTaken(pod, others))
    return failed(
      "NodePorts",
      "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
    );
  if (isStatic(pod)) return undefined;
  const taint = untoleratedTaint(node.spec?.taints, pod.spec?.tolerations, ["NoExecute"]);
  if (taint)
    return failed(
      "TaintToleration",
      `Predicate TaintToleration failed: node(s) had untolerated taint {${taint.key}: ${taint.value ?? ""}}`,
    );
  return undefined;
}

/** The sysctls that a kubelet lets pods set without being told to. Mirrors pkg/kubelet/sysctl/safe_sysctls.go. */
const SAFE_SYSCTLS: ReadonlySet<string> = new Set([
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ping_group_range",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.tcp_wmem",
]);

/** What speaks against the first sysctl that is not allowed. Mirrors pkg/kubelet/sysctl/allowlist.go Admit. */
function forbiddenSysctl(pod: Pod): string | undefined {
  const names = (pod.spec?.securityContext?.sysctls ?? []).map(({ name }) => name.replaceAll("/", "."));
  const name = names.find((n) => !SAFE_SYSCTLS.has(n));
  if (name !== undefined) return `${JSON.stringify(name)} not allowlisted`;
  const hosts = names.find((n) => n.startsWith("net."));
  return pod.spec?.hostNetwork && hosts !== undefined
    ? `${JSON.stringify(hosts)} not allowed with host net enabled`
    : undefined;
}

/** The other pods that a node runs. */
const neighbours = (pod: Pod, node: Node, lister: Lister): Pod[] =>
  lister
    .list<Pod>("", "pods")
    .filter(
      (other) =>
        other.spec?.nodeName === node.metadata.name &&
        other.metadata.uid !== pod.metadata.uid &&
        !terminal(other) &&
        other.status?.startTime !== undefined,
    );

/** Why a node cannot give a running pod what it asks for: never (Infeasible), or not now (Deferred). Mirrors kubelet.go canResizePod. */
export function resourceShortage(pod: Pod, node: Node, lister: Lister): Refusal | undefined {
  const capacity: Amounts = amounts((node.status?.allocatable ?? {}) as Record<string, string>);
  const requests = podRequests(pod);
  for (const resource of ["memory", "cpu"]) {
    const [requested, most] = [requests.get(resource) ?? 0, capacity.get(resource) ?? 0];
    if (requested > most)
      return {
        reason: "Infeasible",
        message: `Node didn't have enough capacity: ${resource}, requested: ${requested}, capacity: ${most}`,
      };
  }
  const short = shortage(pod, node, neighbours(pod, node, lister));
  return short && { reason: "Deferred", message: short.message };
}

function shortage(pod: Pod, node: Node, others: readonly Pod[]): Refusal | undefined {
  const capacity: Amounts = amounts((node.status?.allocatable ?? {}) as Record<string, string>);
  const used = new Map<string, number>([["pods", others.length]]);
  for (const other of others) addAmounts(used, podRequests(other));
  const wanted: [string, number][] = [["pods", 1], ...podRequests(pod)];
  for (const [resource, requested] of wanted) {
    const most = capacity.get(resource) ?? 0;
    const taken = used.get(resource) ?? 0;
    if (requested === 0 || requested <= most - taken) continue;
    return {
      reason: `OutOf${resource}`,
      message: `Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${taken}, capacity: ${most}`,
    };
  }
  return undefined;
}

function portTaken(pod: Pod, others: readonly Pod[]): boolean {
  const wanted = hostPorts(pod);
  const overlap = (a: string, b: string): boolean => a === b || a === "0.0.0.0" || b === "0.0.0.0";
  return others.some((other) =>
    hostPorts(other).some((taken) =>
      wanted.some((port) => port.port === taken.port && port.protocol === taken.protocol && overlap(port.ip, taken.ip)),
    ),
  );
}
