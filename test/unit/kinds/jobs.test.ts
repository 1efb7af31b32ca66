import { expect, test } from "vitest";
import { strategy as job } from "../../../src/kinds/batch/job/strategy.ts";
import { refusals, updateRefusals } from "../../support/kinds.ts";

const template = "template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}}";
const spec = (text: string): string => `{metadata: {name: a}, spec: {${text}, ${template}}}`;
const rule = (text: string): string => spec(`podFailurePolicy: {rules: [${text}]}`);
const success = (text: string): string =>
  spec(`completionMode: Indexed, completions: 5, successPolicy: {rules: [${text}]}`);
const at = "spec.podFailurePolicy.rules[0]";
const indexes = "spec.successPolicy.rules[0].succeededIndexes";

test.each<[string, string[]]>([
  [
    spec("managedBy: me"),
    ['spec.managedBy: Invalid value: "me": must be a domain-prefixed path (such as "acme.io/foo")'],
  ],
  [spec(`managedBy: example.com/${"x".repeat(60)}`), ["spec.managedBy: Too long: may not be more than 63 bytes"]],
  [
    spec("completionMode: Indexed, completions: 5, backoffLimitPerIndex: 1, maxFailedIndexes: 7"),
    ["spec.maxFailedIndexes: Invalid value: 7: must be less than or equal to completions"],
  ],
  [
    spec("completionMode: Indexed, completions: 100001, parallelism: 10001, backoffLimitPerIndex: 1"),
    [
      "spec.maxFailedIndexes: Required value: must be specified when completions is above 100000",
      "spec.parallelism: Invalid value: 10001: must be less than or equal to 10000 when completions are above 100000 and used with backoff limit per index",
    ],
  ],
  [
    rule("{}"),
    [
      `${at}.action: Required value: valid values: ["Count" "FailIndex" "FailJob" "Ignore"]`,
      `${at}: Invalid value: specifying one of OnExitCodes and OnPodConditions is required`,
    ],
  ],
  [
    rule("{action: FailIndex, onExitCodes: {containerName: d, values: [3, 2]}, onPodConditions: [{type: Ready}]}"),
    [
      `${at}.action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set`,
      `${at}.onExitCodes.operator: Required value: valid values: ["In" "NotIn"]`,
      `${at}.onExitCodes.containerName: Invalid value: "d": must be one of the container or initContainer names in the pod template`,
      `${at}.onExitCodes.values: Invalid value: []int32{3, 2}: must be ordered`,
      `${at}: Invalid value: specifying both OnExitCodes and OnPodConditions is not supported`,
    ],
  ],
  [
    spec("successPolicy: {rules: [{succeededCount: 1}]}"),
    [
      "spec.successPolicy: Invalid value: batch.SuccessPolicy{Rules:[]batch.SuccessPolicyRule{batch.SuccessPolicyRule{SucceededIndexes:(*string)(nil), SucceededCount:(*int32)(0xc000a1e2d0)}}}: requires indexed completion mode",
    ],
  ],
  [
    success("{succeededIndexes: 0-1-2}"),
    [
      `${indexes}: Invalid value: "0-1-2": error parsing succeededIndexes: the fragment "0-1-2" violates the requirement that an index interval can have at most two parts separated by '-'`,
    ],
  ],
  [
    success("{succeededIndexes: '0,9'}"),
    [`${indexes}: Invalid value: "0,9": error parsing succeededIndexes: too large index: "9"`],
  ],
  [
    success("{succeededIndexes: '3,1'}"),
    [`${indexes}: Invalid value: "3,1": error parsing succeededIndexes: non-increasing order, previous: 3, current: 1`],
  ],
  [
    success("{succeededIndexes: 0-1, succeededCount: 6}"),
    [
      "spec.successPolicy.rules[0].succeededCount: Invalid value: 6: must be less than or equal to 5 (the number of specified completions)",
      "spec.successPolicy.rules[0].succeededCount: Invalid value: 6: must be less than or equal to 2 (the number of indexes in the specified succeededIndexes field)",
    ],
  ],
])("%s", (manifest, expected) => {
  expect(refusals(job, manifest)).toEqual(expected);
});

test("a suspended job that has not begun may lose its node affinity", () => {
  const affinity =
    "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Exists}]}]}}}";
  const manifest = spec("suspend: true").replace("restartPolicy", `${affinity}, restartPolicy`);
  const errors = updateRefusals(job, manifest, (object) => {
    delete object.spec.template.spec.affinity;
  });
  expect(errors).toEqual([]);
});
