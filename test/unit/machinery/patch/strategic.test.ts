import { expect, test } from "vitest";
import { applyStrategicPatch } from "../../../../src/machinery/patch/strategic.ts";
import { createStrategicPatch } from "../../../../src/machinery/patch/strategic-diff.ts";
import { structure } from "../../../support/structure.ts";

const podSpec = "io.k8s.api.core.v1.PodSpec";
const deploymentSpec = "io.k8s.api.apps.v1.DeploymentSpec";
const meta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
const container = (name: string, more: object = {}) => ({ name, ...more });

test.each([
  [
    "scalars and nulls",
    podSpec,
    { hostname: "a", subdomain: "b" },
    { hostname: "c", subdomain: null, nodeName: null },
    { hostname: "c" },
  ],
  [
    "elements of the patch come first, those of the server keep their order",
    podSpec,
    { containers: [container("app"), container("side")] },
    { containers: [container("live", { image: "x" })] },
    { containers: [container("live", { image: "x" }), container("app"), container("side")] },
  ],
  [
    "elements merge by key",
    podSpec,
    {
      containers: [
        container("a", {
          env: [
            { name: "A", value: "1" },
            { name: "B", value: "2" },
          ],
          ports: [{ containerPort: 80 }],
        }),
      ],
    },
    {
      containers: [
        container("a", {
          env: [
            { name: "B", value: "9" },
            { name: "C", value: "3" },
          ],
          ports: [{ containerPort: 443 }],
        }),
      ],
    },
    {
      containers: [
        container("a", {
          env: [
            { name: "A", value: "1" },
            { name: "B", value: "9" },
            { name: "C", value: "3" },
          ],
          ports: [{ containerPort: 443 }, { containerPort: 80 }],
        }),
      ],
    },
  ],
  [
    "lists without a key are replaced",
    podSpec,
    { tolerations: [{ key: "a" }] },
    { tolerations: [{ key: "b" }] },
    { tolerations: [{ key: "b" }] },
  ],
  [
    "$patch: delete of an element",
    podSpec,
    { containers: [container("a"), container("b")] },
    { containers: [{ name: "b", $patch: "delete" }] },
    { containers: [container("a")] },
  ],
  [
    "$patch: replace of a list",
    podSpec,
    { containers: [container("a")] },
    { containers: [{ $patch: "replace" }, container("only")] },
    { containers: [container("only")] },
  ],
  [
    "$patch: replace of a map",
    podSpec,
    { securityContext: { runAsUser: 1 } },
    { securityContext: { $patch: "replace", runAsGroup: 2 } },
    { securityContext: { runAsGroup: 2 } },
  ],
  [
    "$patch: delete of a map",
    podSpec,
    { securityContext: { runAsUser: 1 } },
    { securityContext: { $patch: "delete" } },
    { securityContext: {} },
  ],
  [
    "directives about what is not there vanish",
    podSpec,
    {},
    { containers: [{ name: "b", $patch: "delete" }, container("a", { image: null })] },
    { containers: [container("a")] },
  ],
  [
    "$retainKeys",
    deploymentSpec,
    { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1 } } },
    { strategy: { $retainKeys: ["type"], type: "Recreate" } },
    { strategy: { type: "Recreate" } },
  ],
  [
    "$setElementOrder",
    podSpec,
    { containers: [container("a"), container("server"), container("b")] },
    { "$setElementOrder/containers": [{ name: "b" }, { name: "a" }], containers: [container("a", { image: "new" })] },
    { containers: [container("server"), container("b"), container("a", { image: "new" })] },
  ],
  [
    "lists of scalars merge",
    meta,
    { finalizers: ["a", "live"] },
    { finalizers: ["b", "a"] },
    { finalizers: ["b", "a", "live"] },
  ],
  [
    "$deleteFromPrimitiveList",
    meta,
    { finalizers: ["a", "b", "c"] },
    { "$deleteFromPrimitiveList/finalizers": ["a", "x"] },
    { finalizers: ["b", "c"] },
  ],
  ["fields that the type lacks are taken over", podSpec, {}, { bogus: { a: 1 } }, { bogus: { a: 1 } }],
])("%s", (_, type, original, patch, expected) => {
  expect(applyStrategicPatch(structure, type, structuredClone(original), structuredClone(patch) as object)).toEqual(
    expected,
  );
});

test.each([
  [
    podSpec,
    { containers: [container("a")] },
    { containers: [{ image: "noname" }] },
    "map: map[image:noname] does not contain declared merge key: name",
  ],
  [
    podSpec,
    { securityContext: {} },
    { securityContext: { $patch: "jump" } },
    "unknown patch type: jump in map: map[$patch:jump]",
  ],
  [
    podSpec,
    { bogus: { a: 1 } },
    { bogus: { a: 2 } },
    'unable to find api field in struct PodSpec for the json field "bogus"',
  ],
  [
    podSpec,
    { containers: [container("a")] },
    { containers: ["a"] },
    "list element types are not identical: [[map[name:a]] [a]]",
  ],
  [
    podSpec,
    { containers: [container("a")] },
    { containers: [{ $patch: "merge" }] },
    "merging lists cannot yet be specified in the patch",
  ],
  [
    deploymentSpec,
    { strategy: {} },
    { strategy: { $retainKeys: ["type"], rollingUpdate: {} } },
    "invalid patch format of retainKeys",
  ],
  [
    podSpec,
    { containers: [container("a")] },
    { "$setElementOrder/containers": [{ name: "a" }], containers: [container("b")] },
    "The order in patch list:\n[map[name:b]]\n doesn't match $setElementOrder list:\n[map[name:a]]\n",
  ],
])("%s %j refuses %j", (type, original, patch, message) => {
  expect(() =>
    applyStrategicPatch(structure, type, structuredClone(original), structuredClone(patch) as object),
  ).toThrow(expect.objectContaining({ message }));
});

test.each([
  [podSpec, { hostname: "a", nodeName: "n" }, { hostname: "b" }, { hostname: "b", nodeName: null }],
  [
    podSpec,
    { containers: [container("a", { image: "1" }), container("b")] },
    { containers: [container("c"), container("a", { image: "2" })] },
    {
      containers: [container("c"), container("a", { image: "2" }), { name: "b", $patch: "delete" }],
      "$setElementOrder/containers": [{ name: "c" }, { name: "a" }],
    },
  ],
  [
    meta,
    { finalizers: ["a", "b"] },
    { finalizers: ["b", "c"] },
    { finalizers: ["c"], "$deleteFromPrimitiveList/finalizers": ["a"], "$setElementOrder/finalizers": ["b", "c"] },
  ],
  [
    deploymentSpec,
    { strategy: { type: "RollingUpdate", rollingUpdate: {} } },
    { strategy: { type: "Recreate" } },
    { strategy: { $retainKeys: ["type"], rollingUpdate: null, type: "Recreate" } },
  ],
  [podSpec, { tolerations: [{ key: "a" }] }, { tolerations: [{ key: "a" }] }, {}],
])("the difference of %s %j and %j", (type, original, modified, patch) => {
  expect(createStrategicPatch(structure, type, original, modified)).toEqual(patch);
  expect(applyStrategicPatch(structure, type, structuredClone(original), structuredClone(patch) as object)).toEqual(
    modified,
  );
});
