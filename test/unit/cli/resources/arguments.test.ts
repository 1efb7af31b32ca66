import { expect, test } from "vitest";
import { hasNames, parseResourceArguments } from "../../../../src/cli/resources/arguments.ts";

test.each([
  [["pods"], { types: ["pods"], names: [], tuples: [] }],
  [["pods,svc"], { types: ["pods,svc"], names: [], tuples: [] }],
  [["pods", "a", "b"], { types: ["pods"], names: ["a", "b"], tuples: [] }],
  [
    ["pod/a", "svc/b"],
    {
      types: [],
      names: [],
      tuples: [
        { resource: "pod", name: "a" },
        { resource: "svc", name: "b" },
      ],
    },
  ],
  [
    ["deploy,svc", "web"],
    {
      types: [],
      names: [],
      tuples: [
        { resource: "deploy", name: "web" },
        { resource: "svc", name: "web" },
      ],
    },
  ],
])("%j", (args, expected) => {
  expect(parseResourceArguments(args)).toEqual(expected);
});

test.each([
  [
    ["deploy/web", "pods", "web"],
    "there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'",
  ],
  [["deploy/"], "arguments in resource/name form must have a single resource and name"],
  [["deploy/web/x"], "arguments in resource/name form may not have more than one slash"],
  [["deploy,", "svc"], "arguments in resource/name form must have a single resource and name"],
])("%j is refused", (args, message) => {
  expect(() => parseResourceArguments(args)).toThrow(message);
});

test("names are told from types", () => {
  expect([["pods"], ["pods", "a"], ["pod/a"]].map(hasNames)).toEqual([false, true, true]);
});
