import { expect, test } from "vitest";
import { present as lease } from "../../../src/kinds/coordination/lease/renewal.ts";
import { present as node } from "../../../src/kinds/core/node/heartbeat.ts";

const at = (text: string): number => Date.parse(text);

test("a kubelet reports every five minutes, unless it is silent", () => {
  const shown = (status: string, type = "Ready") =>
    node.present(
      {
        apiVersion: "v1",
        kind: "Node",
        metadata: { name: "n" },
        status: { conditions: [{ type, status, lastHeartbeatTime: "2026-01-01T00:00:00Z" }] },
      },
      at("2026-01-01T00:12:34Z"),
    ).status?.conditions?.[0]?.lastHeartbeatTime;
  expect(shown("True")).toBe("2026-01-01T00:10:00Z");
  expect(shown("Unknown")).toBe("2026-01-01T00:00:00Z");
  expect(shown("False", "NetworkUnavailable")).toBe("2026-01-01T00:00:00Z");
});

test.each([
  ["a kubelet's", { namespace: "kube-node-lease", name: "n", ownerReferences: [{ kind: "Node" }] }, "00:00:30.000000"],
  [
    "a silent kubelet's",
    {
      namespace: "kube-node-lease",
      name: "n",
      ownerReferences: [{ kind: "Node" }],
      annotations: { "drykube.io/stopped-at": "2026-01-01T00:00:00Z" },
    },
    "00:00:00.000000",
  ],
  ["the scheduler's", { namespace: "kube-system", name: "kube-scheduler" }, "00:00:34.000000"],
  ["anybody's", { namespace: "default", name: "kube-scheduler" }, "00:00:00.000000"],
])("%s lease", (_whose, metadata, time) => {
  const spec = { holderIdentity: "n", renewTime: "2026-01-01T00:00:00.000000Z" };
  const shown = lease.present(
    { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: metadata as never, spec },
    at("2026-01-01T00:00:35Z"),
  );
  expect(shown.spec?.renewTime).toBe(`2026-01-01T${time}Z`);
});
