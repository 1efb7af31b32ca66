import { expect, test } from "vitest";
import { encodeGo } from "../../../../src/machinery/schema/encode.ts";
import { structure } from "../../../support/structure.ts";

const encoded = (type: string, object: object) => JSON.stringify(encodeGo(structure, `io.k8s.api.${type}`, object));

test.each([
  [
    "core.v1.Pod",
    {
      metadata: { name: "nginx" },
      apiVersion: "v1",
      kind: "Pod",
      spec: { restartPolicy: "Always", containers: [{ image: "nginx", name: "nginx" }] },
    },
    '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"nginx","creationTimestamp":null},"spec":{"containers":[{"name":"nginx","image":"nginx","resources":{}}],"restartPolicy":"Always"},"status":{}}',
  ],
  [
    "apps.v1.Deployment",
    { spec: { selector: {}, template: {} } },
    '{"metadata":{"creationTimestamp":null},"spec":{"selector":{},"template":{"metadata":{"creationTimestamp":null},"spec":{"containers":null}},"strategy":{}},"status":{}}',
  ],
  [
    "apps.v1.DaemonSet",
    {
      metadata: { creationTimestamp: "2026-11-20T08:45:29Z" },
      spec: { selector: {}, template: { spec: { containers: [] } } },
    },
    '{"metadata":{"creationTimestamp":"2026-11-20T08:45:29Z"},"spec":{"selector":{},"template":{"metadata":{"creationTimestamp":null},"spec":{"containers":[]}},"updateStrategy":{}},"status":{"currentNumberScheduled":0,"numberMisscheduled":0,"desiredNumberScheduled":0,"numberReady":0}}',
  ],
  [
    "core.v1.Service",
    { spec: { ports: [{ port: 80, nodePort: 0 }], clusterIP: "" } },
    '{"metadata":{"creationTimestamp":null},"spec":{"ports":[{"port":80,"targetPort":0}]},"status":{"loadBalancer":{}}}',
  ],
  [
    "autoscaling.v2.HorizontalPodAutoscaler",
    { spec: { maxReplicas: 3, scaleTargetRef: { kind: "Deployment", name: "web" } } },
    '{"metadata":{"creationTimestamp":null},"spec":{"scaleTargetRef":{"kind":"Deployment","name":"web"},"maxReplicas":3},"status":{"desiredReplicas":0,"currentMetrics":null}}',
  ],
  ["rbac.v1.ClusterRole", {}, '{"metadata":{"creationTimestamp":null},"rules":null}'],
  [
    "core.v1.ConfigMap",
    { data: { b: "2", a: "1" }, binaryData: {} },
    '{"metadata":{"creationTimestamp":null},"data":{"a":"1","b":"2"}}',
  ],
])("%s %j", (type, object, text) => {
  expect(encoded(type, object)).toBe(text);
});
