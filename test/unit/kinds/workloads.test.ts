import { expect, test } from "vitest";
import { strategy as daemonSet } from "../../../src/kinds/apps/daemon-set/strategy.ts";
import { strategy as deployment } from "../../../src/kinds/apps/deployment/strategy.ts";
import { strategy as statefulSet } from "../../../src/kinds/apps/stateful-set/strategy.ts";
import { scheduleError } from "../../../src/kinds/batch/cron-job/schedule.ts";
import { strategy as cronJob } from "../../../src/kinds/batch/cron-job/strategy.ts";
import { strategy as job } from "../../../src/kinds/batch/job/strategy.ts";
import type { Strategy } from "../../../src/kinds/definition.ts";
import { strategy as budget } from "../../../src/kinds/policy/pod-disruption-budget/strategy.ts";
import { deepCopy } from "../../../src/machinery/object.ts";
import { context, drafted, refusals, updateRefusals } from "../../support/kinds.ts";

const mismatch = (label: string): string =>
  `spec.template.metadata.labels: Invalid value: map[string]string{"app":"${label}"}: \`selector\` does not match template \`labels\``;
const negative = "must be greater than or equal to 0";
const template = "template: {metadata: {labels: {app: b}}, spec: {containers: [{name: c, image: nginx}]}}";

test.each<[string, Strategy<any>, string, string[]]>([
  [
    "a selector of other pods",
    deployment,
    `{replicas: -1, selector: {matchLabels: {app: a}}, ${template}}`,
    [`spec.replicas: Invalid value: -1: ${negative}`, mismatch("b")],
  ],
  ["no selector", deployment, `{${template}}`, ["spec.selector: Required value", mismatch("b")]],
  [
    "no container name",
    deployment,
    "{template: {metadata: {labels: {app: web}}, spec: {containers: [{image: nginx}]}}}",
    ["spec.selector: Required value", mismatch("web"), "spec.template.spec.containers[0].name: Required value"],
  ],
  [
    "a strategy that cannot move",
    deployment,
    `
    {minReadySeconds: 700, progressDeadlineSeconds: 600, strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 0, maxUnavailable: 0%}},
     selector: {matchLabels: {app: b}}, template: {metadata: {labels: {app: b}}, spec: {restartPolicy: Never, containers: [{name: c, image: nginx}]}}}`,
    [
      'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
      'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: intstr.IntOrString{Type:1, IntVal:0, StrVal:"0%"}: may not be 0 when `maxSurge` is 0',
      "spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds",
    ],
  ],
  [
    "a recreation that rolls",
    deployment,
    "{strategy: {type: Recreate, rollingUpdate: {maxSurge: 1}}, selector: {matchLabels: {app: b}}, template: {metadata: {labels: {app: b}}, spec: {containers: []}}}",
    [
      "spec.template.spec.containers: Required value",
      "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
    ],
  ],
  [
    "a job that counts down",
    job,
    "{completions: -1, parallelism: -2, backoffLimit: -3, activeDeadlineSeconds: -4, ttlSecondsAfterFinished: -5, completionMode: Ordered, template: {spec: {containers: [{name: c, image: busybox}]}}}",
    [
      `spec.parallelism: Invalid value: -2: ${negative}`,
      `spec.completions: Invalid value: -1: ${negative}`,
      `spec.activeDeadlineSeconds: Invalid value: -4: ${negative}`,
      `spec.backoffLimit: Invalid value: -3: ${negative}`,
      `spec.ttlSecondsAfterFinished: Invalid value: -5: ${negative}`,
      'spec.completionMode: Unsupported value: "Ordered": supported values: "NonIndexed", "Indexed"',
      'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
    ],
  ],
  [
    "a stateful set of disorder",
    statefulSet,
    "{replicas: -1, podManagementPolicy: Random, updateStrategy: {type: Recreate}, selector: {matchLabels: {app: a}}, template: {metadata: {labels: {app: b}}, spec: {restartPolicy: OnFailure, containers: [{name: c, image: redis}]}}}",
    [
      `spec.podManagementPolicy: Invalid value: "Random": must be 'OrderedReady' or 'Parallel'`,
      `spec.updateStrategy: Invalid value: apps.StatefulSetUpdateStrategy{Type:"Recreate", RollingUpdate:(*apps.RollingUpdateStatefulSetStrategy)(nil)}: must be 'RollingUpdate' or 'OnDelete'`,
      `spec.replicas: Invalid value: -1: ${negative}`,
      mismatch("b"),
      'spec.template.spec.restartPolicy: Unsupported value: "OnFailure": supported values: "Always"',
    ],
  ],
  [
    "a daemon set of everything",
    daemonSet,
    "{updateStrategy: {type: Recreate}, selector: {}, template: {metadata: {labels: {app: b}}, spec: {restartPolicy: Never, containers: [{name: c, image: nginx}]}}}",
    [
      "spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string(nil), MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: empty selector is invalid for daemonset",
      'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
      'spec.updateStrategy: Unsupported value: apps.DaemonSetUpdateStrategy{Type:"Recreate", RollingUpdate:(*apps.RollingUpdateDaemonSet)(nil)}: supported values: "RollingUpdate", "OnDelete"',
    ],
  ],
  [
    "a cron job on Mars",
    cronJob,
    "{schedule: every day, timeZone: Mars/Base, concurrencyPolicy: Sometimes, startingDeadlineSeconds: -5, successfulJobsHistoryLimit: -1, jobTemplate: {spec: {template: {spec: {containers: [{name: c, image: busybox}]}}}}}",
    [
      'spec.schedule: Invalid value: "every day": expected exactly 5 fields, found 2: [every day]',
      `spec.startingDeadlineSeconds: Invalid value: -5: ${negative}`,
      'spec.timeZone: Invalid value: "Mars/Base": unknown time zone Mars/Base',
      'spec.concurrencyPolicy: Unsupported value: "Sometimes": supported values: "Allow", "Forbid", "Replace"',
      'spec.jobTemplate.spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
      `spec.successfulJobsHistoryLimit: Invalid value: -1: ${negative}`,
    ],
  ],
  [
    "more than all",
    budget,
    "{minAvailable: 150%}",
    [
      'spec.minAvailable: Invalid value: intstr.IntOrString{Type:1, IntVal:0, StrVal:"150%"}: must not be greater than 100%',
    ],
  ],
])("refuses %s", (_name, strategy, spec, errors) => {
  expect(refusals(strategy, `{metadata: {name: x}, spec: ${spec}}`)).toEqual(errors);
});

test.each<[string, string | undefined]>([
  ["*/5 * * * *", undefined],
  ["@hourly", undefined],
  ["@every 1h30m", undefined],
  ["0 0 * jan-mar mon,fri", undefined],
  ["5/15 * * * *", undefined],
  ["61 * * * *", "end of range (61) above maximum (59): 61"],
  ["* * * *", "expected exactly 5 fields, found 4: [* * * *]"],
  ["bogus", "expected exactly 5 fields, found 1: [bogus]"],
  ["* * * * 7", "end of range (7) above maximum (6): 7"],
  ["x * * * *", 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
  ["5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1"],
  ["1-2-3 * * * *", "too many hyphens: 1-2-3"],
  ["*/0 * * * *", "step of range should be a positive number: */0"],
  ["@often", "unrecognized descriptor: @often"],
])("reads the schedule %s", (schedule, error) => expect(scheduleError(schedule)).toBe(error));

const simple = `{metadata: {name: x}, spec: {selector: {matchLabels: {app: b}}, ${template}}}`;
const fixed =
  "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

test("keeps selectors and what else may not change", () => {
  expect(updateRefusals(deployment, simple, (o) => (o.spec.selector.matchLabels.x = "y"))).toEqual([
    mismatch("b"),
    'spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"app":"b", "x":"y"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable',
  ]);
  expect(updateRefusals(statefulSet, simple, (o) => (o.spec.serviceName = "other"))).toEqual([fixed]);
  expect(updateRefusals(statefulSet, simple, (o) => (o.spec.replicas = 3))).toEqual([]);
  expect(updateRefusals(statefulSet, simple, (o) => (o.spec.selector.matchLabels.app = "z"))).toEqual([
    mismatch("b"),
    fixed,
  ]);
  const once =
    "{metadata: {name: once}, spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}}}}";
  expect(updateRefusals(job, once, (o) => (o.spec.completions = 5))).toEqual([
    "spec.completions: Invalid value: 5: field is immutable",
  ]);
  expect(updateRefusals(job, once, (o) => (o.spec.parallelism = 5))).toEqual([]);
  const [text] = updateRefusals(job, once, (o) => (o.spec.template.spec.containers[0].image = "nginx"));
  expect(text).toMatch(
    /^spec\.template: Invalid value: core\.PodTemplateSpec\{ObjectMeta:v1\.ObjectMeta\{Name:"".*: field is immutable$/,
  );
});

test("lets a suspended job that has not begun be told where to run", () => {
  const base =
    "{metadata: {name: once}, spec: {suspend: true, template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}}}}";
  expect(updateRefusals(job, base, (o) => (o.spec.template.spec.nodeSelector = { disk: "ssd" }))).toEqual([]);
  expect(updateRefusals(job, base, (o) => (o.spec.template.spec.dnsPolicy = "Default"))).toHaveLength(1);
});

test("selects a job's pods by its uid", () => {
  const uid = "a5b9e5fb-ddf2-405b-abc2-46cf5f453060";
  const labels = {
    "batch.kubernetes.io/controller-uid": uid,
    "batch.kubernetes.io/job-name": "once",
    "controller-uid": uid,
    "job-name": "once",
  };
  const made = drafted(
    job,
    "{metadata: {name: once}, spec: {suspend: true, template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}}}}",
  );
  expect(made.metadata.labels).toEqual(labels);
  expect(made.spec.template.metadata.labels).toEqual(labels);
  expect(made.spec.selector).toEqual({ matchLabels: { "batch.kubernetes.io/controller-uid": uid } });
  expect(made.spec).toMatchObject({
    backoffLimit: 6,
    completionMode: "NonIndexed",
    completions: 1,
    parallelism: 1,
    manualSelector: false,
    podReplacementPolicy: "TerminatingOrFailed",
  });
});

test("fills in workloads", () => {
  expect(drafted(deployment, simple).spec).toMatchObject({
    progressDeadlineSeconds: 600,
    replicas: 1,
    revisionHistoryLimit: 10,
    strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } },
    template: {
      metadata: { creationTimestamp: null },
      spec: { restartPolicy: "Always", terminationGracePeriodSeconds: 30 },
    },
  });
  expect(drafted(deployment, simple).spec.template.spec.enableServiceLinks).toBeUndefined();
  const set = drafted(
    statefulSet,
    simple.replace("spec: {selector", "spec: {volumeClaimTemplates: [{metadata: {name: data}, spec: {}}], selector"),
  );
  expect(set.spec).toMatchObject({
    persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
    podManagementPolicy: "OrderedReady",
    updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } },
    volumeClaimTemplates: [
      {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { creationTimestamp: null, name: "data" },
        spec: { volumeMode: "Filesystem" },
        status: { phase: "Pending" },
      },
    ],
  });
});

test("counts a daemon set's templates in an annotation", () => {
  const key = "deprecated.daemonset.template.generation";
  const old = drafted(daemonSet, simple);
  expect(old.metadata.annotations).toEqual({ [key]: "1" });
  const same = deepCopy(old);
  same.spec.revisionHistoryLimit = 3;
  daemonSet.prepareForUpdate!(same, old, context);
  expect(same.metadata.annotations[key]).toBe("1");
  const changed = deepCopy(old);
  changed.spec.template.spec.containers[0].image = "nginx:1.27";
  daemonSet.prepareForUpdate!(changed, old, context);
  expect(changed.metadata.annotations[key]).toBe("2");
});

test("counts a deployment's annotations as a change", () => {
  const old = drafted(deployment, simple);
  const now = deepCopy(old);
  expect(deployment.generationChanges!(now, old)).toBe(false);
  now.metadata.annotations = { a: "b" };
  expect(deployment.generationChanges!(now, old)).toBe(true);
});

test("refuses a cron job's name that leaves no room for its jobs'", () => {
  const name = "this-name-is-much-too-long-for-a-cronjob-because-jobs-append";
  const spec =
    "{schedule: 0 0 * * *, jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}}}}}";
  expect(refusals(cronJob, `{metadata: {name: ${name}}, spec: ${spec}}`)).toEqual([
    `metadata.name: Invalid value: "${name}": must be no more than 52 characters`,
  ]);
});
