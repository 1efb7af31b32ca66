import { expect, test } from "vitest";
import type { Controller, ControllerRegistration } from "../../../src/controllers/controller.ts";
import { createControllerManager, retryDelayMs } from "../../../src/controllers/manager.ts";
import { registrations } from "../../../src/controllers/registry.ts";
import { catalog } from "../../../src/kinds/catalog.ts";

function setUp(reconcile: Controller["reconcile"], row: Partial<ControllerRegistration> = {}) {
  const woken: string[] = [];
  let loads = 0;
  const registration: ControllerRegistration = {
    name: "c",
    user: "u",
    manager: "m",
    watches: [{ group: "", resource: "pods" }],
    load: async () => {
      loads++;
      return { reconcile };
    },
    ...row,
  };
  const failures = new Map<string, number>();
  const manager = createControllerManager({
    registrations: [registration],
    lister: { get: () => undefined, list: () => [], ownedBy: () => [], listNamed: () => [] },
    now: () => 7,
    wake: (owner, key, at) => woken.push(`${owner} ${key} ${at}`),
    chance: () => 0,
    clientFor: () => ({}) as never,
    eventsFor: () => ({}) as never,
    failures,
  });
  return { manager, woken, failures, loads: () => loads };
}

const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "p", namespace: "n" } };

test("a change wakes its watchers without loading them", () => {
  const { manager, woken, loads } = setUp(async () => undefined);
  manager.observe({ group: "", resource: "pods", object: pod });
  manager.observe({ group: "", resource: "nodes", object: pod });
  expect(woken).toEqual(["c n/p 7"]);
  expect(loads()).toBe(0);
});

test("failures are retried ever later until one goes well", async () => {
  let fail = true;
  const { manager, failures, loads } = setUp(async () => {
    if (fail) throw new Error("no");
    return { at: 99 };
  });
  expect([
    await manager.run("c", "k", 1000),
    await manager.run("c", "k", 1000),
    await manager.run("c", "k", 1000),
  ]).toEqual([1005, 1010, 1020]);
  expect([...failures]).toEqual([["c k", 3]]);
  fail = false;
  expect(await manager.run("c", "k", 1000)).toBe(99);
  expect(failures.size).toBe(0);
  expect(loads()).toBe(1);
  expect(retryDelayMs(40)).toBe(1_000_000);
});

test("a controller may give up, or look at another key", async () => {
  const { manager } = setUp(
    async () => {
      throw new Error("no");
    },
    { maxRetries: 1 },
  );
  expect(await manager.run("c", "k", 0)).toBe(5);
  expect(await manager.run("c", "k", 5)).toBeUndefined();
  const other = setUp(async () => ({ at: 50, key: "later" }));
  expect(await other.manager.run("c", "k", 0)).toBeUndefined();
  expect(other.woken).toEqual(["c later 50"]);
});

test("what a controller notes is there the next time", async () => {
  const seen: unknown[] = [];
  const { manager } = setUp(async (key, context) => {
    seen.push(context.recall(key));
    context.remember(key, { n: seen.length });
    return undefined;
  });
  await manager.run("c", "k", 0);
  await manager.run("c", "k", 0);
  expect(seen).toEqual([undefined, { n: 1 }]);
});

test("every row of the registry watches resources that exist, has a name of its own and loads", async () => {
  const known = new Set(catalog.map((r) => `${r.group}/${r.resource}`));
  const names = registrations.map((r) => r.name);
  expect(new Set(names).size).toBe(names.length);
  for (const row of registrations) {
    for (const { group, resource } of row.watches)
      if (resource !== "*") expect(known).toContain(`${group}/${resource}`);
    expect(typeof (await row.load()).reconcile).toBe("function");
  }
});
