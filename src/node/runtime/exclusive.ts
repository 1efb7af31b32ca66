import { AsyncLocalStorage } from "node:async_hooks";

/** Runs one thing after the other; what is called from inside of one (a pod that calls itself through a service) runs at once. */
export type Exclusive = <T>(run: () => Promise<T>) => Promise<T>;

/** Makes a lock that lets its holder in again. */
export function createExclusive(): Exclusive {
  const inside = new AsyncLocalStorage<true>();
  let last: Promise<unknown> = Promise.resolve();
  return <T>(run: () => Promise<T>): Promise<T> => {
    if (inside.getStore() === true) return run();
    const result = last.then(() => inside.run(true, run));
    last = result.catch(() => {});
    return result;
  };
}
