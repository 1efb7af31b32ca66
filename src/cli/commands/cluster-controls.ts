import type { ClusterControls } from "../../cluster/controls.ts";
import { ExitError } from "../exit.ts";
import type { Session } from "../session.ts";

/** Opens the simulated cluster of the current context, here or where it is served, for what goes beyond the API, and closes it after `work`. Throws ExitError where the context is a real cluster. */
export async function withControls<T>(session: Session, work: (controls: ClusterControls) => Promise<T>): Promise<T> {
  const { loadClientConfig } = await import("../../client/client-config.ts");
  const config = await loadClientConfig({
    env: session.env,
    cwd: session.cwd,
    globals: session.globals,
    given: new Set(Object.keys(session.globals)),
  });
  if (config.embedded === undefined && !config.isEmpty)
    throw new ExitError("error: the current context is not a simulated cluster");
  const { openControls } = await import("../../cluster/connect-embedded.ts");
  const controls = await openControls(session, config);
  try {
    return await work(controls);
  } finally {
    await controls.close();
  }
}
