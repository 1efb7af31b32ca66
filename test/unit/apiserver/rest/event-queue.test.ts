import { expect, test } from "vitest";
import { createEventQueue } from "../../../../src/apiserver/rest/event-queue.ts";

test("what is pushed is read in order, before and after somebody waits for it", async () => {
  const queue = createEventQueue([1, 2], 10);
  expect(queue.push(3)).toBe(true);
  for (const value of [1, 2, 3]) expect(await queue.next()).toEqual({ done: false, value });
  const waiting = queue.next();
  queue.push(4);
  expect(await waiting).toEqual({ done: false, value: 4 });
  queue.push(5);
  queue.end();
  expect(queue.push(6)).toBe(false);
  expect(await queue.next()).toEqual({ done: false, value: 5 });
  expect(await queue.next()).toEqual({ done: true, value: undefined });
});

test("thousands are read in order while more come", async () => {
  const queue = createEventQueue<number>([], 10_000);
  let pushed = 0;
  for (let read = 0; read < 5000; read++) {
    for (let i = 0; i < 2; i++) queue.push(pushed++);
    expect((await queue.next()).value).toBe(read);
  }
});

test("a reader who is too far behind is cut off, and holds nothing", async () => {
  const queue = createEventQueue(["first"], 3);
  for (const item of ["a", "b", "c"]) expect(queue.push(item)).toBe(true);
  expect(queue.push("d")).toBe(false);
  expect(await queue.next()).toEqual({ done: true, value: undefined });
});
