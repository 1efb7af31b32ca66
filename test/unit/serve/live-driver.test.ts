import { expect, test } from "vitest";
import type { OpenCluster } from "../../../src/cluster/open-cluster.ts";
import { createLiveDriver } from "../../../src/serve/live-driver.ts";

/** A cluster whose engine takes a few turns of the event loop to catch up, and counts those that overlap. */
function slowCluster() {
  let now = 0;
  let reached = 0;
  let running = 0;
  let overlaps = 0;
  const due = new Set<number>();
  const engine = {
    get running() {
      return running > 0;
    },
    async advanceTo(target: number) {
      if (running++ > 0) overlaps++;
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
      for (const at of due) if (at <= target) due.delete(at);
      reached = Math.max(reached, target);
      running--;
    },
    nextDue: () => (due.size === 0 ? undefined : Math.min(...due)),
    save() {},
    wake() {},
  };
  const cluster = {
    engine: async () => engine,
    now: () => now,
    state: { commit() {} },
    runtimeRecords: { dirty: false, flush() {} },
    handler: async () => ({ kind: "object", status: 200, headers: {}, body: { at: reached } }),
  };
  return {
    cluster: cluster as unknown as OpenCluster,
    due,
    tick: (ms: number) => {
      now += ms;
    },
    overlaps: () => overlaps,
  };
}

test("a look with nothing due does not stop later ones", async () => {
  const world = slowCluster();
  const driver = await createLiveDriver(world.cluster);
  world.tick(1);
  world.due.add(1);
  await driver.handle({ method: "GET" } as unknown as Parameters<typeof driver.handle>[0]);
  expect(world.due.size).toBe(0);
  await driver.stop();
});

test("writes and what falls due meanwhile never run the simulation twice at once", async () => {
  const world = slowCluster();
  const driver = await createLiveDriver(world.cluster);
  const request = (method: string) =>
    driver.handle({ method, path: "/api/v1/pods", query: {}, headers: {} } as unknown as Parameters<
      typeof driver.handle
    >[0]);
  const answers: Promise<unknown>[] = [];
  for (let round = 0; round < 20; round++) {
    answers.push(request("POST"));
    // Far enough for the write to have begun a run, which takes three turns.
    for (let step = 0; step < 10; step++) await Promise.resolve();
    world.tick(1);
    world.due.add(round);
    answers.push(request("GET"));
    for (let turn = 0; turn < round; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(answers);
  await driver.stop();
  expect(world.overlaps()).toBe(0);
  expect(world.due.size).toBe(0);
});
