import { expect, test } from "vitest";
import { catalog } from "../../../src/kinds/catalog.ts";
import { firstOf, loadBalancerCell } from "../../../src/kinds/shared/table/cells.ts";

const now = Date.UTC(2026, 10, 20, 8, 2);
const seconds = (n: number): string => new Date(now - n * 1000).toISOString();

async function cell(resource: string, object: object, column: string, version = "v1"): Promise<unknown> {
  const definition = catalog.find((d) => d.resource === resource && d.version === version)!;
  const table = (await definition.facets.table?.())!;
  const row = table.row({ metadata: { name: "x", creationTimestamp: seconds(60) }, ...object }, now);
  return row[table.columns.findIndex((c) => c.name === column)];
}

const ingress = (...hosts: readonly string[]) => ({ spec: { rules: hosts.map((host) => ({ host })) } });
const condition = (type: string) => ({ status: { conditions: [{ type, status: "True" }] } });
const cpu = { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } } };
const cpuNow = {
  type: "Resource",
  resource: { name: "cpu", current: { averageUtilization: 12, averageValue: "10m" } },
};
const pods = { type: "Pods", pods: { metric: { name: "m" }, target: { type: "AverageValue", averageValue: "1k" } } };

test.each<[string, string, object, unknown]>([
  ["jobs", "Completions", { spec: { completions: 3 }, status: { succeeded: 1 } }, "1/3"],
  ["jobs", "Completions", { spec: { parallelism: 2 }, status: {} }, "0/1 of 2"],
  ["jobs", "Completions", { spec: {}, status: { succeeded: 1 } }, "1/1"],
  ["jobs", "Duration", { status: { startTime: seconds(30) } }, "30s"],
  ["jobs", "Duration", { status: { startTime: seconds(30), completionTime: seconds(10) } }, "20s"],
  ["jobs", "Duration", {}, ""],
  ["jobs", "Status", condition("Complete"), "Complete"],
  ["jobs", "Status", condition("Suspended"), "Suspended"],
  ["jobs", "Status", condition("FailureTarget"), "FailureTarget"],
  ["jobs", "Status", { metadata: { deletionTimestamp: seconds(1) } }, "Terminating"],
  ["cronjobs", "Last Schedule", { status: { lastScheduleTime: seconds(90) } }, "90s"],
  ["cronjobs", "Suspend", { spec: {} }, "<unset>"],
  ["services", "External-IP", { spec: { type: "LoadBalancer" } }, "<pending>"],
  [
    "services",
    "External-IP",
    {
      spec: { type: "LoadBalancer", externalIPs: ["1.2.3.4"] },
      status: { loadBalancer: { ingress: [{ ip: "9.9.9.9" }] } },
    },
    "9.9.9.9,1.2.3.4",
  ],
  ["services", "Port(s)", { spec: { ports: [{ port: 80, nodePort: 30080, protocol: "TCP" }] } }, "80:30080/TCP"],
  ["services", "Cluster-IP", { spec: { type: "ExternalName" } }, "<none>"],
  ["ingresses", "Hosts", ingress("a", "b", "c", "d", "e"), "a,b,c + 2 more..."],
  ["ingresses", "Hosts", { spec: { rules: [{}] } }, "*"],
  ["nodes", "Status", { status: { conditions: [{ type: "Ready", status: "Unknown" }] } }, "NotReady"],
  [
    "nodes",
    "Status",
    { spec: { unschedulable: true }, status: { conditions: [{ type: "Ready", status: "True" }] } },
    "Ready,SchedulingDisabled",
  ],
  ["nodes", "Roles", { metadata: { labels: { "node-role.kubernetes.io/b": "", "kubernetes.io/role": "a" } } }, "a,b"],
  [
    "persistentvolumeclaims",
    "Status",
    { metadata: { deletionTimestamp: seconds(1) }, status: { phase: "Bound" } },
    "Terminating",
  ],
  ["persistentvolumeclaims", "Capacity", { spec: {}, status: { capacity: { storage: "1Gi" } } }, ""],
  ["persistentvolumes", "Access Modes", { spec: { accessModes: ["ReadWriteMany", "ReadWriteOnce"] } }, "RWO,RWX"],
  [
    "endpoints",
    "Endpoints",
    { subsets: [{ addresses: [{ ip: "1.1.1.1" }, { ip: "fd00::1" }], ports: [{ port: 80 }] }] },
    "1.1.1.1:80,[fd00::1]:80",
  ],
  ["endpoints", "Endpoints", { subsets: [] }, "<none>"],
  ["endpointslices", "Ports", { ports: [{ port: 80 }, { name: "x" }, {}] }, "80,x,*"],
  ["endpointslices", "Endpoints", {}, "<unset>"],
  [
    "resourcequotas",
    "Request",
    { status: { hard: { pods: "2", "limits.cpu": "1" }, used: { pods: "1" } } },
    "pods: 1/2",
  ],
  ["resourcequotas", "Limit", { status: { hard: { pods: "2", "limits.cpu": "1" } } }, "limits.cpu: 0/1"],
  [
    "certificatesigningrequests",
    "Condition",
    { status: { conditions: [{ type: "Approved" }, { type: "Failed" }] } },
    "Approved,Failed",
  ],
  [
    "apiservices",
    "Available",
    { status: { conditions: [{ type: "Available", status: "False", reason: "Gone" }] } },
    "False (Gone)",
  ],
  [
    "storageclasses",
    "Name",
    { metadata: { name: "s", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } } },
    "s (default)",
  ],
  ["events", "Last Seen", { eventTime: seconds(5), involvedObject: {} }, "5s"],
  ["events", "Object", { involvedObject: { kind: "Pod", name: "p" } }, "pod/p"],
])("%s %s", async (resource, column, object, expected) => {
  expect(await cell(resource, object, column)).toBe(expected);
});

test.each<[string, object, string]>([
  ["nothing", {}, "<none>"],
  ["unknown", { spec: { metrics: [cpu] } }, "cpu: <unknown>/50%"],
  ["known", { spec: { metrics: [cpu] }, status: { currentMetrics: [cpuNow] } }, "cpu: 12%/50%"],
  ["more than two", { spec: { metrics: [cpu, pods, pods] } }, "cpu: <unknown>/50%, <unknown>/1k + 1 more..."],
])("targets of an autoscaler: %s", async (_, object, expected) => {
  expect(await cell("horizontalpodautoscalers", object, "Targets", "v2")).toBe(expected);
});

test("autoscaling/v1 says the same of CPU, and of what stands in annotations", async () => {
  const annotations = { "autoscaling.alpha.kubernetes.io/metrics": JSON.stringify([pods]) };
  const object = { metadata: { annotations }, spec: { targetCPUUtilizationPercentage: 50 } };
  expect(await cell("horizontalpodautoscalers", object, "Targets")).toBe("cpu: <unknown>/50%, <unknown>/1k");
});

test("lists end in how many more there are", () => {
  expect(firstOf(["a", "b", "c"], 3)).toBe("a,b,c");
  expect(firstOf(["a", "b", "c", "d", "e"], 3)).toBe("a,b,c + 2 more...");
  expect(loadBalancerCell([{ hostname: "b" }, { ip: "a" }, { ip: "a" }, {}])).toBe("a,b");
});
