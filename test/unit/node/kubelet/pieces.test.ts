import { expect, test } from "vitest";
import type { Pod } from "../../../../src/kinds/types/core_v1.ts";
import { backOffEnd, nextBackOff } from "../../../../src/node/kubelet/back-off.ts";
import { hexId, hostnames } from "../../../../src/node/kubelet/container-spec.ts";
import { expand } from "../../../../src/node/kubelet/environment.ts";
import { qosClass } from "../../../../src/node/kubelet/qos.ts";

test.each([
  ["$(A)", "1"],
  ["$(A)$(B)-$(A)", "12-1"],
  ["$(NOPE)", "$(NOPE)"],
  ["$$(A)", "$(A)"],
  ["$$$(A)", "$1"],
  ["$A $", "$A $"],
  ["$(A", "$(A"],
  ["$(__proto__)", "$(__proto__)"],
])("%s expands to %s", (text, expected) => {
  const variables = new Map([
    ["A", "1"],
    ["B", "2"],
  ]);
  expect(expand(text, (name) => variables.get(name))).toBe(expected);
});

test("a back-off doubles up to five minutes and is forgotten ten minutes later", () => {
  let entry = nextBackOff(undefined, 0, 0);
  const delays = [entry.delayMs];
  for (let i = 1; i < 8; i++) {
    entry = nextBackOff(entry, entry.updatedAt + entry.delayMs, entry.updatedAt + entry.delayMs);
    delays.push(entry.delayMs);
  }
  expect(delays.map((d) => d / 1000)).toEqual([10, 20, 40, 80, 160, 300, 300, 300]);
  expect(backOffEnd(entry, entry.updatedAt + 1000)).toBe(entry.updatedAt + 301_000);
  expect(backOffEnd(entry, entry.updatedAt + 600_001)).toBeUndefined();
  expect(nextBackOff(entry, entry.updatedAt + 600_001, entry.updatedAt + 600_001).delayMs).toBe(10_000);
});

test.each([
  [[{}], "BestEffort"],
  [[{ requests: { cpu: "1" } }], "Burstable"],
  [[{ limits: { cpu: "1", memory: "1Gi" }, requests: { cpu: "1000m", memory: "1024Mi" } }], "Guaranteed"],
  [[{ limits: { cpu: "1", memory: "1Gi" } }, {}], "Burstable"],
  [[{ limits: { cpu: "1", memory: "1Gi" }, requests: { cpu: "0.5" } }], "Burstable"],
  [[{ requests: { cpu: "0" } }], "BestEffort"],
])("resources %j give %s", (resources, expected) => {
  const containers = resources.map((r, i) => ({ name: `c${i}`, resources: r }));
  expect(qosClass({ spec: { containers } } as unknown as Pod)).toBe(expected);
});

test.each([
  [{}, { hostname: "web-0" }],
  [{ hostname: "db" }, { hostname: "db" }],
  [{ hostNetwork: true }, { hostname: "kind-worker" }],
  [{ subdomain: "sub" }, { hostname: "web-0", fullHostname: "web-0.sub.default.svc.cluster.local" }],
  [
    { subdomain: "sub", setHostnameAsFQDN: true },
    {
      hostname: "web-0.sub.default.svc.cluster.local",
      fullHostname: "web-0.sub.default.svc.cluster.local",
      shortHostname: "web-0",
    },
  ],
])("a pod with %j has its names", (spec, expected) => {
  const pod = {
    metadata: { name: "web-0", namespace: "default" },
    spec: { containers: [], ...spec },
  } as unknown as Pod;
  expect(hostnames(pod, "kind-worker")).toEqual(expected);
});

test("container ids are 64 hex digits and differ by attempt", () => {
  const ids = [0, 1, 2].map((attempt) => hexId(`uid/c/${attempt}`));
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{64}$/);
  expect(new Set(ids).size).toBe(3);
});
