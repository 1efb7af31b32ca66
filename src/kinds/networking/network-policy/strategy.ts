import { type FieldError, fieldForbidden, GoLiteral, invalid, required } from "../../../machinery/field-error.ts";
import { cidrContains, parseCidr } from "../../../machinery/ip.ts";
import { portNameErrors, portNumberErrors } from "../../../machinery/names.ts";
import { validateLabelSelector } from "../../../machinery/selectors/label-selector.ts";
import type { Strategy } from "../../definition.ts";
import { checkCidr, cidrWarnings } from "../../shared/addresses.ts";
import { checkOneOf, invalidEach } from "../../shared/check.ts";
import { goStrings } from "../../shared/go-syntax.ts";
import type { IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from "../../types/networking_v1.ts";

/** Mirrors pkg/registry/networking/networkpolicy/strategy.go. */
export const strategy: Strategy<NetworkPolicy> = {
  defaults({ spec }) {
    if (!spec) return;
    for (const rule of [...(spec.ingress ?? []), ...(spec.egress ?? [])])
      for (const port of rule.ports ?? []) port.protocol ??= "TCP";
    if ((spec.policyTypes ?? []).length === 0)
      spec.policyTypes = (spec.egress ?? []).length > 0 ? ["Ingress", "Egress"] : ["Ingress"];
  },
  validate,
  warnings,
};

function warnings({ spec }: NetworkPolicy): string[] {
  const ofPeers = (peers: readonly NetworkPolicyPeer[], field: string): string[] =>
    peers.flatMap(({ ipBlock }, i) => [
      ...cidrWarnings(ipBlock?.cidr ?? "", `${field}[${i}].ipBlock.cidr`),
      ...(ipBlock?.except ?? []).flatMap((e, k) => cidrWarnings(e, `${field}[${i}].ipBlock.except[${k}]`)),
    ]);
  return [
    ...(spec?.ingress ?? []).flatMap((rule, i) => ofPeers(rule.from ?? [], `spec.ingress[${i}].from`)),
    ...(spec?.egress ?? []).flatMap((rule, i) => ofPeers(rule.to ?? [], `spec.egress[${i}].to`)),
  ];
}

/** Mirrors networking validation.ValidateNetworkPolicySpec. */
function validate({ spec }: NetworkPolicy): FieldError[] {
  const errors = validateLabelSelector(spec?.podSelector, "spec.podSelector");
  for (const [i, { ports = [], from = [] }] of (spec?.ingress ?? []).entries())
    errors.push(...checkRule(ports, from, `spec.ingress[${i}]`, "from"));
  for (const [i, { ports = [], to = [] }] of (spec?.egress ?? []).entries())
    errors.push(...checkRule(ports, to, `spec.egress[${i}]`, "to"));
  const types = spec?.policyTypes ?? [];
  if (types.length > 2) {
    const shown = new GoLiteral(goStrings(types, "networking.PolicyType"));
    return [...errors, invalid("spec.policyTypes", shown, "may not specify more than two policyTypes")];
  }
  return [...errors, ...types.flatMap((t, i) => checkOneOf(t, ["Ingress", "Egress"], `spec.policyTypes[${i}]`))];
}

function checkRule(
  ports: readonly NetworkPolicyPort[],
  peers: readonly NetworkPolicyPeer[],
  field: string,
  direction: "from" | "to",
): FieldError[] {
  return [
    ...ports.flatMap((port, i) => checkPort(port, `${field}.ports[${i}]`)),
    ...peers.flatMap((peer, i) => checkPeer(peer, `${field}.${direction}[${i}]`)),
  ];
}

function checkPort({ protocol, port, endPort }: NetworkPolicyPort, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (protocol !== undefined) errors.push(...checkOneOf(protocol, ["TCP", "UDP", "SCTP"], `${field}.protocol`));
  const at = `${field}.endPort`;
  if (port === undefined) {
    if (endPort !== undefined) errors.push(invalid(at, endPort, "may not be specified when `port` is not specified"));
    return errors;
  }
  if (typeof port === "string") {
    if (endPort !== undefined) errors.push(invalid(at, endPort, "may not be specified when `port` is non-numeric"));
    return [...errors, ...invalidEach(`${field}.port`, port, portNameErrors(port))];
  }
  errors.push(...invalidEach(`${field}.port`, port, portNumberErrors(port)));
  if (endPort === undefined) return errors;
  // Upstream shows the port here.
  if (endPort < port) errors.push(invalid(at, port, "must be greater than or equal to `port`"));
  return [...errors, ...invalidEach(at, endPort, portNumberErrors(endPort))];
}

function checkPeer(peer: NetworkPolicyPeer, field: string): FieldError[] {
  const errors = [
    ...validateLabelSelector(peer.podSelector, `${field}.podSelector`),
    ...validateLabelSelector(peer.namespaceSelector, `${field}.namespaceSelector`),
    ...(peer.ipBlock ? checkBlock(peer.ipBlock, `${field}.ipBlock`) : []),
  ];
  const peers = [peer.podSelector, peer.namespaceSelector, peer.ipBlock].filter(Boolean).length;
  if (peers === 0) errors.push(required(field, "must specify a peer"));
  else if (peers > 1 && peer.ipBlock)
    errors.push(fieldForbidden(field, "may not specify both ipBlock and another peer"));
  return errors;
}

function checkBlock(block: IPBlock, field: string): FieldError[] {
  if (!block.cidr) return [required(`${field}.cidr`)];
  const errors = checkCidr(block.cidr, `${field}.cidr`);
  const outer = parseCidr(block.cidr);
  if (!outer) return errors;
  for (const [i, text] of (block.except ?? []).entries()) {
    const at = `${field}.except[${i}]`;
    errors.push(...checkCidr(text, at));
    const inner = parseCidr(text);
    if (inner && (!cidrContains(outer, inner.ip) || outer.bits >= inner.bits))
      errors.push(invalid(at, text, "must be a strict subset of `cidr`"));
  }
  return errors;
}
