import { expect, test } from "vitest";
import { catalog } from "../../../src/kinds/catalog.ts";
import type { WorkloadFacet } from "../../../src/kinds/definition.ts";

async function facetOf(resource: string): Promise<WorkloadFacet<any>> {
  return (await catalog.find((d) => d.resource === resource)!.facets.workload?.())!;
}

const named = (object: object) => ({ metadata: { name: "web", generation: 1 }, ...object });
const counts = (status: object) => ({ observedGeneration: 1, ...status });
const rolling = (more: object = {}) => ({ updateStrategy: { type: "RollingUpdate" }, ...more });
const waiting = 'Waiting for deployment "web" rollout to finish:';
const waitingSet = 'Waiting for daemon set "web" rollout to finish:';

test.each<[string, object, string, boolean]>([
  ["deployments", { spec: { replicas: 3 } }, "Waiting for deployment spec update to be observed...", false],
  [
    "deployments",
    { spec: { replicas: 3 }, status: counts({ updatedReplicas: 1, replicas: 3 }) },
    `${waiting} 1 out of 3 new replicas have been updated...`,
    false,
  ],
  [
    "deployments",
    { spec: { replicas: 2 }, status: counts({ updatedReplicas: 2, replicas: 3, availableReplicas: 3 }) },
    `${waiting} 1 old replicas are pending termination...`,
    false,
  ],
  [
    "deployments",
    { spec: { replicas: 3 }, status: counts({ updatedReplicas: 3, replicas: 3, availableReplicas: 1 }) },
    `${waiting} 1 of 3 updated replicas are available...`,
    false,
  ],
  [
    "deployments",
    { spec: { replicas: 1 }, status: counts({ updatedReplicas: 1, replicas: 1, availableReplicas: 1 }) },
    'deployment "web" successfully rolled out',
    true,
  ],
  ["daemonsets", { spec: rolling() }, "Waiting for daemon set spec update to be observed...", false],
  [
    "daemonsets",
    { spec: rolling(), status: counts({ desiredNumberScheduled: 3, updatedNumberScheduled: 1 }) },
    `${waitingSet} 1 out of 3 new pods have been updated...`,
    false,
  ],
  [
    "daemonsets",
    { spec: rolling(), status: counts({ desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 2 }) },
    `${waitingSet} 2 of 3 updated pods are available...`,
    false,
  ],
  ["daemonsets", { spec: rolling(), status: counts({}) }, 'daemon set "web" successfully rolled out', true],
  ["statefulsets", { spec: rolling({ replicas: 3 }) }, "Waiting for statefulset spec update to be observed...", false],
  [
    "statefulsets",
    { spec: rolling({ replicas: 3 }), status: counts({ readyReplicas: 1 }) },
    "Waiting for 2 pods to be ready...",
    false,
  ],
  [
    "statefulsets",
    {
      spec: { replicas: 3, updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 1 } } },
      status: counts({ readyReplicas: 3, updatedReplicas: 1 }),
    },
    "Waiting for partitioned roll out to finish: 1 out of 2 new pods have been updated...",
    false,
  ],
  [
    "statefulsets",
    {
      spec: { replicas: 2, updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } } },
      status: counts({ readyReplicas: 2, updatedReplicas: 2 }),
    },
    "partitioned roll out complete: 2 new pods have been updated...",
    true,
  ],
  [
    "statefulsets",
    { spec: rolling({ replicas: 1 }), status: counts({ readyReplicas: 1, updateRevision: "b", currentRevision: "a" }) },
    "waiting for statefulset rolling update to complete 0 pods at revision b...",
    false,
  ],
  [
    "statefulsets",
    {
      spec: rolling({ replicas: 1 }),
      status: counts({ readyReplicas: 1, currentReplicas: 1, updateRevision: "a", currentRevision: "a" }),
    },
    "statefulset rolling update complete 1 pods at revision a...",
    true,
  ],
])("rollout status of %s: %o", async (resource, object, message, done) => {
  expect((await facetOf(resource)).rolloutStatus!(named(object), 0)).toEqual({ message, done });
});

const late = { conditions: [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" }] };
const annotated = (revision: string) => ({
  metadata: { name: "web", annotations: { "deployment.kubernetes.io/revision": revision } },
});

test.each<[string, object, number, string]>([
  ["deployments", { status: counts(late) }, 0, 'deployment "web" exceeded its progress deadline'],
  ["deployments", annotated("2"), 1, "desired revision (1) is different from the running revision (2)"],
  [
    "deployments",
    annotated("x"),
    1,
    'cannot get the revision of deployment "web": strconv.ParseInt: parsing "x": invalid syntax',
  ],
  [
    "daemonsets",
    { spec: { updateStrategy: { type: "OnDelete" } } },
    0,
    "rollout status is only available for RollingUpdate strategy type",
  ],
])("rollout status of %s fails", async (resource, object, revision, message) => {
  const facet = await facetOf(resource);
  expect(() => facet.rolloutStatus!(named(object), revision)).toThrow(message);
});

const matching = (matchLabels: object, matchExpressions: readonly object[] = []) => ({
  spec: { selector: { matchLabels, matchExpressions } },
});

test.each<[string, object, object | string]>([
  ["deployments", matching({ app: "web" }), { app: "web" }],
  ["deployments", matching({}), "invalid deployment: no selectors, therefore cannot be exposed"],
  [
    "replicasets",
    matching({ a: "b" }, [{ key: "app", operator: "In", values: ["x", "y"] }]),
    `couldn't convert expressions - "[{Key:app Operator:In Values:[x y]}]" to map-based selector format`,
  ],
  ["replicationcontrollers", { spec: { selector: { app: "web" } } }, { app: "web" }],
  ["pods", { metadata: { name: "p", labels: { run: "p" } } }, { run: "p" }],
  ["pods", { metadata: { name: "p" } }, "the pod has no labels and cannot be exposed"],
  ["services", { spec: { selector: { app: "web" } } }, { app: "web" }],
  ["services", { spec: {} }, "the service has no pod selector set"],
])("expose of %s: %o", async (resource, object, expected) => {
  const facet = await facetOf(resource);
  if (typeof expected === "string") expect(() => facet.exposeSelector!(named(object))).toThrow(expected);
  else expect(facet.exposeSelector!(named(object))).toEqual(expected);
});

test("selectors find pods; a service must have one", async () => {
  const job = await facetOf("jobs");
  expect(job.podSelector!(named(matching({ a: "b" }, [{ key: "c", operator: "Exists" }])))).toBe("a=b,c");
  const service = await facetOf("services");
  expect(() => service.podSelector!(named({ spec: {} }))).toThrow(
    "invalid service 'web': Service is defined without a selector",
  );
});

test("what verbs may ask of which kinds", async () => {
  const kinds = catalog.filter((d) => d.facets.workload !== undefined);
  const having = async (key: keyof WorkloadFacet) => {
    const facets = await Promise.all(kinds.map(async (d) => [d.resource, await d.facets.workload!()] as const));
    return facets.filter(([, facet]) => facet[key] !== undefined).map(([resource]) => resource);
  };
  expect(await having("exposeSelector")).toEqual([
    "pods",
    "replicationcontrollers",
    "services",
    "deployments",
    "replicasets",
  ]);
  expect(await having("rolloutStatus")).toEqual(["daemonsets", "deployments", "statefulsets"]);
  expect(await having("canPause")).toEqual(["deployments"]);
  expect(await having("scalable")).toEqual(["replicationcontrollers", "deployments", "replicasets", "statefulsets"]);
});
