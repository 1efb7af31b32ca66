import { expect, test } from "vitest";
import { NodeWorld } from "../support/node-world.ts";

/** A cluster with something of everything that goes on by itself. */
async function busyWorld(): Promise<NodeWorld> {
  const world = await NodeWorld.create();
  world.runtime.programs.crash = { runsMs: 1700, exitCode: 1 };
  world.runtime.programs.job = { runsMs: 20_300 };
  world.runtime.programs.flaky = {
    heedsTerm: true,
    activeUntilMs: 45_000,
    http: (up) => (up < 3000 ? undefined : up < 45_000 ? 200 : 503),
  };
  world.runtime.missing["nginx:x"] = "rpc error: not found";
  const httpGet = { path: "/", port: 80 };
  const one = (name: string, extra: object = {}) => ({ containers: [{ name, image: "nginx:1.27", ...extra }] });
  await world.createPod("crashing", one("crash"));
  await world.createPod("job", { restartPolicy: "Never", ...one("job") });
  await world.createPod("probed", one("flaky", { readinessProbe: { httpGet }, livenessProbe: { httpGet } }));
  await world.createPod("typo", one("c", { image: "nginx:x" }));
  await world.createPod("stuck", { nodeSelector: { disk: "ssd" }, ...one("c") });
  await world.createPod("brief", { activeDeadlineSeconds: 30, ...one("c") });
  return world;
}

const everything = (world: NodeWorld): unknown => [
  world.server.store.list("/registry/core/pods/").map((stored) => stored.object),
  world.events,
  [...world.records].sort(),
];

test("one jump in time and many small steps come to the same", async () => {
  const jump = await busyWorld();
  await jump.advance(180_000);
  const steps = await busyWorld();
  for (let at = 0; at < 180_000; at += 700) await steps.advance(Math.min(700, 180_000 - at));
  expect(jump.errors).toEqual([]);
  expect(everything(steps)).toEqual(everything(jump));
});

test("looking again changes nothing", async () => {
  const world = await busyWorld();
  await world.advance(60_000);
  const before = everything(world);
  for (const name of ["crashing", "job", "probed", "typo", "stuck", "brief"]) {
    world.wake("kubelet", `default/${name}`, world.server.now);
    world.wake("default-scheduler", `default/${name}`, world.server.now);
  }
  const revision = world.server.store.revision;
  await world.advance(0);
  expect(world.server.store.revision).toBe(revision);
  expect(everything(world)).toEqual(before);
});
