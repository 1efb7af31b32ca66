import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { catalog } from "../../../src/kinds/catalog.ts";
import { deepCopy } from "../../../src/machinery/object.ts";
import { context, drafted, texts, updateRefusals } from "../../support/kinds.ts";

const strategyOf = (name: string) => {
  const [resource, ...group] = name.split(".");
  return catalog.find((d) => d.resource === resource && d.group === group.join("."))!.facets.strategy!();
};
const sample = (name: string): string => readFileSync(`fixtures/manifests/kinds/${name}.yaml`, "utf8");

test.each<[string, (object: any) => void, string[]]>([
  [
    "rolebindings.rbac.authorization.k8s.io",
    (o) => Object.assign(o.roleRef, { kind: "ClusterRole", name: "edit" }),
    [
      'roleRef: Invalid value: rbac.RoleRef{APIGroup:"rbac.authorization.k8s.io", Kind:"ClusterRole", Name:"edit"}: cannot change roleRef',
    ],
  ],
  [
    "priorityclasses.scheduling.k8s.io",
    (o) => Object.assign(o, { value: 7, preemptionPolicy: "Never" }),
    [
      "value: Forbidden: may not be changed in an update.",
      'preemptionPolicy: Invalid value: "Never": field is immutable',
    ],
  ],
  [
    "storageclasses.storage.k8s.io",
    (o) => Object.assign(o, { provisioner: "x", reclaimPolicy: "Retain", parameters: { a: "b" } }),
    [
      "parameters: Forbidden: updates to parameters are forbidden.",
      "provisioner: Forbidden: updates to provisioner are forbidden.",
      "reclaimPolicy: Forbidden: updates to reclaimPolicy are forbidden.",
    ],
  ],
  [
    "ingressclasses.networking.k8s.io",
    (o) => Object.assign(o.spec, { controller: "example.com/other" }),
    ['spec.controller: Invalid value: "example.com/other": field is immutable'],
  ],
  [
    "runtimeclasses.node.k8s.io",
    (o) => Object.assign(o, { handler: "x" }),
    ['handler: Invalid value: "x": field is immutable'],
  ],
])("what a change of %s may not touch", async (name, change, expected) => {
  expect(updateRefusals(await strategyOf(name), sample(name), change)).toEqual(expected);
});

test.each<[string, (object: any) => void, RegExp]>([
  [
    "persistentvolumes",
    (o) => Object.assign(o.spec.hostPath, { path: "/other" }),
    /^spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation/,
  ],
  [
    "persistentvolumeclaims",
    (o) => Object.assign(o.spec, { accessModes: ["ReadWriteMany"] }),
    /^spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims/,
  ],
])("the immutable spec of %s", async (name, change, expected) => {
  expect(updateRefusals(await strategyOf(name), sample(name), change)[0]).toMatch(expected);
});

const split = catalog.filter(
  (d) => d.facets.strategy && !d.storage && d.subresources?.some((s) => s.name === "status"),
);
const nameOf = (d: (typeof split)[number]): string => (d.group === "" ? d.resource : `${d.resource}.${d.group}`);

test.each(split.map((d) => [nameOf(d), d] as const))(
  "the main endpoint of %s leaves its status alone, and the reverse",
  async (name, d) => {
    const strategy = await d.facets.strategy!();
    const old = drafted(strategy, sample(name));
    const changed = deepCopy(old);
    changed.status = { marker: "changed" };
    strategy.prepareForUpdate?.(changed, old, context);
    expect(changed.status?.marker).toBeUndefined();
    const reported = deepCopy(old);
    reported.spec = { marker: "changed" };
    strategy.status?.prepareForUpdate?.(reported, old, context);
    expect(reported.spec).toEqual(old.spec);
    expect(texts(strategy.status?.validateUpdate?.(reported, old) ?? [])).toEqual([]);
  },
);
