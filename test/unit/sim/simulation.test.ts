import fc from "fast-check";
import { expect, test } from "vitest";
import { chanceOf } from "../../../src/sim/chance.ts";
import { CATCH_UP_HORIZON_MS, createSimulation } from "../../../src/sim/create-simulation.ts";

/** A world in which each key wakes again after a delay that chance decides, and records when it ran. */
function world(
  saved: { now: number; sequence: number; wakeups: Iterable<any> } = { now: 0, sequence: 0, wakeups: [] },
) {
  const runs: string[] = [];
  const sim = createSimulation({
    seed: "seed",
    ...saved,
    async run(owner, key, at) {
      runs.push(`${at} ${owner} ${key}`);
      if (key === "once") return undefined;
      if (owner === "other") return undefined;
      if (at % 5 === 0) sim.wake("other", `${key}-${at}`, at);
      return at + 1 + Math.floor(chanceOf("seed", `${key} ${at}`) * 50);
    },
  });
  return { sim, runs };
}

test("what is due runs at its own instant, in order, and equal instants in the order of waking", async () => {
  const { sim, runs } = world();
  sim.wake("a", "once", 30);
  sim.wake("b", "once", 10);
  sim.wake("c", "once", 10);
  sim.wake("a", "once", 20);
  await sim.advanceTo(25);
  expect(runs).toEqual(["10 b once", "10 c once", "20 a once"]);
  expect(sim.now).toBe(25);
  expect(sim.nextDue()).toBeUndefined();
});

test("a later wake does not put off an earlier one", async () => {
  const { sim, runs } = world();
  sim.wake("a", "once", 10);
  sim.wake("a", "once", 90);
  await sim.advanceTo(100);
  expect(runs).toEqual(["10 a once"]);
});

test("one jump equals many small steps with save and restore between", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 12 }), async (steps) => {
      const start = (w: ReturnType<typeof world>) => {
        for (const key of ["x", "y", "z"]) w.sim.wake("a", key, 3);
      };
      const whole = world();
      start(whole);
      await whole.sim.advanceTo(steps.reduce((a, b) => a + b, 0));
      let sliced = world();
      start(sliced);
      const runs: string[] = [];
      let at = 0;
      for (const step of steps) {
        at += step;
        await sliced.sim.advanceTo(at);
        runs.push(...sliced.runs);
        sliced = world({ now: sliced.sim.now, sequence: sliced.sim.sequence, wakeups: [...sliced.sim.wakeups()] });
      }
      expect(runs).toEqual(whole.runs);
    }),
  );
});

test("after a long absence what was due runs at the horizon", async () => {
  const { sim, runs } = world();
  sim.wake("a", "once", 10);
  await sim.advanceTo(CATCH_UP_HORIZON_MS + 1_000_000);
  expect(runs).toEqual(["1000000 a once"]);
});

test("chance is even and differs by purpose and seed", () => {
  const draws = Array.from({ length: 2000 }, (_, i) => chanceOf("s", `purpose ${i}`));
  expect(new Set(draws).size).toBe(2000);
  expect(Math.abs(draws.reduce((a, b) => a + b, 0) / 2000 - 0.5)).toBeLessThan(0.03);
  expect(chanceOf("s", "a")).not.toBe(chanceOf("t", "a"));
});
