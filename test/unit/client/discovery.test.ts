import { expect, test } from "vitest";
import { createMapper } from "../../../src/client/discovery.ts";
import type { ApiResource } from "../../../src/client/rest-mapper.ts";

const resource = (group: string, version: string, plural: string, shortNames: readonly string[]): ApiResource => ({
  group,
  version,
  kind: `${plural[0]!.toUpperCase()}${plural.slice(1, -1)}`,
  resource: plural,
  singular: plural.slice(0, -1),
  namespaced: true,
  shortNames,
  categories: [],
  verbs: [],
  subresources: [],
});

test("a short name means the first resource that has it, and tells of the others once", () => {
  const told: string[] = [];
  const mapper = createMapper(
    [
      resource("", "v1", "events", ["ev"]),
      resource("autoscaling", "v2", "scalers", ["sc"]),
      resource("autoscaling", "v1", "scalers", ["sc"]),
      resource("events.k8s.io", "v1", "events", ["ev"]),
    ],
    (text) => told.push(text),
  );
  expect(mapper.resourceFor("ev")?.group).toBe("");
  expect(mapper.resourceFor("ev")?.group).toBe("");
  expect(told).toEqual(['short name "ev" could also match lower priority resource events.events.k8s.io']);
  expect(mapper.resourceFor("ev.events.k8s.io")?.group).toBe("events.k8s.io");
  expect(mapper.resourceFor("sc")?.version).toBe("v2");
  expect(mapper.resourceFor("events")?.group).toBe("");
  expect(told).toHaveLength(1);
});
