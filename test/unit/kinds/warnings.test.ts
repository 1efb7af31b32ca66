import { expect, test } from "vitest";
import { strategy as endpoints } from "../../../src/kinds/core/endpoints/strategy.ts";
import { strategy as service } from "../../../src/kinds/core/service/strategy.ts";
import { strategy as slice } from "../../../src/kinds/discovery/endpoint-slice/strategy.ts";
import { strategy as policy } from "../../../src/kinds/networking/network-policy/strategy.ts";
import { strategy as runtimeClass } from "../../../src/kinds/node/runtime-class/strategy.ts";
import { strategy as capacity } from "../../../src/kinds/storage/csi-storage-capacity/strategy.ts";
import { strategy as storageClass } from "../../../src/kinds/storage/storage-class/strategy.ts";

type Warns = (object: unknown) => string[];

const zone = 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead';
const oldZone = "failure-domain.beta.kubernetes.io/zone";

test.each<[string, unknown, object, string[]]>([
  [
    "a headless service",
    service,
    {
      spec: {
        type: "ClusterIP",
        clusterIP: "None",
        loadBalancerIP: "1.2.3.4",
        externalIPs: ["1.2.3.4"],
        sessionAffinity: "ClientIP",
      },
    },
    [
      "spec.loadBalancerIP is ignored for headless services",
      "spec.externalIPs is ignored for headless services",
      "spec.SessionAffinity is ignored for headless services",
    ],
  ],
  [
    "a service's ranges",
    service,
    { spec: { type: "LoadBalancer", loadBalancerSourceRanges: ["10.1.2.3/8"] } },
    [
      'spec.loadBalancerSourceRanges[0]: CIDR value "10.1.2.3/8" is ambiguous in this context (should be "10.0.0.0/8" or "10.1.2.3/32"?)',
    ],
  ],
  [
    "a policy's blocks",
    policy,
    {
      spec: {
        ingress: [{ from: [{ ipBlock: { cidr: "010.0.0.0/8" } }] }],
        egress: [{ to: [{ ipBlock: { cidr: "2001:DB8::/32", except: ["2001:db8::1/64"] } }] }],
      },
    },
    [
      'spec.ingress[0].from[0].ipBlock.cidr: non-standard CIDR value "010.0.0.0/8" will be considered invalid in a future Kubernetes release: use "10.0.0.0/8"',
      'spec.egress[0].to[0].ipBlock.cidr: IPv6 CIDR value "2001:DB8::/32" should be in RFC 5952 canonical format ("2001:db8::/32")',
      'spec.egress[0].to[0].ipBlock.except[0]: CIDR value "2001:db8::1/64" is ambiguous in this context (should be "2001:db8::/64" or "2001:db8::1/128"?)',
    ],
  ],
  [
    "a slice's addresses",
    slice,
    { addressType: "IPv6", endpoints: [{ addresses: ["::ffff:1.2.3.4"] }] },
    [
      'endpoints[0].addresses[0]: non-standard IP address "::ffff:1.2.3.4" will be considered invalid in a future Kubernetes release: use "1.2.3.4"',
    ],
  ],
  ["names in a slice", slice, { addressType: "FQDN" }, ["spec.addressType: FQDN endpoints are deprecated"]],
  [
    "endpoints' addresses",
    endpoints,
    { subsets: [{ notReadyAddresses: [{ ip: "1.2.3.04" }] }] },
    [
      'subsets[0].notReadyAddresses[0].ip: non-standard IP address "1.2.3.04" will be considered invalid in a future Kubernetes release: use "1.2.3.4"',
    ],
  ],
  [
    "a runtime class' nodes",
    runtimeClass,
    { scheduling: { nodeSelector: { [oldZone]: "a" } } },
    [`scheduling.nodeSelector: ${zone}`],
  ],
  [
    "a storage class' topologies",
    storageClass,
    { allowedTopologies: [{ matchLabelExpressions: [{ key: oldZone, values: ["a"] }] }] },
    [`allowedTopologies[0].matchLabelExpressions[0]: ${zone}`],
  ],
  [
    "a capacity's nodes",
    capacity,
    {
      nodeTopology: {
        matchLabels: { [oldZone]: "a" },
        matchExpressions: [{ key: oldZone, operator: "Exists" }],
      },
    },
    [`nodeTopology.matchExpressions[0].key: ${oldZone} is ${zone}`, `nodeTopology.matchLabels.${oldZone}: ${zone}`],
  ],
])("warns of %s", (_name, strategy, object, warnings) => {
  const { warnings: warn } = strategy as { warnings: Warns };
  expect(warn({ metadata: {}, ...object })).toEqual(warnings);
});
