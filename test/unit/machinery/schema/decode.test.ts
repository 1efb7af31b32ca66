import { expect, test } from "vitest";
import { decodeGo, metadataError, strictDecodingError } from "../../../../src/machinery/schema/decode.ts";
import { structure } from "../../../support/structure.ts";

const deployment = "io.k8s.api.apps.v1.Deployment";
const pod = "io.k8s.api.core.v1.Pod";
const configMap = "io.k8s.api.core.v1.ConfigMap";
const withContainer = (container: object) => ({ spec: { containers: [{ name: "c", ...container }] } });

test.each([
  [
    deployment,
    { spec: { replicas: "2" } },
    "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32",
  ],
  [
    deployment,
    { spec: { replicas: 99999999999 } },
    "json: cannot unmarshal number 99999999999 into Go struct field DeploymentSpec.spec.replicas of type int32",
  ],
  [
    deployment,
    { spec: { replicas: 1.5 } },
    "json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32",
  ],
  [
    deployment,
    { spec: { template: { spec: { containers: {} } } } },
    "json: cannot unmarshal object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container",
  ],
  [
    deployment,
    { spec: "x" },
    "json: cannot unmarshal string into Go struct field Deployment.spec of type v1.DeploymentSpec",
  ],
  [deployment, [], "json: cannot unmarshal array into Go value of type v1.Deployment"],
  [
    pod,
    withContainer({ env: [{ name: "PORT", value: 8080 }] }),
    "json: cannot unmarshal number into Go struct field EnvVar.spec.containers.env.value of type string",
  ],
  [
    pod,
    withContainer({ command: "sh" }),
    "json: cannot unmarshal string into Go struct field Container.spec.containers.command of type []string",
  ],
  [
    pod,
    withContainer({ imagePullPolicy: true }),
    "json: cannot unmarshal bool into Go struct field Container.spec.containers.imagePullPolicy of type v1.PullPolicy",
  ],
  [
    pod,
    { spec: { containers: ["a"] } },
    "json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type v1.Container",
  ],
  [
    pod,
    { spec: { nodeSelector: { a: 1 } } },
    "json: cannot unmarshal number into Go struct field PodSpec.spec.nodeSelector of type string",
  ],
  [
    pod,
    withContainer({ resources: { limits: { cpu: "1x" } } }),
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  ],
  [
    pod,
    withContainer({ ports: [{ containerPort: "80" }], resources: { limits: { cpu: true } } }),
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  ],
  [
    pod,
    withContainer({ livenessProbe: { httpGet: { port: true } } }),
    "json: cannot unmarshal bool into Go struct field HTTPGetAction.spec.containers.livenessProbe.httpGet.port of type int32",
  ],
  [
    pod,
    { metadata: { creationTimestamp: "yesterday" } },
    'parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"',
  ],
  [
    pod,
    { metadata: { creationTimestamp: 5 } },
    "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.creationTimestamp of type string",
  ],
  [
    configMap,
    { data: { n: 1, on: true } },
    "json: cannot unmarshal number into Go struct field ConfigMap.data of type string",
  ],
  ["io.k8s.api.core.v1.Secret", { data: { pw: "hello!" } }, "illegal base64 data at input byte 5"],
])("%s refuses %j", (type, value, error) => {
  expect(decodeGo(structure, type, value).error).toBe(error);
});

test("the first error in the order of sorted keys counts", () => {
  const value = { spec: { template: { spec: { containers: {} } }, replicas: "two" } };
  expect(decodeGo(structure, deployment, value).error).toContain("spec.replicas of type int32");
});

test("unknown fields are told by path, sorted, case and all", () => {
  const value = {
    spec: {
      template: { spec: { containers: [{ name: "a" }, { port: 80 }] } },
      replica: 2,
      Selector: {},
      selector: { matchLabels: { any: "x" } },
    },
    metadata: { lables: {} },
  };
  const { unknown, error } = decodeGo(structure, deployment, value);
  expect(error).toBeUndefined();
  expect(strictDecodingError(unknown)).toBe(
    'strict decoding error: unknown field "metadata.lables", unknown field "spec.Selector", unknown field "spec.replica", unknown field "spec.template.spec.containers[1].port"',
  );
});

test("decoding leaves what Go would hold", () => {
  const { object } = decodeGo(structure, pod, {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "p",
      creationTimestamp: null,
      labels: {},
      annotations: null,
      deletionTimestamp: "2026-11-20T10:00:00.9+02:00",
    },
    spec: {
      hostNetwork: false,
      automountServiceAccountToken: false,
      securityContext: {},
      priority: 0,
      nodeSelector: JSON.parse('{"__proto__":"x"}'),
      containers: [
        {
          name: "c",
          command: [],
          terminationMessagePath: "",
          extra: 1,
          resources: { requests: { cpu: "1000m", memory: 1024, "ephemeral-storage": "1024Mi" } },
        },
      ],
    },
    status: {},
  });
  expect(object).toEqual({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", deletionTimestamp: "2026-11-20T08:00:00Z" },
    spec: {
      automountServiceAccountToken: false,
      securityContext: {},
      priority: 0,
      nodeSelector: JSON.parse('{"__proto__":"x"}'),
      containers: [{ name: "c", resources: { requests: { cpu: "1", memory: "1024", "ephemeral-storage": "1Gi" } } }],
    },
    status: {},
  });
  expect(Object.keys(object.spec.nodeSelector)).toEqual(["__proto__"]);
});

test.each([
  [{ name: 123 }, "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string"],
  [
    { labels: { enabled: true } },
    "json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.labels of type string",
  ],
  ["x", "json: cannot unmarshal string into Go struct field metadataOnlyObject.metadata of type v1.ObjectMeta"],
  [{ name: "a", nonsense: 1 }, undefined],
])("metadata %j", (metadata, error) => {
  expect(metadataError(structure, { metadata })).toBe(error);
});
