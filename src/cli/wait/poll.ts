import type { Session } from "../session.ts";

const FIRST_MS = 50;
const SLOWEST_MS = 500;

/**
 * Looks again and again until `check` answers with something else than undefined; undefined when the time is over or
 * the user interrupts. Looks rarer the longer it takes.
 */
export async function poll<T>(
  session: Session,
  deadline: number,
  check: () => Promise<T | undefined>,
): Promise<T | undefined> {
  for (let pause = FIRST_MS; ; pause = Math.min(pause * 1.5, SLOWEST_MS)) {
    const found = await check();
    if (found !== undefined) return found;
    const left = deadline - session.now();
    if (left <= 0 || session.signal.aborted) return undefined;
    await session.sleep(Math.min(pause, left));
  }
}
