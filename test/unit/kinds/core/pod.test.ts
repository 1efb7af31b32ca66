import { expect, test } from "vitest";
import { strategy } from "../../../../src/kinds/core/pod/strategy.ts";
import { pullPolicyOf } from "../../../../src/kinds/shared/pod/defaults.ts";
import { podQosClass } from "../../../../src/kinds/shared/pod/qos.ts";
import { deepCopy } from "../../../../src/machinery/object.ts";
import { drafted, refusals, texts, updateRefusals } from "../../../support/kinds.ts";

const pod = (spec: string): string => `
apiVersion: v1
kind: Pod
metadata: {name: p}
spec: ${spec}
`;
const one = (fields: string): string => pod(`{containers: [{name: c, image: nginx, ${fields}}]}`);

test("tells everything that is wrong with a pod, in upstream's order", () => {
  const manifest = `
apiVersion: v1
kind: Pod
metadata: {name: Bad_Name}
spec:
  restartPolicy: Sometimes
  dnsPolicy: Nowhere
  terminationGracePeriodSeconds: -1
  containers:
  - name: UPPER
    image: ""
    ports: [{containerPort: 70000}, {containerPort: 80, name: this-name-is-way-too-long, protocol: HTTP}]
    env: [{name: "1 BAD"}, {name: BOTH, value: x, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]
    imagePullPolicy: Maybe
    volumeMounts: [{name: ghost, mountPath: /x}]
  - {name: dup, image: nginx}
  - {name: dup, image: nginx}
  volumes: [{name: v, emptyDir: {}, hostPath: {path: /}}]
`;
  expect(refusals(strategy, manifest)).toEqual([
    "spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type",
    "spec.containers[0].name: Invalid value: \"UPPER\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    "spec.containers[0].image: Required value",
    "spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive",
    'spec.containers[0].ports[1].name: Invalid value: "this-name-is-way-too-long": must be no more than 15 characters',
    'spec.containers[0].ports[1].protocol: Unsupported value: "HTTP": supported values: "SCTP", "TCP", "UDP"',
    'spec.containers[0].env[1].valueFrom: Invalid value: "": may not be specified when `value` is not empty',
    'spec.containers[0].volumeMounts[0].name: Not found: "ghost"',
    'spec.containers[0].imagePullPolicy: Unsupported value: "Maybe": supported values: "Always", "IfNotPresent", "Never"',
    'spec.containers[2].name: Duplicate value: "dup"',
    'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
    'spec.dnsPolicy: Unsupported value: "Nowhere": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"',
  ]);
});

test.each<[string, string, string[]]>([
  ["no containers", pod("{containers: []}"), ["spec.containers: Required value"]],
  ["no spec", pod("{}"), ["spec.containers: Required value"]],
  [
    "a request above its limit",
    one('resources: {requests: {cpu: "2", memory: 1Gi}, limits: {cpu: "1", memory: 2Gi}}'),
    ['spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1'],
  ],
  [
    "probes",
    one(
      "livenessProbe: {httpGet: {path: /}, tcpSocket: {port: 80}, periodSeconds: -1}, readinessProbe: {initialDelaySeconds: 5}",
    ),
    [
      "spec.containers[0].livenessProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive",
      "spec.containers[0].livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type",
      "spec.containers[0].livenessProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0",
      "spec.containers[0].readinessProbe: Required value: must specify a handler type",
    ],
  ],
  [
    "tolerations and affinity",
    pod(`
  tolerations: [{key: a, operator: Exists, value: b}, {effect: Never, key: x}, {key: t, tolerationSeconds: 5}]
  affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: z, operator: Is, values: [a]}, {key: q, operator: In}]}]}}}
  containers: [{name: c, image: nginx}]`),
    [
      'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].operator: Invalid value: "Is": not a valid selector operator',
      "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[1].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
      "spec.tolerations[0].operator: Invalid value: \"b\": value must be empty when `operator` is 'Exists'",
      'spec.tolerations[1].effect: Unsupported value: "Never": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
      "spec.tolerations[2].effect: Invalid value: \"\": effect must be 'NoExecute' when `tolerationSeconds` is set",
    ],
  ],
  [
    "init containers and host ports",
    pod(`
  initContainers: [{name: i, image: busybox, restartPolicy: Never, readinessProbe: {exec: {command: [ls]}}}]
  containers: [{name: c, image: nginx, ports: [{containerPort: 80, hostPort: 80}, {containerPort: 81, hostPort: 80}]}]`),
    [
      'spec.containers[0].ports[1].hostPort: Duplicate value: "TCP//80"',
      'spec.initContainers[0].restartPolicy: Unsupported value: "Never": supported values: "Always"',
      "spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always",
    ],
  ],
  [
    "resource names",
    one("resources: {limits: {gpu: 1, example.com/gpu: 500m}}"),
    [
      'spec.containers[0].resources.limits[example.com/gpu]: Invalid value: resource.Quantity{i:resource.int64Amount{value:500, scale:-3}, d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:"500m", Format:"DecimalSI"}: must be an integer',
      "spec.containers[0].resources.limits[gpu]: Invalid value: gpu: must be a standard resource type or fully qualified",
      "spec.containers[0].resources.limits[gpu]: Invalid value: gpu: must be a standard resource for containers",
      'spec.containers[0].resources.requests[example.com/gpu]: Invalid value: resource.Quantity{i:resource.int64Amount{value:500, scale:-3}, d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:"500m", Format:"DecimalSI"}: must be an integer',
      "spec.containers[0].resources.requests[gpu]: Invalid value: gpu: must be a standard resource type or fully qualified",
      "spec.containers[0].resources.requests[gpu]: Invalid value: gpu: must be a standard resource for containers",
    ],
  ],
  [
    "field references",
    one(
      "env: [{name: A, valueFrom: {fieldRef: {fieldPath: spec.x}}}, {name: B, valueFrom: {fieldRef: {fieldPath: metadata.labels}}}, {name: C, valueFrom: {}}]",
    ),
    [
      'spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.x": error converting fieldPath: field label not supported: spec.x',
      'spec.containers[0].env[1].valueFrom.fieldRef.fieldPath: Unsupported value: "metadata.labels": supported values: "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"',
      'spec.containers[0].env[2].valueFrom: Invalid value: "": must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`',
    ],
  ],
  [
    "an ephemeral container at birth",
    pod("{containers: [{name: c, image: nginx}], ephemeralContainers: [{name: d, image: busybox}]}"),
    ["spec.ephemeralContainers: Forbidden: cannot be set on create"],
  ],
  [
    "volumes that are no file",
    pod(
      "{containers: [{name: c, image: nginx}], volumes: [{name: a, secret: {secretName: s, items: [{key: k, path: ../x}]}}, {name: b, persistentVolumeClaim: {claimName: ''}}]}",
    ),
    [
      "spec.volumes[0].secret.items[0].path: Invalid value: \"../x\": must not contain '..'",
      "spec.volumes[1].persistentVolumeClaim.claimName: Required value",
    ],
  ],
])("refuses %s", (_name, manifest, errors) => {
  expect(refusals(strategy, manifest)).toEqual(errors);
});

test("fills in what an apiserver fills in", () => {
  const { spec, status } = drafted(
    strategy,
    one("ports: [{containerPort: 80}], livenessProbe: {httpGet: {port: 80}}, resources: {limits: {cpu: 1}}"),
  );
  expect(spec).toEqual({
    containers: [
      {
        name: "c",
        image: "nginx",
        imagePullPolicy: "Always",
        livenessProbe: {
          failureThreshold: 3,
          httpGet: { path: "/", port: 80, scheme: "HTTP" },
          periodSeconds: 10,
          successThreshold: 1,
          timeoutSeconds: 1,
        },
        ports: [{ containerPort: 80, protocol: "TCP" }],
        resources: { limits: { cpu: 1 }, requests: { cpu: 1 } },
        terminationMessagePath: "/dev/termination-log",
        terminationMessagePolicy: "File",
      },
    ],
    dnsPolicy: "ClusterFirst",
    enableServiceLinks: true,
    restartPolicy: "Always",
    schedulerName: "default-scheduler",
    securityContext: {},
    terminationGracePeriodSeconds: 30,
  });
  expect(status).toEqual({ phase: "Pending", qosClass: "Burstable" });
});

test.each([
  ["nginx", "Always"],
  ["nginx:latest", "Always"],
  ["nginx:1.27", "IfNotPresent"],
  ["localhost:5000/team/nginx", "Always"],
  ["localhost:5000/nginx:1", "IfNotPresent"],
  ["nginx@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "IfNotPresent"],
  ["Nginx", "IfNotPresent"],
  ["", "IfNotPresent"],
])("pulls %s %s", (image, policy) => expect(pullPolicyOf(image)).toBe(policy));

test.each([
  ["{}", "BestEffort"],
  ["{requests: {cpu: 1}}", "Burstable"],
  ["{limits: {cpu: 1, memory: 1Gi}}", "Guaranteed"],
  ["{limits: {cpu: 1}}", "Burstable"],
  ["{limits: {cpu: 1, memory: 1Gi}, requests: {cpu: 500m}}", "Burstable"],
  ["{limits: {cpu: 1000m, memory: 1024Mi}, requests: {cpu: 1, memory: 1Gi}}", "Guaranteed"],
])("class of %s is %s", (resources, expected) => {
  expect(podQosClass(drafted(strategy, one(`resources: ${resources}`)))).toBe(expected);
});

const changeMessage =
  "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

test("lets change the image and little else", () => {
  const base = one("ports: [{containerPort: 80}]");
  const change = (f: (spec: any) => void): string[] => updateRefusals(strategy, base, (o) => f(o.spec));
  expect(change((s) => (s.containers[0].image = "nginx:1.26"))).toEqual([]);
  expect(change((s) => (s.tolerations = [{ key: "a", operator: "Exists" }]))).toEqual([]);
  expect(change((s) => s.containers.push({ name: "extra", image: "nginx" }))).toEqual([
    "spec.containers: Forbidden: pod updates may not add or remove containers",
  ]);
  expect(change((s) => (s.nodeName = "kind-worker2"))[0]!.split("\n")[0]).toBe(changeMessage);
  const [text] = change((s) => (s.containers[0].ports[0].containerPort = 81));
  expect(text).toContain("\n  core.PodSpec{\n");
  expect(text).toMatch(/\n- \t+ContainerPort: 80,\n\+ \t+ContainerPort: 81,\n/);
});

test("keeps status on an update of the spec, and the spec on an update of status", () => {
  const old = drafted(strategy, one("tty: true"));
  const now = deepCopy(old);
  now.status.phase = "Running";
  strategy.prepareForUpdate!(now, old, undefined as never);
  expect(now.status.phase).toBe("Pending");
  const reported = deepCopy(old);
  reported.spec.containers = [];
  reported.status = { phase: "Running" };
  strategy.status!.prepareForUpdate!(reported, old, undefined as never);
  expect(reported.spec).toEqual(old.spec);
  expect(reported.status).toEqual({ phase: "Running", qosClass: "BestEffort" });
});

test("resizes cpu and memory alone, and never the class", () => {
  const old = drafted(strategy, one("resources: {requests: {cpu: 100m}}"));
  const resize = (resources: unknown): string[] => {
    const object = deepCopy(old);
    object.spec.containers[0].resources = resources;
    strategy.resize.prepareForUpdate(object, old, undefined as never);
    return texts(strategy.resize.validateUpdate(object, old));
  };
  expect(resize({ requests: { cpu: "300m" } })).toEqual([]);
  expect(resize({ requests: {} })).toContain(
    "spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed",
  );
  expect(resize({})).toContain(
    'spec: Invalid value: "Pending": Pod QOS Class may not change as a result of resizing'.replace(
      "Pending",
      "Burstable",
    ),
  );
});

test.each<[string, string, string[]]>([
  [
    "a name given twice",
    one("env: [{name: A, value: x}, {name: A, value: y}]"),
    ['spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply'],
  ],
  ["a name that builds on itself", one('env: [{name: A, value: x}, {name: A, value: "$(A)y"}]'), []],
  [
    "old node labels",
    pod("{nodeSelector: {beta.kubernetes.io/os: linux}, containers: [{name: c, image: nginx}]}"),
    ['spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead'],
  ],
  [
    "the same port twice",
    one("ports: [{containerPort: 80}, {containerPort: 80}]"),
    ["spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]"],
  ],
  [
    "half a byte",
    one("resources: {limits: {memory: 100m}}"),
    [
      'spec.containers[0].resources.limits[memory]: fractional byte value "100m" is invalid, must be an integer',
      'spec.containers[0].resources.requests[memory]: fractional byte value "100m" is invalid, must be an integer',
    ],
  ],
  [
    "a negative grace period",
    pod("{terminationGracePeriodSeconds: -1, containers: [{name: c, image: nginx}]}"),
    ["spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1"],
  ],
])("warns of %s", (_name, manifest, warnings) => {
  expect(strategy.warnings!(drafted(strategy, manifest))).toEqual(warnings);
});

test.each<[string, string, string[]]>([
  [
    "addresses that some read differently",
    "{hostAliases: [{ip: 010.0.0.1}], dnsConfig: {nameservers: ['2001:DB8::1']}, containers: [{name: c, image: nginx}]}",
    [
      'spec.dnsConfig.nameservers[0]: IPv6 address "2001:DB8::1" should be in RFC 5952 canonical format ("2001:db8::1")',
      'spec.hostAliases[0].ip: non-standard IP address "010.0.0.1" will be considered invalid in a future Kubernetes release: use "10.0.0.1"',
    ],
  ],
  [
    "files of a volume that hide each other",
    `{containers: [{name: c, image: nginx}], volumes: [{name: v, configMap: {name: m, items: [{key: a, path: a}, {key: b, path: a/b}]}},
      {name: p, projected: {sources: [{secret: {name: s, items: [{key: a, path: x}]}}, {serviceAccountToken: {path: x/}}]}}]}`,
    [
      'volume "v" (ConfigMap "m"): overlapping paths: "a/b" with "a"',
      'volume "p" (Projected ServiceAccountToken): overlapping paths: "x" with "x"',
    ],
  ],
])("warns of %s, too", (_name, spec, warnings) => {
  expect(strategy.warnings!(drafted(strategy, pod(spec)))).toEqual(warnings);
});
