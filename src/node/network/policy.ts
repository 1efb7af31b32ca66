import type { Lister } from "../../client/lister.ts";
import type { Namespace, Pod } from "../../kinds/types/core_v1.ts";
import type { NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from "../../kinds/types/networking_v1.ts";
import { labelSelectorMatches } from "../../machinery/selectors/label-selector.ts";
import { inCidr } from "./addresses.ts";

/** One end of a connection: a pod, or an address outside the cluster's pods. */
export interface End {
  readonly ip: string;
  readonly pod?: Pod | undefined;
}

/** The connection that a verdict is asked for: the port is the one the receiving pod sees. */
export interface Flow {
  readonly from: End;
  readonly to: End;
  readonly port: number;
  readonly protocol: "TCP" | "UDP" | "ICMP";
}

/**
 * Whether network policies let a connection pass: the sender's egress and the receiver's ingress. A pod that no policy
 * of a direction selects is open in that direction; otherwise some rule must allow it.
 */
export function policiesAllow(lister: Lister, flow: Flow): boolean {
  return directionAllows(lister, flow, "Egress") && directionAllows(lister, flow, "Ingress");
}

function directionAllows(lister: Lister, flow: Flow, direction: "Ingress" | "Egress"): boolean {
  const subject = direction === "Ingress" ? flow.to.pod : flow.from.pod;
  const peer = direction === "Ingress" ? flow.from : flow.to;
  if (subject === undefined || subject.spec?.hostNetwork === true || flow.from.pod === flow.to.pod) return true;
  const policies = lister
    .list<NetworkPolicy>("networking.k8s.io", "networkpolicies", subject.metadata.namespace)
    .filter((policy) => applies(policy, subject, direction));
  if (policies.length === 0) return true;
  return policies.some((policy) => {
    const rules = direction === "Ingress" ? policy.spec?.ingress : policy.spec?.egress;
    return (rules ?? []).some((rule) => {
      const peers = "from" in rule ? rule.from : "to" in rule ? rule.to : undefined;
      const namespace = policy.metadata.namespace!;
      const fromAllowed =
        peers === undefined || peers.length === 0 || peers.some((p) => peerMatches(lister, p, peer, namespace));
      return fromAllowed && portAllowed(rule.ports, flow);
    });
  });
}

function applies(policy: NetworkPolicy, pod: Pod, direction: "Ingress" | "Egress"): boolean {
  const types = policy.spec?.policyTypes ?? (policy.spec?.egress === undefined ? ["Ingress"] : ["Ingress", "Egress"]);
  return types.includes(direction) && labelSelectorMatches(policy.spec?.podSelector ?? {}, pod.metadata.labels ?? {});
}

function peerMatches(lister: Lister, peer: NetworkPolicyPeer, end: End, namespace: string): boolean {
  if (peer.ipBlock !== undefined)
    return inCidr(end.ip, peer.ipBlock.cidr) && !(peer.ipBlock.except ?? []).some((cidr) => inCidr(end.ip, cidr));
  const { pod } = end;
  if (pod === undefined || pod.spec?.hostNetwork === true) return false;
  if (peer.namespaceSelector === undefined) {
    if (pod.metadata.namespace !== namespace) return false;
  } else {
    const labels = lister.get<Namespace>("", "namespaces", undefined, pod.metadata.namespace!)?.metadata.labels ?? {};
    if (!labelSelectorMatches(peer.namespaceSelector, labels)) return false;
  }
  return peer.podSelector === undefined || labelSelectorMatches(peer.podSelector, pod.metadata.labels ?? {});
}

function portAllowed(ports: readonly NetworkPolicyPort[] | undefined, flow: Flow): boolean {
  if (ports === undefined || ports.length === 0) return true;
  return ports.some((rule) => {
    if ((rule.protocol ?? "TCP") !== flow.protocol) return false;
    if (rule.port === undefined) return true;
    if (typeof rule.port === "number")
      return rule.endPort === undefined ? rule.port === flow.port : rule.port <= flow.port && flow.port <= rule.endPort;
    const named = flow.to.pod?.spec?.containers
      .flatMap((container) => container.ports ?? [])
      .filter((port) => port.name === rule.port);
    return named?.some((port) => port.containerPort === flow.port) === true;
  });
}
